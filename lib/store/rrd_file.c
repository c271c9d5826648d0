/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"

enum { BLOCK_SIZE = 512 }; /* the unit of st_blocks */

int rrd_file_open_marked(struct rrd_file *out, const char *path,
			 const struct series_layout *layout, const char **fault)
{
	struct rrd_file file = { .layout = layout };
	int rc;

	*fault = NULL;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	file.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file.fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : -errno;
	rc = rrd_header_look_marked(&file.header, &file.progress, file.fd,
				    layout, fault);
	if (rc < 0) {
		(void)close(file.fd);
		return rc;
	}
	*out = file;
	return 0;
}

int rrd_file_open(struct rrd_file *out, const char *path,
		  const struct series_layout *layout, const char **fault)
{
	struct rrd_file file = { 0 };
	int rc = rrd_file_open_marked(&file, path, layout, fault);

	if (rc < 0)
		return rc;
	if (file.header.marked) {
		*fault = rrd_header_mark_fault;
		rrd_file_close(&file);
		return ERR_STORE;
	}
	*out = file;
	return 0;
}

void rrd_file_close(struct rrd_file *f)
{
	(void)close(f->fd);
	f->fd = -1;
}

int64_t rrd_file_archive_end(const struct rrd_file *f, size_t archive)
{
	int64_t last_s = f->header.last_s;

	return last_s - last_s % f->layout->archives[archive].row_s;
}

int64_t rrd_file_archive_start(const struct rrd_file *f, size_t archive)
{
	const struct series_archive *a = &f->layout->archives[archive];

	return rrd_file_archive_end(f, archive) - (int64_t)a->rows * a->row_s;
}

size_t rrd_file_archive_offset(const struct series_layout *layout,
			       size_t archive)
{
	size_t rows = 0;

	for (size_t i = 0; i < archive; i++)
		rows += layout->archives[i].rows;
	return rrd_header_size(layout) +
	       rows * layout->column_count * sizeof(double);
}

static int read_bytes(int fd, void *to, size_t len, off_t at)
{
	char *next = to;

	while (len > 0) {
		ssize_t got = pread(fd, next, len, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EAGAIN; /* it was whole a moment ago */
		next += got;
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

/* An archive is a ring; the row behind the newest is the oldest. */
int rrd_file_read(const struct rrd_file *f, const struct rrd_span *span,
		  double *to)
{
	const struct series_archive *a = &f->layout->archives[span->archive];
	int64_t oldest_s = rrd_file_archive_start(f, span->archive);
	size_t nth = (size_t)((span->from_s - oldest_s) / a->row_s);
	size_t row_values = f->layout->column_count;
	size_t row_size = row_values * sizeof(double);
	off_t base = (off_t)rrd_file_archive_offset(f->layout, span->archive);
	uint64_t newest = f->header.positions[span->archive];
	size_t slot = (size_t)(newest + 1 + nth) % a->rows;
	size_t before_end = a->rows - slot;
	size_t first = span->count < before_end ? span->count : before_end;
	int rc;

	assert(span->from_s >= oldest_s && nth + span->count <= a->rows);
	rc = read_bytes(f->fd, to, first * row_size,
			base + (off_t)(slot * row_size));
	if (rc < 0 || first == span->count)
		return rc;
	return read_bytes(f->fd, to + first * row_values,
			  (span->count - first) * row_size, base);
}

bool rrd_file_is_sparse(const struct stat *status)
{
	return status->st_blocks * BLOCK_SIZE < status->st_size;
}

int rrd_file_fill(const char *path)
{
	struct stat status;
	int rc = 0;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	/* Not posix_fallocate: that writes where the file system cannot. */
	if (fstat(fd, &status) < 0 ||
	    (rrd_file_is_sparse(&status) &&
	     fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, status.st_size) < 0))
		rc = errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
	(void)close(fd);
	return rc;
}
