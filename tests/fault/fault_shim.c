/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * fault-shim: preloaded into a program, gives it clocks that a test sets, a
 * disk that is slow, and memory that runs out.
 *
 * FAULT_SHIM names a file that holds struct controls; the test maps it too.
 * The clocks run faster than real ones by a factor, timers with them, so that
 * minutes need not be waited for; the wall clock is off by what the test says.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000, US_PER_S = 1000000 };

/* All times in microseconds. */
struct controls {
	_Atomic int64_t rate;	      /* 0: real clocks */
	_Atomic int64_t base_real_us; /* by the real monotonic clock */
	_Atomic int64_t wall_offset_us;
	_Atomic int64_t synced;
	_Atomic int64_t sync_delay_us;
	_Atomic int64_t fail_allocation; /* the n-th that counts; 0: none */
	_Atomic int64_t allocations;	 /* that counted so far */
	_Atomic int64_t counts;		 /* as of fault_shim_arm */
};

static struct controls none;

static struct controls *controls(void)
{
	static struct controls *_Atomic mapped;
	struct controls *c = mapped;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes it */
	const char *path = c ? NULL : getenv("FAULT_SHIM");
	int fd;

	if (c)
		return c;
	fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC)
		  : -1;
	if (fd >= 0) {
		c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
		(void)close(fd);
	}
	if (!c || c == MAP_FAILED)
		c = &none;
	mapped = c;
	return c;
}

static int64_t real_us(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)syscall(SYS_clock_gettime, clock, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

/* By how much the clocks have run ahead. */
static int64_t gained_us(const struct controls *c)
{
	return (real_us(CLOCK_MONOTONIC) - c->base_real_us) * (c->rate - 1);
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C
 * library's own names are reserved ones. */

int clock_gettime(clockid_t clock, struct timespec *now)
{
	const struct controls *c = controls();
	int64_t us;

	if (c->rate == 0 ||
	    (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	     clock != CLOCK_BOOTTIME))
		return (int)syscall(SYS_clock_gettime, clock, now);
	us = real_us(clock) + gained_us(c);
	if (clock == CLOCK_REALTIME)
		us += c->wall_offset_us;
	now->tv_sec = us / US_PER_S;
	now->tv_nsec = us % US_PER_S * 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

static struct timespec faster(struct timespec t, int64_t rate)
{
	int64_t ns = ((int64_t)t.tv_sec * NS_PER_S + t.tv_nsec) / rate;

	return (struct timespec){ .tv_sec = ns / NS_PER_S,
				  .tv_nsec = ns % NS_PER_S };
}

int timerfd_settime(int fd, int flags, const struct itimerspec *new,
		    struct itimerspec *old)
{
	const struct controls *c = controls();
	struct itimerspec timer = *new;

	if (c->rate > 0 && !(flags & TFD_TIMER_ABSTIME)) {
		timer.it_interval = faster(timer.it_interval, c->rate);
		timer.it_value = faster(timer.it_value, c->rate);
	}
	return (int)syscall(SYS_timerfd_settime, fd, flags, &timer, old);
}

int adjtimex(struct timex *state)
{
	const struct controls *c = controls();

	if (c->rate == 0)
		return (int)syscall(SYS_clock_adjtime, CLOCK_REALTIME, state);
	memset(state, 0, sizeof(*state));
	state->status = c->synced ? 0 : STA_UNSYNC;
	return c->synced ? TIME_OK : TIME_ERROR;
}

static void wait_for_disk(void)
{
	int64_t us = controls()->sync_delay_us;
	const struct timespec pause = { .tv_sec = us / US_PER_S,
					.tv_nsec = us % US_PER_S * 1000 };

	if (us > 0)
		(void)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause,
			      NULL);
}

int fdatasync(int fd)
{
	wait_for_disk();
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	wait_for_disk();
	return (int)syscall(SYS_fsync, fd);
}

/* ---- memory ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the
 * C library's, which has no others. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

/* Called by a program that is now where memory may run out. */
void fault_shim_arm(void);

void fault_shim_arm(void)
{
	controls()->counts = 1;
}

static _Thread_local bool exempt;

/* glibc's own does not look whether it got memory. */
FTS *fts_open(char *const *paths, int options,
	      int (*compare)(const FTSENT **, const FTSENT **))
{
	FTS *(*real)(char *const *, int,
		     int (*)(const FTSENT **, const FTSENT **));
	void *symbol = dlsym(RTLD_NEXT, "fts_open");
	FTS *opened;

	memcpy(&real, &symbol, sizeof(real));
	exempt = true;
	opened = real(paths, options, compare);
	exempt = false;
	return opened;
}

static bool fails(void)
{
	struct controls *c = controls();
	int64_t n;

	if (c->counts == 0 || exempt)
		return false;
	n = atomic_fetch_add(&c->allocations, 1) + 1;
	return n == c->fail_allocation;
}

void *malloc(size_t size)
{
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(old, size);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
