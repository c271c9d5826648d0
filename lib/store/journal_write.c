/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/journal_parts.h"
#include "util/err.h"
#include "util/log.h"

enum {
	PIECES_MAX = 64,
	ATTEMPTS_MAX = 100,
	US_PER_S = 1000000,
	NS_PER_US = 1000,
};

/* One write takes no more; the kernel stops at 2 GiB. */
#define PIECES_BYTES_MAX ((size_t)512 << 20)

static int64_t clock_us(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

int journal_make_folder(const struct journal *j)
{
	int rc = j->disk->make_folder(j->folder);

	return rc < 0 ? rc : j->disk->sync_folder(j->state_dir);
}

/* ---- one file ---- */

/*
 * Give a file up: what it holds since its last good sync may or may not be
 * there, and no later sync of it would tell.
 */
static void abandon(struct journal *j, enum journal_kind kind)
{
	struct journal_output *o = &j->outputs[kind];
	struct journal_kept *file = journal_keep_find(j, &o->name);
	int rc = j->disk->cut(o->fd, o->synced_size);

	if (file) {
		file->bytes = rc < 0 ? o->size : o->synced_size;
		file->given_up = o->synced_size == 0;
	}
	(void)close(o->fd);
	o->fd = -1;
	j->queues[kind].written = 0;
	/* Without a record it is nothing but a name. If it stays, what it
	 * holds is left out where it is found a second time. */
	journal_keep_sweep(j);
}

/* What an item's being durable means for others. */
static void was_synced(struct journal *j, const struct journal_item *item)
{
	enum journal_kind kind = journal_kind_of(item->kind);

	j->counters.synced += item->stands_for;
	if (!item->odd_clock)
		journal_note_time(j, item->seq, item->start_s);
	if (journal_is_closed(kind) && item->replaces)
		journal_keep_replaced(j, item);
}

/* Have what was written of a kind on the disk, and take it off the queue. */
static int settle(struct journal *j, enum journal_kind kind)
{
	struct journal_output *o = &j->outputs[kind];
	struct journal_queue *q = &j->queues[kind];
	int rc;

	if (q->written == 0)
		return 0;
	rc = j->disk->sync(o->fd);
	if (rc == 0 && !o->named)
		rc = j->disk->sync_folder(j->folder);
	if (rc < 0) {
		abandon(j, kind);
		return rc;
	}
	o->named = true;
	o->synced_size = o->size;
	for (; q->written > 0; q->written--) {
		struct journal_item *item = journal_queue_take(j, q);

		was_synced(j, item);
		free(item);
	}
	return 0;
}

static int write_all(struct journal *j, enum journal_kind kind,
		     struct iovec *pieces, int count)
{
	struct journal_output *o = &j->outputs[kind];

	while (count > 0) {
		ssize_t put = j->disk->write(o->fd, pieces, count);

		if (put == -EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? (int)put : -EIO;
		o->size += (uint64_t)put;
		for (; count > 0 && (size_t)put >= pieces->iov_len; count--)
			put -= (ssize_t)pieces++->iov_len;
		if (count > 0) {
			pieces->iov_base = (char *)pieces->iov_base + put;
			pieces->iov_len -= (size_t)put;
		}
	}
	return 0;
}

/* A file that is new: its name is that of its first record. */
static int create(struct journal *j, struct journal_name *name)
{
	char path[PATH_MAX];
	int rc = -EEXIST;

	for (unsigned i = 0; rc == -EEXIST && i < ATTEMPTS_MAX; i++) {
		name->attempt = i;
		rc = journal_list_path(path, sizeof(path), j->folder, name);
		if (rc == 0)
			rc = j->disk->create(path);
		if (rc != -ENOENT)
			continue;
		rc = journal_make_folder(j);
		if (rc == 0)
			rc = j->disk->create(path);
	}
	return rc;
}

/* The span of file_s that a time lies in; times are not negative. */
static int64_t span_of(const struct journal *j, int64_t start_s)
{
	return start_s / j->limits.file_s;
}

static int begin_file(struct journal *j, enum journal_kind kind,
		      const struct journal_item *item)
{
	struct journal_output *o = &j->outputs[kind];
	struct journal_output new = {
		.name = { .kind = kind, .first_seq = item->seq },
		.span = span_of(j, item->start_s),
		.group = item->group,
	};
	const struct journal_header header = {
		.version = JOURNAL_VERSION,
		.kind = kind,
		.file_s = (uint32_t)j->limits.file_s,
		.created_us = clock_us(CLOCK_REALTIME),
	};
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	struct iovec piece = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	int rc;

	journal_keep_sweep(j);
	new.fd = create(j, &new.name);
	if (new.fd < 0)
		return new.fd;
	journal_scan_mark_written(new.fd);
	*o = new;
	rc = journal_keep_add(j, &(struct journal_kept){
				     .name = new.name,
				     .dated = !item->odd_clock,
				     .end_s = (new.span + 1) * j->limits.file_s,
				     .start_s = item->start_s,
				 });
	journal_header_write(bytes, &header);
	if (rc == 0)
		rc = write_all(j, kind, &piece, 1);
	if (rc < 0)
		abandon(j, kind);
	return rc;
}

static bool belongs(const struct journal *j, enum journal_kind kind,
		    const struct journal_item *item)
{
	const struct journal_output *o = &j->outputs[kind];

	if (o->fd < 0)
		return false;
	return journal_is_closed(kind) ? o->span == span_of(j, item->start_s)
				       : o->group == item->group;
}

/* Finish the file of a kind. */
static int end_file(struct journal *j, enum journal_kind kind)
{
	struct journal_output *o = &j->outputs[kind];
	int rc = settle(j, kind);

	if (rc == 0 && o->fd >= 0) {
		(void)close(o->fd);
		o->fd = -1;
	}
	return rc;
}

/* ---- the queue of a kind ---- */

/* Write the items from *item on that go to the same file, some at once. */
static int write_some(struct journal *j, enum journal_kind kind,
		      struct journal_item **item)
{
	struct journal_output *o = &j->outputs[kind];
	struct iovec pieces[PIECES_MAX];
	struct journal_kept *file;
	size_t bytes = 0;
	int count = 0;
	int rc;

	for (; *item && count < PIECES_MAX && belongs(j, kind, *item) &&
	       (count == 0 || bytes + (*item)->len <= PIECES_BYTES_MAX);
	     *item = (*item)->next) {
		bytes += (*item)->len;
		pieces[count++] = (struct iovec){ .iov_base = (*item)->frame,
						  .iov_len = (*item)->len };
	}
	rc = write_all(j, kind, pieces, count);
	if (rc < 0) {
		abandon(j, kind);
		return rc;
	}
	j->queues[kind].written += (size_t)count;
	file = journal_keep_find(j, &o->name);
	if (file)
		file->bytes = o->size;
	return 0;
}

static int write_queue(struct journal *j, enum journal_kind kind)
{
	struct journal_item *item = j->queues[kind].first;

	while (item) {
		int rc = 0;

		if (!belongs(j, kind, item)) {
			rc = end_file(j, kind);
			if (rc == 0)
				rc = begin_file(j, kind, item);
		}
		if (rc == 0)
			rc = write_some(j, kind, &item);
		if (rc < 0)
			return rc;
	}
	return settle(j, kind);
}

/* ---- all ---- */

/* One line when writing begins to fail, and one when it works again. */
static void report(struct journal *j, int rc, uint64_t waited)
{
	struct journal_counters *c = &j->counters;
	int64_t now = clock_us(CLOCK_MONOTONIC);

	c->error = rc;
	if (rc < 0)
		c->syncs_failed++;
	if (rc < 0 && j->failing_since_us == 0) {
		j->failing_since_us = now;
		j->lost_before = c->lost;
		log_error("journal: cannot store: %s: %s", j->folder,
			  err_str(rc));
	} else if (rc == 0 && j->failing_since_us != 0) {
		log_notice("journal: stores again: after %lld s: %llu records "
			   "had waited, %llu were lost",
			   (long long)(now - j->failing_since_us) / US_PER_S,
			   (unsigned long long)waited,
			   (unsigned long long)(c->lost - j->lost_before));
		j->failing_since_us = 0;
	}
}

int journal_sync(struct journal *j)
{
	uint64_t waited = j->counters.waiting;
	int rc = 0;

	for (int i = 0; i < JOURNAL_STREAM_COUNT; i++) {
		enum journal_stream stream = (enum journal_stream)i;
		/* Parts first: the record of ports that follows a closed step
		 * is there when that step makes the one before it void. */
		int failed = write_queue(j, journal_parts_of(stream));

		if (failed == 0)
			failed = write_queue(j, journal_closed_of(stream));
		if (rc == 0)
			rc = failed;
	}
	journal_keep_bounds(j);
	report(j, rc, waited);
	return rc;
}

void journal_write_close(struct journal *j)
{
	for (int i = 0; i < JOURNAL_KIND_COUNT; i++) {
		if (j->outputs[i].fd >= 0)
			(void)close(j->outputs[i].fd);
		j->outputs[i].fd = -1;
	}
}
