/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that fail under librrd's mapping. Each test runs in a child that ends
 * by _exit: what librrd had allocated when it was cut short is lost, and no
 * leak of ours.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rrd_guard.h"
#include "store/rrd_header.h"
#include "store/rrd_mend.h"
#include "store/rrd_write.h"
#include "support/made_rows.h"
#include "support/map_hook.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/log.h"

#define T0   STORED_START
#define STEP INT64_C(60)

enum {
	SILENT = 2, /* below every level */
	PAGE = 4096,
	SKIPPED = 77,
	DISK_SIZE = 12 * 1024 * 1024,
};

static char *dir;
static struct series member;
static char path[PATH_MAX];
static bool cut;

/* Cut the file that librrd has just mapped. */
static void cut_it(void)
{
	if (truncate(path, 0) < 0)
		abort();
	map_hook_set(NULL);
	cut = true;
}

static void setup(void)
{
	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	member = stored_series(SERIES_MEMBER);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* Run it in a child. @return its exit code; 128 + the signal that ended it */
static int in_a_child(int (*what)(void))
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(what());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A mapping behind the end of its file. */
static volatile char *bad_mapping(void)
{
	char name[] = "/tmp/lanterne-guard-XXXXXX";
	int fd = mkstemp(name);
	void *map;

	if (fd < 0 || unlink(name) < 0 || ftruncate(fd, PAGE) < 0)
		_exit(100);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED || ftruncate(fd, 0) < 0)
		_exit(100);
	return map;
}

static void touch(void *context)
{
	*(volatile char *)context = 1;
}

static void count(void *context)
{
	++*(int *)context;
}

static int work_is_cut_short(void)
{
	int done = 0;

	if (rrd_guard_install() < 0)
		return 1;
	for (int i = 0; i < 3; i++) {
		if (rrd_guard_run(touch, (void *)(uintptr_t)bad_mapping()))
			return 2;
		if (!rrd_guard_run(count, &done) || done != i + 1)
			return 3;
	}
	return 0;
}

static int there_is_none_outside(void)
{
	int done = 0;

	if (rrd_guard_install() < 0 || !rrd_guard_run(count, &done))
		return 1;
	*bad_mapping() = 1;
	return 0;
}

static void send(void *context)
{
	(void)context;
	(void)kill(getpid(), SIGBUS);
}

static int a_sent_one_is_not_ours(void)
{
	if (rrd_guard_install() < 0)
		return 1;
	return rrd_guard_run(send, NULL) ? 0 : 2;
}

START_TEST(a_bus_error_ends_the_work_only)
{
	ck_assert_int_eq(in_a_child(work_is_cut_short), 0);
}
END_TEST

START_TEST(a_bus_error_outside_ends_the_process)
{
	ck_assert_int_eq(in_a_child(there_is_none_outside), 128 + SIGBUS);
}
END_TEST

START_TEST(a_signal_sent_by_somebody_ends_the_process)
{
	ck_assert_int_eq(in_a_child(a_sent_one_is_not_ours), 128 + SIGBUS);
}
END_TEST

static int open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(folder))
		n++;
	(void)closedir(folder);
	return n;
}

static bool is_mapped(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 256];
	bool found = false;

	while (fgets(line, sizeof(line), maps)) {
		if (strstr(line, "as64500.rrd"))
			found = true;
	}
	(void)fclose(maps);
	return found;
}

static int write_one(int64_t start_s)
{
	struct series_row row = { .start_s = start_s, .values = { 1 } };

	return rrd_write_rows(dir, &member, &row, 1, NULL);
}

static int a_cut_file_is_refused(void)
{
	int descriptors = open_descriptors();

	if (rrd_guard_install() < 0 || write_one(T0) != 0)
		return 1;
	map_hook_set(cut_it);
	if (write_one(T0 + STEP) != ERR_STORE || !cut)
		return 2;
	/* nothing is left behind, and it is not tried again */
	if (open_descriptors() != descriptors || is_mapped())
		return 3;
	if (write_one(T0 + STEP) != ERR_STORE || is_mapped())
		return 4;
	return unlink(path) == 0 && write_one(T0 + STEP) == 0 ? 0 : 5;
}

START_TEST(a_file_cut_under_the_mapping_is_an_error)
{
	ck_assert_int_eq(in_a_child(a_cut_file_is_refused), 0);
}
END_TEST

/* A disk of its own for this process, full but for what a file took. */
static int mount_small_disk(void)
{
	char options[64];

	(void)snprintf(options, sizeof(options), "size=%d", DISK_SIZE);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", dir, "tmpfs", 0, options) < 0)
		return -errno;
	return 0;
}

static void fill_disk(const char *name)
{
	static const char block[PAGE];
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
	(void)close(fd);
}

/* A hole where the next row of the finest archive goes, but for the few rows
 * that lie beside the header: librrd begins an archive anywhere. */
static int make_hole(void)
{
	int fd = open(path, O_WRONLY);
	int rc = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			   4L * PAGE, 1000L * PAGE);

	(void)close(fd);
	return rc;
}

static int mend(void)
{
	struct series_row rows[] = {
		{ .start_s = T0, .values = { 1 } },
		{ .start_s = T0 + STEP, .values = { 1 } },
	};
	struct made_rows made = { .rows = rows, .count = 2, .from_s = T0 };
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(T0 + 2 * STEP);
	struct rrd_mend_outcome outcome;

	int rc = rrd_mend(dir, &member, &source, &options, &outcome);

	return rc == 0 && outcome.known.last_s != T0 + 2 * STEP ? 1 : rc;
}

