/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/number.h"

/*
 * Where a thread goes on after SIGBUS; NULL: nowhere. A signal handler has no
 * other way to know.
 */
static _Thread_local sigjmp_buf *volatile landing;

static void on_bus_error(int number, siginfo_t *info, void *context)
{
	sigjmp_buf *there = landing;
	struct sigaction fatal = { .sa_handler = SIG_DFL };

	(void)context;
	if (there && info->si_code > 0 && info->si_code != BUS_MCEERR_AO) {
		landing = NULL;
		siglongjmp(*there, 1);
	}
	/* The access happens again, and ends the process; what was sent does
	 * not come again by itself. */
	(void)sigaction(number, &fatal, NULL);
	if (info->si_code <= 0)
		(void)raise(number);
}

int rrd_guard_install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_bus_error,
		/* NODEFER: the jump leaves the signal as it was, unblocked. */
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	return sigaction(SIGBUS, &action, NULL) < 0 ? -errno : 0;
}

bool rrd_guard_run(void (*work)(void *context), void *context)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 0) != 0)
		return false;
	landing = &here;
	work(context);
	landing = NULL;
	return true;
}

/* "7f12-7f34 rw-s 00000000 fe:00 131 /path": unmap it, if it is the file. */
static void release_mapping(const char *line, uint64_t inode)
{
	uint64_t start;
	uint64_t end;
	uint64_t number;

	/* The kernel wrote it, so it is well formed. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " rw-s %*s %*s %" SCNu64,
		   &start, &end, &number) == 3 &&
	    number == inode)
		(void)munmap((void *)(uintptr_t)start, (size_t)(end - start));
}

static void release_mappings(uint64_t inode)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t size = 0;

	if (!maps)
		return;
	while (getline(&line, &size, maps) > 0)
		release_mapping(line, inode);
	free(line);
	(void)fclose(maps);
}

static bool is_file(int fd, uint64_t device, uint64_t inode)
{
	struct stat status;
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) == O_RDWR &&
	       fstat(fd, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

static void release_descriptors(uint64_t device, uint64_t inode)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint32_t fd;

	if (!folder)
		return;
	/* A folder of one's own may be read in any thread. */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((entry = readdir(folder))) {
		if (number_u32(entry->d_name, strlen(entry->d_name), INT32_MAX,
			       &fd) == 0 &&
		    is_file((int)fd, device, inode))
			(void)close((int)fd);
	}
	(void)closedir(folder);
}

void rrd_guard_release(uint64_t device, uint64_t inode)
{
	release_mappings(inode);
	release_descriptors(device, inode);
}
