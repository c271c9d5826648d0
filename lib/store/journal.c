/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal_parts.h"
#include "store/journal_replaced.h"
#include "util/err.h"
#include "util/log.h"

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	/* By so much a step may start before the newest though the clock was
	 * only set back a little: ten minutes and a pairs' step. */
	BEHIND_S = 960,
};

#define MIB ((uint64_t)1 << 20)

const struct journal_limits journal_default_limits = {
	.keep_s = { [JOURNAL_STEPS] = 7 * DAY_S, [JOURNAL_PAIRS] = 2 * DAY_S },
	.file_s = HOUR_S,
	.waiting_max_bytes = 96 * MIB,
	.total_max_bytes = 8192 * MIB,
};

/* ---- the queues ---- */

struct journal_item *journal_queue_take(struct journal *j,
					struct journal_queue *q)
{
	struct journal_item *item = q->first;

	q->first = item->next;
	if (!q->first)
		q->last = NULL;
	j->counters.waiting -= item->stands_for;
	j->counters.waiting_bytes -= item->len;
	return item;
}

static void put_last(struct journal *j, struct journal_queue *q,
		     struct journal_item *item)
{
	if (q->last)
		q->last->next = item;
	else
		q->first = item;
	q->last = item;
	j->counters.waiting += item->stands_for;
	j->counters.waiting_bytes += item->len;
}

/*
 * Parts that wait still are not written if their closed step waits as well, nor
 * ports that were read anew: they are done when that is.
 */
static void take_over(struct journal *j, struct journal_item *item)
{
	enum journal_stream stream =
	    journal_stream_of(journal_kind_of(item->kind));
	struct journal_queue *q = &j->queues[journal_parts_of(stream)];
	bool ports = item->kind == RECORD_PORTS;
	struct journal_queue kept = { 0 };

	if (!ports && !journal_is_closed(journal_kind_of(item->kind)))
		return;
	while (q->first) {
		struct journal_item *part = journal_queue_take(j, q);
		bool same = part->kind == RECORD_PORTS &&
			    part->replaces == item->replaces;

		part->next = NULL;
		if (ports ? same : part->group == item->replaces) {
			item->stands_for += part->stands_for;
			free(part);
		} else {
			put_last(j, &kept, part);
		}
	}
	*q = kept;
}

/* A closed step is lost: ports that were to count behind it count at once. */
static void free_ports(struct journal *j, uint64_t closed)
{
	struct journal_item *item = j->queues[JOURNAL_STEP_PARTS].first;

	if (j->streams[JOURNAL_STEPS].last_closed == closed)
		j->streams[JOURNAL_STEPS].last_closed = 0;
	for (; item; item = item->next) {
		if (item->kind != RECORD_PORTS || item->replaces != closed)
			continue;
		item->replaces = 0;
		journal_frame_write(item->frame, item->len, item->seq, 0);
	}
}

static void drop_oldest(struct journal *j)
{
	struct journal_queue *oldest = NULL;
	struct journal_item *item;

	for (int i = 0; i < JOURNAL_KIND_COUNT; i++) {
		struct journal_queue *q = &j->queues[i];

		if (q->first && (!oldest || q->first->seq < oldest->first->seq))
			oldest = q;
	}
	if (!oldest)
		return;
	item = journal_queue_take(j, oldest);
	j->counters.lost += item->stands_for;
	if (item->kind == RECORD_STEP)
		free_ports(j, item->seq);
	free(item);
}

/* Number a record, and say what it replaces. */
static void number(struct journal *j, struct record_head *head,
		   uint64_t *replaces, uint64_t *group)
{
	enum journal_kind kind = journal_kind_of(head->kind);
	enum journal_stream stream = journal_stream_of(kind);
	uint64_t *first_part = &j->streams[stream].first_part;

	head->seq = j->next_seq++;
	*replaces = 0;
	*group = 0;
	if (journal_is_closed(kind)) {
		if (head->replaces == 0 ||
		    (*first_part && *first_part < head->replaces))
			head->replaces = *first_part;
		*replaces = head->replaces;
		*first_part = 0;
		j->streams[stream].last_closed = head->seq;
		return;
	}
	head->replaces = 0;
	if (*first_part == 0)
		*first_part = head->seq;
	*group = *first_part;
	if (head->kind == RECORD_PORTS)
		*replaces = j->streams[stream].last_closed;
}

