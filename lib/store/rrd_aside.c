/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/file.h"

enum {
	STAMP_SIZE = 32,
	SAME_SECOND_MAX = 100, /* damaged versions of one file */
	FIRST_ROOM = 32,
};

static int print_stamp(char to[STAMP_SIZE], int64_t now_s)
{
	time_t time = (time_t)now_s;
	struct tm tm;

	if (!gmtime_r(&time, &tm) ||
	    strftime(to, STAMP_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		return -EOVERFLOW;
	return 0;
}

/* A second name, or the next best. @return 0, -EEXIST or -errno */
static int give_name(const char *path, const char *kept)
{
	struct stat status;
	int fd;
	int rc;

	if (link(path, kept) == 0)
		return 0;
	if (errno == EEXIST)
		return -EEXIST;
	if (lstat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return rename(path, kept) < 0 ? -errno : 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = file_copy(fd, kept, (size_t)status.st_size);
	(void)close(fd);
	return rc;
}

int rrd_aside_keep(const char *state_dir, const char *name, int64_t now_s)
{
	char path[PATH_MAX];
	char kept[PATH_MAX];
	char stamp[STAMP_SIZE];
	int rc = print_stamp(stamp, now_s);

	if (rc < 0)
		return rc;
	if (snprintf(path, sizeof(path), "%s/rrd/%s", state_dir, name) >=
		(int)sizeof(path) ||
	    snprintf(kept, sizeof(kept), "%s/corrupt/%s.%s-%d", state_dir, name,
		     stamp, SAME_SECOND_MAX) >= (int)sizeof(kept))
		return -ENAMETOOLONG;
	rc = file_make_directory_of(kept);
	for (int i = 0; rc == 0 && i < SAME_SECOND_MAX; i++) {
		int len = snprintf(kept, sizeof(kept), "%s/corrupt/%s.%s",
				   state_dir, name, stamp);

		if (i > 0)
			(void)snprintf(kept + len, sizeof(kept) - (size_t)len,
				       "-%02d", i);
		rc = give_name(path, kept);
		if (rc != -EEXIST)
			return rc;
		rc = 0;
	}
	return rc < 0 ? rc : -EEXIST;
}

struct kept {
	char *path;
	uint64_t bytes;
};

struct list {
	struct kept *files;
	size_t count;
	size_t room;
	uint64_t bytes;
};

static int list_add(struct list *l, const FTSENT *entry)
{
	char *path;

	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : FIRST_ROOM;
		struct kept *files =
		    reallocarray(l->files, room, sizeof(*files));

		if (!files)
			return -ENOMEM;
		l->files = files;
		l->room = room;
	}
	path = strdup(entry->fts_path);
	if (!path)
		return -ENOMEM;
	l->files[l->count++] = (struct kept){
		.path = path,
		.bytes = (uint64_t)entry->fts_statp->st_size,
	};
	l->bytes += (uint64_t)entry->fts_statp->st_size;
	return 0;
}

static int list_files(struct list *l, char *folder)
{
	char *const folders[] = { folder, NULL };
	FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;
	int rc = 0;

	if (!walk)
		return -errno;
	while (rc == 0 && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_F || entry->fts_info == FTS_SL ||
		    entry->fts_info == FTS_DEFAULT)
			rc = list_add(l, entry);
	}
	(void)fts_close(walk);
	return rc;
}

/* When it was put aside: what follows the last point, and the whole path. */
static int by_age(const void *a, const void *b)
{
	const char *one = ((const struct kept *)a)->path;
	const char *other = ((const struct kept *)b)->path;
	const char *stamp = strrchr(one, '.');
	const char *other_stamp = strrchr(other, '.');
	int order = strcmp(stamp ? stamp : "", other_stamp ? other_stamp : "");

	return order != 0 ? order : strcmp(one, other);
}

/* Remove a file, and its folder if that was the last in it. */
static int drop(char *path)
{
	char *slash;

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	slash = strrchr(path, '/');
	*slash = '\0';
	(void)rmdir(path);
	return 0;
}

int rrd_aside_trim(const char *state_dir, size_t files_max, uint64_t bytes_max,
		   uint64_t *removed)
{
	char folder[PATH_MAX];
	struct list l = { 0 };
	size_t next = 0;
	int rc;

	if (snprintf(folder, sizeof(folder), "%s/corrupt", state_dir) >=
	    (int)sizeof(folder))
		return -ENAMETOOLONG;
	rc = list_files(&l, folder);
	if (l.count > 0)
		qsort(l.files, l.count, sizeof(*l.files), by_age);
	while (rc == 0 && next < l.count &&
	       (l.count - next > files_max || l.bytes > bytes_max)) {
		rc = drop(l.files[next].path);
		l.bytes -= l.files[next].bytes;
		next++;
		if (rc == 0)
			(*removed)++;
	}
	for (size_t i = 0; i < l.count; i++)
		free(l.files[i].path);
	free(l.files);
	return rc;
}
