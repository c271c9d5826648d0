/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"

enum { BLOCK_SIZE = 64 * 1024 };

/* Read until len bytes are there or the file ends; how many, or -errno. */
static ssize_t read_at(int fd, uint8_t *to, size_t len, uint64_t from)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got =
		    pread(fd, to + done, len - done, (off_t)(from + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int journal_scan_open(const char *path)
{
	struct stat status;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &status) < 0 ? -errno : 0;
	if (rc == 0 && S_ISREG(status.st_mode))
		return fd;
	(void)close(fd);
	return rc < 0 ? rc : ERR_MALFORMED;
}

int journal_scan_peek(struct journal_peek *out, int fd)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE + JOURNAL_FRAME_HEAD +
		      JOURNAL_RECORD_HEAD];
	struct record_reader record;
	struct journal_frame frame;
	struct cursor c;
	ssize_t got = read_at(fd, bytes, sizeof(bytes), 0);
	int rc;

	*out = (struct journal_peek){ 0 };
	if (got < 0)
		return (int)got;
	c = cursor_of(bytes, (size_t)got);
	rc = journal_header_read(&out->header, c);
	if (rc < 0 || (size_t)got < sizeof(bytes))
		return rc;
	cursor_skip(&c, JOURNAL_HEADER_SIZE);
	journal_frame_head(&frame, c);
	if (record_open(&record, frame.payload) == 0) {
		out->has_record = true;
		out->seq = frame.seq;
		out->start_s = record.head.start_s;
		out->odd_clock = record.head.odd_clock;
	}
	return 0;
}

/* Have the next len bytes in the block; false and *rc 0: there are fewer. */
static const uint8_t *next_bytes(struct journal_scan *s, size_t len, int *rc)
{
	size_t wanted = len > BLOCK_SIZE ? len : BLOCK_SIZE;
	ssize_t got;

	*rc = 0;
	if (len > s->size - s->at)
		return NULL;
	if (s->at >= s->block_from &&
	    s->at + len <= s->block_from + s->block_len)
		return s->block + (s->at - s->block_from);
	if (s->block_capacity < wanted) {
		free(s->block);
		s->block_len = 0;
		s->block_capacity = 0;
		s->block = malloc(wanted);
		if (!s->block) {
			*rc = -ENOMEM;
			return NULL;
		}
		s->block_capacity = wanted;
	}
	wanted = s->block_capacity;
	if (wanted > s->size - s->at)
		wanted = (size_t)(s->size - s->at);
	got = read_at(s->fd, s->block, wanted, s->at);
	s->block_from = s->at;
	s->block_len = got > 0 ? (size_t)got : 0;
	*rc = got < 0 ? (int)got : 0;
	return s->block_len >= len ? s->block : NULL;
}

/* Whether some process has the file open for writing. */
static bool is_written(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void journal_scan_mark_written(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	/* Where there are no locks a half-written end is told as damage. */
	(void)fcntl(fd, F_OFD_SETLK, &lock);
}

/* The file ends here before it should, if it has not grown since. */
static int incomplete(struct journal_scan *s)
{
	struct stat status;

	s->damaged = !is_written(s->fd) && fstat(s->fd, &status) == 0 &&
		     (uint64_t)status.st_size <= s->size;
	return 0;
}

static int damaged(struct journal_scan *s)
{
	s->damaged = true;
	return 0;
}

int journal_scan_start(struct journal_scan *s, int fd, uint64_t limit)
{
	struct stat status;
	const uint8_t *header;
	int rc;

	*s = (struct journal_scan){ .fd = fd };
	if (fstat(fd, &status) < 0)
		return -errno;
	s->size =
	    (uint64_t)status.st_size < limit ? (uint64_t)status.st_size : limit;
	header = next_bytes(s, JOURNAL_HEADER_SIZE, &rc);
	if (!header && rc == 0) {
		/* An empty one was never more than made. */
		if (s->size > 0)
			(void)incomplete(s);
		rc = ERR_TRUNCATED;
	}
	if (!header)
		return rc;
	rc = journal_header_read(&s->header,
				 cursor_of(header, JOURNAL_HEADER_SIZE));
	s->at = JOURNAL_HEADER_SIZE;
	return rc;
}

int journal_scan_next(struct journal_scan *s, struct journal_frame *frame)
{
	const uint8_t *bytes;
	size_t len;
	int rc;

	if (s->damaged || s->at == s->size)
		return 0;
	bytes = next_bytes(s, JOURNAL_FRAME_HEAD, &rc);
	if (!bytes)
		return rc < 0 ? rc : incomplete(s);
	if (journal_frame_length(cursor_of(bytes, JOURNAL_FRAME_HEAD), &len) <
	    0)
		return damaged(s);
	bytes = next_bytes(s, len, &rc);
	if (!bytes)
		return rc < 0 ? rc : incomplete(s);
	if (journal_frame_read(frame, cursor_of(bytes, len)) < 0)
		return damaged(s);
	frame->offset = s->at;
	s->at += len;
	return 1;
}

int journal_scan_hop(struct journal_scan *s, struct journal_frame *frame)
{
	uint8_t bytes[JOURNAL_FRAME_HEAD] = { 0 };
	struct cursor c = cursor_of(bytes, sizeof(bytes));
	ssize_t got;
	size_t len;

	if (s->size - s->at < sizeof(bytes))
		return 0;
	got = read_at(s->fd, bytes, sizeof(bytes), s->at);
	if (got < 0)
		return (int)got;
	if ((size_t)got < sizeof(bytes) || journal_frame_length(c, &len) < 0 ||
	    len > s->size - s->at)
		return 0;
	journal_frame_head(frame, c);
	frame->offset = s->at;
	s->at += len;
	return 1;
}

bool journal_scan_is_damage(int rc)
{
	return rc == ERR_MALFORMED || rc == ERR_TRUNCATED || rc == -EIO ||
	       rc == -ENOENT;
}

void journal_scan_fini(struct journal_scan *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->block);
	*s = (struct journal_scan){ .fd = -1 };
}