int journal_append(struct journal *j, struct record_head *head,
		   const struct text *record)
{
	size_t len = JOURNAL_FRAME_HEAD + record->len;
	struct journal_item *item = NULL;
	uint64_t replaces;
	uint64_t group;

	j->counters.records++;
	number(j, head, &replaces, &group);
	if (text_ok(record) && record->len >= JOURNAL_RECORD_HEAD &&
	    record->len <= RECORD_BYTES_MAX)
		item = malloc(sizeof(*item) + len);
	if (!item) {
		j->counters.lost++;
		if (head->kind == RECORD_STEP)
			free_ports(j, head->seq);
		return -ENOMEM;
	}
	assert((uint8_t)record->data[0] == (uint8_t)head->kind);
	*item = (struct journal_item){
		.kind = head->kind,
		.seq = head->seq,
		.replaces = replaces,
		.group = group,
		.stands_for = 1,
		.start_s = head->start_s,
		.odd_clock = head->odd_clock,
		.len = len,
	};
	memcpy(item->frame + JOURNAL_FRAME_HEAD, record->data, record->len);
	journal_frame_write(item->frame, len, item->seq, replaces);
	take_over(j, item);
	put_last(j, &j->queues[journal_kind_of(head->kind)], item);
	while (j->counters.waiting_bytes > j->limits.waiting_max_bytes)
		drop_oldest(j);
	return 0;
}

struct journal_counters journal_counters(const struct journal *j)
{
	return j->counters;
}

void journal_let_age(struct journal *j, bool allowed)
{
	j->keeps_old = !allowed;
}

int64_t journal_newest(const struct journal *j)
{
	return j->newest_s;
}

void journal_note_time(struct journal *j, uint64_t seq, int64_t start_s)
{
	bool later = seq > j->newest_seq;
	int64_t ahead_s = start_s - j->newest_s; /* of the other one */

	if (later ? ahead_s > 0 || ahead_s < -BEHIND_S
		  : ahead_s > 0 && ahead_s <= BEHIND_S)
		j->newest_s = start_s;
	if (later)
		j->newest_seq = seq;
}

/* ---- opening ---- */

static int keep_listed(struct journal *j, const struct journal_list *list)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->count; i++) {
		const struct journal_file *file = &list->files[i];
		struct journal_kept kept = {
			.name = file->name,
			.bytes = file->size,
			.start_s = file->first.start_s,
		};

		if (file->status == 0 && file->first.has_record &&
		    !file->first.odd_clock) {
			int64_t span_s = file->first.header.file_s;
			int64_t start_s = file->first.start_s;

			kept.dated = true;
			kept.end_s = (start_s / span_s + 1) * span_s;
			journal_note_time(j, file->first.seq, start_s);
		}
		if (file->name.first_seq >= j->next_seq)
			j->next_seq = file->name.first_seq + 1;
		rc = journal_keep_add(j, &kept);
	}
	return rc;
}

static void tell_damage(const char *folder, const struct journal_file *file,
			uint64_t at)
{
	char name[JOURNAL_NAME_SIZE];

	journal_name_write(name, &file->name);
	log_warning("journal: damaged file: %s/%s: from byte %llu on %llu "
		    "bytes are left out",
		    folder, name, (unsigned long long)at,
		    (unsigned long long)(file->size - at));
}

/* Read a file that may have been the last one, whole. */
static int read_last(struct journal *j, const struct journal_file *file)
{
	enum journal_stream stream = journal_stream_of(file->name.kind);
	struct record_reader record;
	struct journal_frame frame;
	struct journal_scan scan;
	int rc = journal_list_start(&scan, j->folder, file);

	while (rc == 0 && (rc = journal_scan_next(&scan, &frame)) == 1) {
		rc = 0;
		if (frame.seq >= j->next_seq)
			j->next_seq = frame.seq + 1;
		if (journal_is_closed(file->name.kind) &&
		    frame.seq > j->streams[stream].last_closed)
			j->streams[stream].last_closed = frame.seq;
		if (record_open(&record, frame.payload) == 0 &&
		    !record.head.odd_clock)
			journal_note_time(j, frame.seq, record.head.start_s);
	}
	if (scan.damaged || rc == -EIO)
		tell_damage(j->folder, file, scan.at);
	journal_scan_fini(&scan);
	return journal_scan_is_damage(rc) ? 0 : rc;
}

