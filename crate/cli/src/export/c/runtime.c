/*
 * Every process of the scenario runs this program from where it was made to its end, and does only its own steps:
 * the others it waits for. So a fork is a fork, and each process knows the regions that its parent knew.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#endif

#define PAGE 4096ul
#define SLOT (1ul << 30)
#define UNUSED __attribute__((unused))
/* One step: text for people, then what the process does. */
#define STEP(process, ...) for (int now_ = begin(process, __VA_ARGS__); now_; now_ = end())

struct region { char *at; size_t bytes; };
enum contents { BYTE, FILL, SEED, IDX };
enum { SCRIPT = 0 };

static struct {
	_Atomic unsigned turn;
	_Atomic unsigned slot;
	pid_t pid[NR_PROCESSES];
	int fd[NR_FILES + 1];
	/* what the last step gave, for the checks */
	int error, caught, failed;
	long faults;
} *shared;

static int me = SCRIPT;
static unsigned step;
static int born;
static int error, caught;
static size_t where;
static long faults, differ;
static sigjmp_buf landing;
static volatile sig_atomic_t armed;

static void on_signal(int number)
{
	if (!armed)
		_exit(128 + number);
	armed = 0;
	siglongjmp(landing, number);
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

UNUSED static int begin(int process, const char *format, ...)
{
	struct timespec moment = { 0, 200000 };
	va_list words;

	step++;
	while (shared->turn < (process == me ? step - 1 : step))
		nanosleep(&moment, NULL);
	if (process != me)
		return 0;
	va_start(words, format);
	vprintf(format, words);
	va_end(words);
	putchar('\n');
	fflush(stdout);
	error = caught = 0;
	faults = differ = -1;
	return 1;
}

static int end(void)
{
	if (born) {
		struct timespec moment = { 0, 200000 };

		born = 0;
		while (shared->turn < step)
			nanosleep(&moment, NULL);
		return 0;
	}
	if (caught)
		printf("    %s at page %zu\n", caught == SIGBUS ? "SIGBUS" : "SIGSEGV", where);
	if (error)
		printf("    %s\n", strerrorname_np(error) ? strerrorname_np(error) : strerror(error));
	if (faults > 0)
		printf("    %ld fault%s\n", faults, faults == 1 ? "" : "s");
	if (differ >= 0)
		printf("    %ld pages differ\n", differ);
	fflush(stdout);
	shared->error = error;
	shared->caught = caught;
	shared->faults = faults > 0 ? faults : 0;
	shared->turn = step;
	return 0;
}

/* Notes the error of a call and the faults it took: CALL(madvise(...)). */
#define CALL(call) do { long before_ = minor_faults(); error = (call) == -1 ? errno : 0; faults = minor_faults() - before_; } while (0)

UNUSED static void become(int process)
{
	pid_t pid = fork();

	if (pid < 0) {
		error = errno;
		return;
	}
	if (pid > 0) {
		while (shared->pid[process] != pid)
			sched_yield();
		return;
	}
	me = process;
	born = 1;
	shared->pid[process] = getpid();
}

UNUSED static void leave(void)
{
	shared->pid[me] = 0;
	fflush(stdout);
	shared->turn = step;
	_exit(0);
}

static uint64_t mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint64_t word(enum contents contents, uint64_t value, uint64_t page, unsigned n)
{
	switch (contents) {
	case FILL: return (value & 0xff) * 0x0101010101010101u;
	case SEED: return mix(mix(value * 0x100000001b3u + page) + n);
	case IDX: return page;
	default: return 0;
	}
}

static void store(char *page, enum contents contents, uint64_t value, uint64_t index)
{
	volatile uint64_t *words = (void *)page;

	if (contents == BYTE) {
		*(volatile char *)page = (char)value;
		return;
	}
	for (unsigned n = 0; n < PAGE / 8; n++)
		words[n] = word(contents, value, index, n);
}

static int same(const char *page, enum contents contents, uint64_t value, uint64_t index)
{
	const uint64_t *words = (const void *)page;

	if (contents == BYTE)
		return *page == (char)value;
	for (unsigned n = 0; n < PAGE / 8; n++)
		if (words[n] != word(contents, value, index, n))
			return 0;
	return 1;
}

/* Accesses pages from..to of a region, every `by`th; 'w' stores, 'r' loads, 'c' compares. */
UNUSED static void pages(char what, struct region *r, size_t from, size_t to, size_t by, enum contents contents, uint64_t value, uint64_t index)
{
	long before = minor_faults();

	if (what == 'c')
		differ = 0;
	armed = 1;
	caught = sigsetjmp(landing, 1);
	if (!caught)
		for (where = from; where < to; where += by) {
			char *page = r->at + where * PAGE;

			if (what == 'w')
				store(page, contents, value, where + index);
			else if (what == 'r')
				(void)*(volatile char *)page;
			else
				differ += !same(page, contents, value, where + index);
		}
	armed = 0;
	faults = minor_faults() - before;
}

UNUSED static void advise(struct region *r, size_t from, size_t to, size_t by, int advice)
{
	if (by == 1) {
		CALL(madvise(r->at + from * PAGE, (to - from) * PAGE, advice));
		return;
	}
	long before = minor_faults();

	for (size_t page = from; page < to; page += by)
		if (madvise(r->at + page * PAGE, PAGE, advice))
			error = errno;
	faults = minor_faults() - before;
}

/* A place of its own, aligned to 1 GiB. */
UNUSED static char *new_place(size_t bytes, size_t offset)
{
	unsigned slots = (bytes + offset + SLOT - 1) / SLOT;

	return (char *)((1ul << 44) + (shared->slot += slots) * SLOT - slots * SLOT + offset);
}

/* memfds and files belong to the script; the others open them again. */
static int open_file(int file)
{
	char path[64];

	if (file == NR_FILES)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", shared->pid[SCRIPT], shared->fd[file]);
	return open(path, O_RDWR | O_CLOEXEC);
}

UNUSED static void map(struct region *r, char *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
	int fd = open_file(file);
	long before = minor_faults();
	char *got = mmap(at, bytes, protection, flags, fd, offset);

	error = got == MAP_FAILED ? errno : 0;
	faults = minor_faults() - before;
	if (fd >= 0)
		close(fd);
	if (!error)
		*r = (struct region){ got, (bytes + PAGE - 1) & ~(PAGE - 1) };
}

UNUSED static void move(struct region *from, size_t first, size_t last, struct region *to, char *at, int dontunmap)
{
	size_t bytes = (last - first) * PAGE;
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED | (dontunmap ? MREMAP_DONTUNMAP : 0);
	char *got = mremap(from->at + first * PAGE, bytes, bytes, flags, at);

	error = got == MAP_FAILED ? errno : 0;
	if (!error && to != from)
		*to = (struct region){ got, bytes };
}

UNUSED static void resize(struct region *r, size_t bytes, int maymove)
{
	char *got = mremap(r->at, r->bytes, bytes, maymove ? MREMAP_MAYMOVE : 0);

	error = got == MAP_FAILED ? errno : 0;
	if (!error)
		*r = (struct region){ got, (bytes + PAGE - 1) & ~(PAGE - 1) };
}

UNUSED static void on_file(int file, int (*call)(int fd, off_t a, off_t b, int how), off_t a, off_t b, int how)
{
	int fd = open_file(file);

	CALL(call(fd, a, b, how));
	close(fd);
}
UNUSED static int file_truncate(int fd, off_t size, off_t none, int how) { (void)none; (void)how; return ftruncate(fd, size); }
UNUSED static int file_allocate(int fd, off_t offset, off_t length, int mode) { return fallocate(fd, mode, offset, length); }
UNUSED static int file_advise(int fd, off_t offset, off_t length, int advice)
{
	errno = posix_fadvise(fd, offset, length, advice);
	return errno ? -1 : 0;
}

UNUSED static void make_memfd(int file, const char *name, size_t bytes, int hugetlb)
{
	int fd = memfd_create(name, hugetlb ? MFD_HUGETLB : 0);

	error = fd < 0 || ftruncate(fd, (off_t)bytes) ? errno : 0;
	shared->fd[file] = fd;
}

UNUSED static void make_file(int file, size_t bytes)
{
	char path[] = "/var/tmp/mm-playground-XXXXXX";
	int fd = mkstemp(path);
	uint64_t words[PAGE / 8];

	if (fd < 0) {
		error = errno;
		return;
	}
	unlink(path);
	for (size_t page = 0; page * PAGE < bytes; page++) {
		size_t left = bytes - page * PAGE;

		for (unsigned n = 0; n < PAGE / 8; n++)
			words[n] = page + 1;
		if (write(fd, words, left < PAGE ? left : PAGE) < 0)
			error = errno;
	}
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	shared->fd[file] = fd;
}

/* Settings that were changed, and what they were: put back at the end. */
static struct { char path[160], value[160]; } kept[64];
static unsigned nr_kept;

static int get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n < 0 ? 0 : n] = 0;
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

