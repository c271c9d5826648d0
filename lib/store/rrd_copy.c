/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_copy.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_file.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

static const char suffix[] = ".rrd";

int rrd_copy_path(char *to, size_t size, const char *state_dir,
		  const struct series *series)
{
	char folder[PATH_MAX];

	if (snprintf(folder, sizeof(folder), "%s/copies", state_dir) >=
	    (int)sizeof(folder))
		return -ENAMETOOLONG;
	return series_path(to, size, folder, series);
}

/* Is there a copy that ends where the file does? */
static bool has_copy(const char *copy, const struct rrd_file *f)
{
	struct rrd_file there;
	const char *fault;
	bool same;

	if (rrd_file_open(&there, copy, f->layout, &fault) < 0)
		return false;
	same = there.header.last_s == f->header.last_s;
	rrd_file_close(&there);
	return same;
}

static bool is_verified(const struct rrd_file *f,
			const struct rrd_known *verified)
{
	struct stat status;

	return fstat(f->fd, &status) == 0 &&
	       status.st_dev == verified->device &&
	       status.st_ino == verified->inode &&
	       f->header.last_s == verified->last_s;
}

/* Look at what was written, and that nobody wrote to the file meanwhile. */
static int check(const struct rrd_file *f, const char *fresh)
{
	struct rrd_file written;
	struct rrd_header now;
	const char *fault;
	int rc = rrd_header_look(&now, NULL, f->fd, f->layout, &fault);

	if (rc == 0 && !rrd_header_same(&now, &f->header))
		rc = -EAGAIN;
	if (rc < 0)
		return rc;
	rc = rrd_file_open(&written, fresh, f->layout, &fault);
	if (rc < 0) {
		log_error("store: copy failed: %s: %s", fresh,
			  fault ? fault : err_str(rc));
		return rc;
	}
	if (!rrd_header_same(&written.header, &f->header))
		rc = -EAGAIN;
	rrd_file_close(&written);
	return rc;
}

static int copy_to(const char *copy, const struct rrd_file *f)
{
	char fresh[PATH_MAX];
	int rc;

	if (snprintf(fresh, sizeof(fresh), "%s.new", copy) >=
	    (int)sizeof(fresh))
		return -ENAMETOOLONG;
	rc = file_make_directory_of(copy);
	if (rc == 0)
		rc = file_copy(f->fd, fresh, rrd_header_file_size(f->layout));
	if (rc < 0)
		return rc == -ENODATA ? -EAGAIN : rc;
	rc = check(f, fresh);
	if (rc == 0 && rename(fresh, copy) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)unlink(fresh);
		return rc;
	}
	return file_sync_directory_of(copy);
}

int rrd_copy(const char *state_dir, const struct series *series,
	     const struct rrd_known *verified, uint64_t *bytes)
{
	const struct series_layout *layout = series_layout(series->kind);
	char path[PATH_MAX];
	char copy[PATH_MAX];
	struct rrd_file f;
	const char *fault;
	int rc = series_path(path, sizeof(path), state_dir, series);

	*bytes = 0;
	if (rc == 0)
		rc = rrd_copy_path(copy, sizeof(copy), state_dir, series);
	if (rc < 0)
		return rc;
	rc = rrd_file_open(&f, path, layout, &fault);
	if (rc < 0) {
		if (fault)
			log_error("store: not copied: %s: %s", path, fault);
		return rc;
	}
	if (!is_verified(&f, verified)) {
		rc = -EAGAIN;
	} else if (!has_copy(copy, &f)) {
		rc = copy_to(copy, &f);
		if (rc == 0)
			*bytes = rrd_header_file_size(layout);
	}
	rrd_file_close(&f);
	return rc;
}

int rrd_copy_remove(const char *state_dir, const struct series *series)
{
	char copy[PATH_MAX];
	int rc = rrd_copy_path(copy, sizeof(copy), state_dir, series);

	if (rc == 0 && unlink(copy) < 0 && errno != ENOENT)
		rc = -errno;
	return rc;
}

static bool is_rrd(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(suffix) &&
	       strcmp(name + len - strlen(suffix), suffix) == 0;
}

/*
 * "as64500.rrd.new", "as64500.rrd.mend", with librrd's six letters behind or
 * not. A switch may be called so, but its file ends in ".rrd" all the same.
 */
static bool is_temporary(const char *name)
{
	return !is_rrd(name) &&
	       (strstr(name, ".rrd.new") || strstr(name, ".rrd.mend"));
}

static void sweep_remove(const char *path, uint64_t *count,
			 struct rrd_sweep *sweep)
{
	if (unlink(path) == 0)
		(*count)++;
	else if (errno != ENOENT)
		sweep->failed++;
}

/* A copy below copies/rrd/ whose file below rrd/ is gone. */
static bool is_orphan(const char *state_dir, const char *copy, bool *known)
{
	char path[PATH_MAX];
	struct stat status;
	size_t folder_len = strlen(state_dir) + strlen("/copies");

	*known = true;
	if (snprintf(path, sizeof(path), "%s%s", state_dir,
		     copy + folder_len) >= (int)sizeof(path))
		return false;
	if (lstat(path, &status) == 0)
		return false;
	*known = errno == ENOENT || errno == ENOTDIR;
	return *known;
}

static void sweep_one(const char *state_dir, const FTSENT *entry,
		      int64_t before_s, struct rrd_sweep *sweep)
{
	bool is_copy = strncmp(entry->fts_path + strlen(state_dir), "/copies/",
			       strlen("/copies/")) == 0;
	bool known;

	if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR ||
	    entry->fts_info == FTS_NS) {
		if (entry->fts_errno != ENOENT)
			sweep->failed++;
		return;
	}
	if (entry->fts_info != FTS_F)
		return;
	if (is_temporary(entry->fts_name)) {
		sweep_remove(entry->fts_path, &sweep->temporaries, sweep);
	} else if (is_copy && is_rrd(entry->fts_name) &&
		   entry->fts_statp->st_mtim.tv_sec < before_s) {
		if (is_orphan(state_dir, entry->fts_path, &known))
			sweep_remove(entry->fts_path, &sweep->copies, sweep);
		else if (!known)
			sweep->failed++;
	}
}

int rrd_copy_sweep(const char *state_dir, int64_t before_s,
		   struct rrd_sweep *sweep)
{
	char files[PATH_MAX];
	char copies[PATH_MAX];
	char *const folders[] = { files, copies, NULL };
	const FTSENT *entry;
	FTS *walk;

	*sweep = (struct rrd_sweep){ 0 };
	if (snprintf(files, sizeof(files), "%s/rrd", state_dir) >=
		(int)sizeof(files) ||
	    snprintf(copies, sizeof(copies), "%s/copies/rrd", state_dir) >=
		(int)sizeof(copies))
		return -ENAMETOOLONG;
	walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return -errno;
	while ((entry = fts_read(walk)))
		sweep_one(state_dir, entry, before_s, sweep);
	(void)fts_close(walk);
	return 0;
}