/* Of closed steps only the newest file was being written at the end; an older
 * one has its turn if nothing can be read of that. */
static int read_kind(struct journal *j, const struct journal_list *list,
		     enum journal_kind kind)
{
	bool done = false;
	size_t from;
	size_t to;
	int rc = 0;

	journal_list_kind(list, kind, &from, &to);
	for (size_t i = to; rc == 0 && i > from; i--) {
		const struct journal_file *file = &list->files[i - 1];

		/* A process ended as it had made it. */
		if (file->status == ERR_TRUNCATED && file->size == 0)
			(void)journal_keep_remove(j, &file->name);
		else if (journal_scan_is_damage(file->status))
			tell_damage(j->folder, file, 0);
		else if (file->status < 0)
			rc = file->status;
		else if (!done)
			rc = read_last(j, file);
		done = journal_is_closed(kind) &&
		       j->streams[journal_stream_of(kind)].last_closed;
	}
	return rc;
}

/* Parts that no closed step followed: the next one replaces them. */
static int go_on(struct journal *j, const struct journal_list *list,
		 enum journal_stream stream)
{
	struct journal_replaced replaced;
	uint64_t last_closed = j->streams[stream].last_closed;
	size_t from;
	size_t to;
	int rc = journal_replaced_read(&replaced, j->folder, list, stream);

	journal_list_kind(list, journal_parts_of(stream), &from, &to);
	for (size_t i = from; rc == 0 && i < to; i++) {
		const struct journal_file *file = &list->files[i];

		if (journal_replaced_file(&replaced, file))
			journal_keep_remove(j, &file->name);
		else if (file->name.first_seq > last_closed &&
			 file->first.has_record &&
			 j->streams[stream].first_part == 0)
			j->streams[stream].first_part = file->name.first_seq;
	}
	journal_replaced_fini(&replaced);
	return rc;
}

static int read_folder(struct journal *j)
{
	const unsigned all = (1u << JOURNAL_KIND_COUNT) - 1;
	struct journal_list list;
	int rc = journal_list_read(&list, j->folder, all);

	if (rc == 0)
		rc = keep_listed(j, &list);
	for (int i = 0; rc == 0 && i < JOURNAL_KIND_COUNT; i++)
		rc = read_kind(j, &list, (enum journal_kind)i);
	for (int i = 0; rc == 0 && i < JOURNAL_STREAM_COUNT; i++)
		rc = go_on(j, &list, (enum journal_stream)i);
	journal_list_fini(&list);
	for (size_t i = 0; i < j->kept_count; i++)
		j->counters.bytes += j->kept[i].bytes;
	return rc;
}

int journal_open_on(struct journal **out, const char *state_dir,
		    const struct journal_limits *limits,
		    const struct journal_disk *disk)
{
	struct journal *j = calloc(1, sizeof(*j));
	char folder[PATH_MAX];
	int rc = -ENOMEM;

	assert(limits->file_s > 0 && limits->file_s <= UINT32_MAX);
	if (!j)
		return rc;
	for (int i = 0; i < JOURNAL_KIND_COUNT; i++)
		j->outputs[i].fd = -1;
	j->limits = *limits;
	j->disk = disk;
	j->next_seq = 1;
	if (snprintf(folder, sizeof(folder), "%s/journal", state_dir) >=
	    (int)sizeof(folder)) {
		journal_close(j);
		return -ENAMETOOLONG;
	}
	j->state_dir = strdup(state_dir);
	j->folder = strdup(folder);
	if (j->state_dir && j->folder)
		rc = journal_make_folder(j);
	if (rc == 0)
		rc = read_folder(j);
	if (rc < 0)
		journal_close(j);
	else
		*out = j;
	return rc;
}

int journal_open(struct journal **out, const char *state_dir,
		 const struct journal_limits *limits)
{
	return journal_open_on(out, state_dir, limits, &journal_system_disk);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->counters.waiting > 0 && journal_sync(j) < 0)
		log_error("journal: closed: %llu records that the disk did "
			  "not take are lost",
			  (unsigned long long)j->counters.waiting);
	journal_write_close(j);
	for (int i = 0; i < JOURNAL_KIND_COUNT; i++) {
		while (j->queues[i].first)
			free(journal_queue_take(j, &j->queues[i]));
	}
	free(j->kept);
	free(j->folder);
	free(j->state_dir);
	free(j);
}
