"""A sweep carried by Ray: each task runs one part, the driver joins them.

    pip install ray
    python ray_sweep.py heap.mm --parts 16 --set khugepaged/max_ptes_none=0,64,128,255,511 --out all.csv

Arguments that are not named here go to `mm sweep` as they are. `mm` must be on PATH (or MM its path) on every node;
scenarios are sent along, so that no shared file system is needed. The result is byte for byte what
`mm sweep` writes on one machine: parts are deterministic, and `mm sweep merge` refuses any that are missing.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import ray

MM = os.environ.get("MM", "mm")


@ray.remote(num_cpus=1, max_retries=3)
def part(k, n, scenarios, arguments):
    """Rows of part k of n, as CSV. A part is pure: a lost node costs its parts, which Ray runs again."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in scenarios.items():
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        command = [MM, "sweep", *scenarios, *arguments, "--jobs", "1", "--quiet", "--shard", f"{k}/{n}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        # 1: an expectation failed or a point ended early. That is in its row, and the sweep goes on.
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.strip())
        return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="+")
    parser.add_argument("--parts", type=int, help="default: four for each processor of the cluster")
    parser.add_argument("--out", help="default: standard output")
    known, arguments = parser.parse_known_args()
    scenarios = {}
    for path in known.scenarios:
        with open(path, encoding="utf-8") as file:
            if scenarios.setdefault(os.path.basename(path), text := file.read()) != text:
                parser.error(f"two scenarios are named {os.path.basename(path)}")
    ray.init()
    n = known.parts or 4 * int(ray.cluster_resources().get("CPU", 1))
    sent = ray.put(scenarios)
    parts = ray.get([part.remote(k, n, sent, arguments) for k in range(1, n + 1)])
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for k, text in enumerate(parts, 1):
            files.append(os.path.join(folder, f"part-{k}.csv"))
            with open(files[-1], "w", encoding="utf-8") as file:
                file.write(text)
        merge = [MM, "sweep", "merge", *files] + (["--out", known.out] if known.out else [])
        return subprocess.run(merge, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
