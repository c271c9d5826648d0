/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "util/number.h"

struct process {
	pthread_mutex_t lock; /* of the folder, which has a place in it */
	DIR *fds;	      /* NULL: not known */
	int statm;	      /* -1: not known */
	uint64_t page_bytes;
	uint64_t max_fds;
};

static uint64_t fd_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur
						     : UINT64_MAX;
}

int process_open(struct process **out)
{
	struct process *made = calloc(1, sizeof(*made));
	long page = sysconf(_SC_PAGESIZE);

	if (!made)
		return -ENOMEM;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	made->page_bytes = page > 0 ? (uint64_t)page : 0;
	made->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	made->fds = opendir("/proc/self/fd");
	made->max_fds = fd_limit();
	*out = made;
	return 0;
}

void process_close(struct process *p)
{
	if (!p)
		return;
	if (p->statm >= 0)
		(void)close(p->statm);
	if (p->fds)
		(void)closedir(p->fds);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

/* Pages, by the place of their number in the line. */
static uint64_t pages(const char *line, size_t place)
{
	uint64_t number;

	while (place-- > 0) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	return number_u64(line, strcspn(line, " \n"), UINT64_MAX, &number) == 0
		   ? number
		   : UINT64_MAX;
}

static void read_memory(const struct process *p, struct process_figures *f)
{
	char line[256];
	ssize_t len =
	    p->statm < 0 ? -1 : pread(p->statm, line, sizeof(line) - 1, 0);
	uint64_t total;
	uint64_t resident;

	if (len <= 0)
		return;
	line[len] = '\0';
	total = pages(line, 0);
	resident = pages(line, 1);
	if (total < UINT64_MAX / p->page_bytes)
		f->virtual_bytes = total * p->page_bytes;
	if (resident < UINT64_MAX / p->page_bytes)
		f->resident_bytes = resident * p->page_bytes;
}

static uint64_t count_fds(struct process *p)
{
	uint64_t count = 0;

	if (!p->fds)
		return UINT64_MAX;
	(void)pthread_mutex_lock(&p->lock);
	rewinddir(p->fds);
	/* The stream is this object's own, and the lock is held. */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	for (const struct dirent *d = readdir(p->fds); d; d = readdir(p->fds))
		count += d->d_name[0] != '.';
	(void)pthread_mutex_unlock(&p->lock);
	return count;
}

struct process_figures process_read(struct process *p)
{
	struct process_figures figures = { .resident_bytes = UINT64_MAX,
					   .virtual_bytes = UINT64_MAX,
					   .open_fds = UINT64_MAX,
					   .max_fds = UINT64_MAX };
	struct timespec cpu;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
		figures.cpu_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
	if (!p)
		return figures;
	if (p->page_bytes > 0)
		read_memory(p, &figures);
	figures.open_fds = count_fds(p);
	figures.max_fds = p->max_fds;
	return figures;
}