static int a_hole_on_a_full_disk(void)
{
	struct series_row row = { .start_s = T0, .values = { 1 } };
	struct rrd_known known = { 0 };
	char ballast[PATH_MAX];

	if (mount_small_disk() < 0)
		return SKIPPED;
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	if (rrd_guard_install() < 0 ||
	    rrd_write_more(dir, &member, &row, 1, &known) != 0 ||
	    make_hole() < 0)
		return 1;
	fill_disk(ballast);
	/* seen before librrd maps it */
	row.start_s += STEP;
	if (rrd_write_more(dir, &member, &row, 1, &known) != -ENOSPC)
		return 2;
	/* and goes on by itself when there is room */
	if (unlink(ballast) < 0 || write_one(T0 + STEP) != 0)
		return 3;
	return 0;
}

/* Write a row into a hole of a full disk, of a new file each time that the row
 * was not in the hole. @return what the write did */
static int write_into_a_hole(struct rrd_known *known, const char *ballast)
{
	int rc = 0;

	for (int i = 0; i < 20 && rc == 0; i++) {
		struct series_row row = { .start_s = T0, .values = { 1 } };

		(void)unlink(ballast);
		(void)unlink(path);
		*known = (struct rrd_known){ 0 };
		rc = rrd_write_more(dir, &member, &row, 1, known);
		if (rc == 0)
			rc = make_hole();
		if (rc != 0)
			return rc;
		fill_disk(ballast);
		row.start_s += STEP;
		/* as on a file system that cannot promise */
		known->filled = true;
		rc = rrd_write_more(dir, &member, &row, 1, known);
	}
	return rc;
}

static int a_hole_that_is_not_seen(void)
{
	struct rrd_known known;
	char ballast[PATH_MAX];

	if (mount_small_disk() < 0)
		return SKIPPED;
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	if (rrd_guard_install() < 0)
		return 1;
	if (write_into_a_hole(&known, ballast) != ERR_STORE)
		return 2;
	if (known.last_s != 0 || write_one(T0 + STEP) != ERR_STORE)
		return 3;
	if (unlink(ballast) < 0)
		return 4;
	/* marked: also with room it is not written to before it is mended */
	if (write_one(T0 + STEP) != ERR_STORE)
		return 5;
	if (mend() != 0)
		return 6;
	return write_one(T0 + 2 * STEP) == 0 ? 0 : 7;
}

static int no_half_file_is_left(void)
{
	char command[PATH_MAX + 64];
	char ballast[PATH_MAX];
	int files;

	if (mount_small_disk() < 0)
		return SKIPPED;
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	fill_disk(ballast);
	if (truncate(ballast, 8000000) < 0) /* room for half a file */
		return 1;
	if (write_one(T0) != -ENOSPC)
		return 2;
	(void)snprintf(command, sizeof(command),
		       "test -z \"$(find '%s/rrd' "
		       "-type f)\"",
		       dir);
	files = system(command);
	if (files != 0)
		return 3;
	return unlink(ballast) == 0 && write_one(T0) == 0 ? 0 : 4;
}

/* A damaged file, and no room for another. */
static int no_room_to_mend(void)
{
	char command[PATH_MAX + 64];
	char ballast[PATH_MAX];
	struct stat before;
	struct stat after;

	if (mount_small_disk() < 0)
		return SKIPPED;
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	if (write_one(T0) != 0 || rrd_header_mark(path) != 0 ||
	    stat(path, &before) < 0)
		return 1;
	fill_disk(ballast);
	if (mend() != -ENOSPC || stat(path, &after) < 0 ||
	    before.st_ino != after.st_ino)
		return 2;
	(void)snprintf(command, sizeof(command),
		       "test $(find '%s' -type f | wc -l) = 2", dir);
	if (system(command) != 0)
		return 3;
	/* A mark is in the first bytes alone, yet nothing is kept of it. */
	return unlink(ballast) == 0 && truncate(path, 100) == 0 &&
		       mend() == 0 && write_one(T0 + 2 * STEP) == 0
		   ? 0
		   : 4;
}

static int a_read_only_disk(void)
{
	if (mount_small_disk() < 0)
		return SKIPPED;
	if (write_one(T0) != 0 ||
	    mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return 1;
	return write_one(T0 + STEP) == -EROFS ? 0 : 2;
}

static int no_inode_is_left(void)
{
	if (mount_small_disk() < 0)
		return SKIPPED;
	if (mount(NULL, dir, NULL, MS_REMOUNT, "nr_inodes=3") < 0)
		return 1;
	return write_one(T0) == -ENOSPC ? 0 : 2;
}

static const struct {
	const char *what;
	int (*run)(void);
} disks[] = {
	{ "a hole on a full disk", a_hole_on_a_full_disk },
	{ "a hole that is not seen", a_hole_that_is_not_seen },
	{ "no half file is left", no_half_file_is_left },
	{ "no room to mend", no_room_to_mend },
	{ "a read-only disk", a_read_only_disk },
	{ "no inode is left", no_inode_is_left },
};

START_TEST(a_disk_that_fails_is_an_error_of_its_own)
{
	int rc = in_a_child(disks[_i].run);

	if (rc == SKIPPED)
		(void)printf("skipped: no right to mount a disk: %s\n",
			     disks[_i].what);
	else
		ck_assert_msg(rc == 0, "%s: %d", disks[_i].what, rc);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_bus_error_ends_the_work_only, 0 },
		{ a_bus_error_outside_ends_the_process, 0 },
		{ a_signal_sent_by_somebody_ends_the_process, 0 },
		{ a_file_cut_under_the_mapping_is_an_error, 0 },
		{ a_disk_that_fails_is_an_error_of_its_own, COUNT_OF(disks) },
	};

	return unit_run_with("rrd_guard", setup, teardown, tests,
			     COUNT_OF(tests));
}