static int put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, value, strlen(value));
	int failed = errno;

	if (fd >= 0)
		close(fd);
	errno = failed;
	return n < 0 ? -1 : 0;
}

UNUSED static void set(const char *path, const char *value)
{
	char text[160], *chosen, *stop;
	unsigned i = 0;

	while (i < nr_kept && strcmp(kept[i].path, path))
		i++;
	if (i == nr_kept && i < 64 && !get(path, text, sizeof(text))) {
		/* of `always [madvise] never` the word in brackets */
		chosen = strchr(text, '[');
		chosen = chosen ? chosen + 1 : text;
		stop = strpbrk(chosen, "]\n");
		if (stop)
			*stop = 0;
		snprintf(kept[i].path, sizeof(kept[i].path), "%s", path);
		snprintf(kept[i].value, sizeof(kept[i].value), "%s", chosen);
		nr_kept++;
	}
	error = put(path, value) ? errno : 0;
}

static void put_back(void)
{
	if (me == SCRIPT)
		while (nr_kept-- > 0)
			put(kept[nr_kept].path, kept[nr_kept].value);
}

UNUSED static void show(int process, const char *path)
{
	char name[256], line[512];
	FILE *file;

	if (process == SCRIPT)
		snprintf(name, sizeof(name), "%s", path);
	else
		snprintf(name, sizeof(name), "/proc/%d/%s", shared->pid[process], path);
	file = fopen(name, "re");
	if (!file) {
		error = errno;
		return;
	}
	while (fgets(line, sizeof(line), file))
		printf("    %s", line);
	fclose(file);
}

