/** What can be taken away from a run as a file. Each kind is put together when it is asked for. */
import type { Session } from '../state/session.ts';

export const EXPORTS = ['script', 'c', 'ftrace', 'perfetto', 'observation'] as const;
export type ExportKind = (typeof EXPORTS)[number];

export interface ExportedFile { name: string; text: string }

const FTRACE_HEAD = '# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n#              | |         |   |||||     |         |\n';

/** The file, null if the engine crashed instead of answering. */
export async function exported(session: Session, kind: ExportKind): Promise<ExportedFile | null> {
  const { scenario, touched, marks, series, machine } = session.state;
  const stem = (scenario?.name ?? 'scenario.mm').replace(/\.mm$/, '');
  try {
    switch (kind) {
      case 'script': return await script(session, `${stem}.mm`);
      case 'c': {
        // A scenario as it came has its loops and comments.
        const source = touched || scenario === null ? await script(session, stem) : { text: scenario.script };
        const [{ cProgram }, { default: runtime }] = await Promise.all([import('./c-program.ts'), import('../../../crate/cli/src/export/c/runtime.c?raw')]);
        return source === null ? null : { name: `${stem}.c`, text: cProgram(stem, source.text, runtime) };
      }
      case 'ftrace': return { name: `${stem}.ftrace.txt`, text: FTRACE_HEAD + (await session.client.export('trace')).text };
      case 'perfetto': {
        const [{ perfetto }, { text }] = await Promise.all([import('./perfetto.ts'), session.client.export('trace')]);
        return { name: `${stem}.perfetto.json`, text: await perfetto(text, marks, series, machine?.nowNs ?? 0) };
      }
      case 'observation': {
        const { text } = await session.client.export('observation');
        return { name: `${stem}.observation.json`, text: `${text}\n` };
      }
    }
  } catch {
    // The crash has its own dialog.
    return null;
  }
}

async function script(session: Session, name: string): Promise<ExportedFile | null> {
  const text = await session.script();
  return text === null ? null : { name, text };
}