UNUSED static void wait_ns(long long ns)
{
	struct timespec time = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&time, NULL);
}

static long number_in(const char *path)
{
	char text[64];

	return get(path, text, sizeof(text)) ? -1 : strtol(text, NULL, 10);
}

/* Lets a daemon do so many full scans, each in one wake-up, at most a minute for each. */
UNUSED static void scans(const char *counter, const char *pages_to_scan, const char *sleep, long n)
{
	long last = number_in(counter) + n;
	unsigned left = 600 * (unsigned)n;

	set(pages_to_scan, "1000000000");
	set(sleep, "20");
	while (!error && number_in(counter) < last && left-- > 0)
		wait_ns(100000000);
}

/* What smaps_rollup says of every process that lives. */
UNUSED static void observe(void)
{
	static const char *const names[NR_PROCESSES] = PROCESS_NAMES;
	static const char *const lines[] = { "Rss:", "AnonHugePages:", "ShmemPmdMapped:", "KSM:", "Swap:", "Private_Dirty:" };
	char path[64], line[256];

	for (int process = 1; process < NR_PROCESSES; process++) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", shared->pid[process]);
		file = shared->pid[process] ? fopen(path, "re") : NULL;
		if (!file)
			continue;
		printf("    %s:", names[process]);
		while (fgets(line, sizeof(line), file))
			for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++)
				if (!strncmp(line, lines[i], strlen(lines[i])) && atol(line + strlen(lines[i])))
					printf(" %s%ld", lines[i], atol(line + strlen(lines[i])));
		printf("\n");
		fclose(file);
	}
}

UNUSED static void expect(int ok)
{
	printf(ok ? "    pass\n" : "    FAIL: %ld faults, errno %d, signal %d\n", shared->faults, shared->error, shared->caught);
	shared->failed += !ok;
	/* the next check asks for the same step */
	error = shared->error;
	caught = 0;
	faults = shared->faults;
}

static void start(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_NODEFER };

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		exit(1);
	shared->pid[SCRIPT] = getpid();
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 1);
	atexit(put_back);
}

static int finish(void)
{
	if (me != SCRIPT)
		_exit(0);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return shared->failed != 0;
}
