/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_replaced.h"

#include <errno.h>
#include <stdlib.h>

static int add_range(struct journal_replaced *r,
		     const struct journal_frame *closed)
{
	struct record_reader record;

	/* Whole, and yet no record: it replaces nothing. */
	if (record_open(&record, closed->payload) < 0)
		return 0;
	if (r->count == r->room) {
		size_t larger = r->room ? 2 * r->room : 16;
		struct journal_range *grown =
		    realloc(r->ranges, larger * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		r->ranges = grown;
		r->room = larger;
	}
	r->ranges[r->count++] =
	    (struct journal_range){ closed->replaces, closed->seq,
				    record.head.start_s };
	return 0;
}

/* Whether a closed step stands for parts of a file that is there. */
static bool concerns(const struct journal_frame *closed,
		     const struct journal_file *parts, size_t count)
{
	for (size_t i = 0; closed->replaces && i < count; i++) {
		if (parts[i].status == 0 &&
		    closed->replaces <= parts[i].last_seq &&
		    closed->seq > parts[i].name.first_seq)
			return true;
	}
	return false;
}

/* Take over what the whole records of a closed file say. */
static int take_file(struct journal_replaced *r, const char *folder,
		     const struct journal_file *file,
		     const struct journal_file *parts, size_t count)
{
	struct journal_frame frame;
	struct journal_scan scan;
	int rc = journal_list_start(&scan, folder, file);

	while (rc == 0 && (rc = journal_scan_next(&scan, &frame)) == 1) {
		if (frame.seq > r->last_closed)
			r->last_closed = frame.seq;
		rc = concerns(&frame, parts, count) ? add_range(r, &frame) : 0;
	}
	journal_scan_fini(&scan);
	/* What cannot be read replaces nothing. */
	return journal_scan_is_damage(rc) ? 0 : rc;
}

/* Whether the heads of a closed file's frames speak of parts that are there.
 * Only if so its checksums are worth the time. @return 1, 0 or -errno */
static int may_concern(const char *folder, const struct journal_file *file,
		       const struct journal_file *parts, size_t count)
{
	struct journal_frame frame;
	struct journal_scan scan;
	bool found = false;
	int rc = journal_list_start(&scan, folder, file);

	while (rc == 0 && !found &&
	       (rc = journal_scan_hop(&scan, &frame)) == 1) {
		found = concerns(&frame, parts, count);
		rc = 0;
	}
	journal_scan_fini(&scan);
	if (rc < 0 && !journal_scan_is_damage(rc))
		return rc;
	return found;
}

/*
 * A record of ports counts behind the closed step that it was made after, and
 * until the next one: what that step holds of ports is in no other record.
 */
static int find_ports_in(struct journal_replaced *r, const char *folder,
			 const struct journal_file *file, bool alone)
{
	struct record_reader record;
	struct journal_frame frame;
	struct journal_scan scan;
	int rc = journal_list_start(&scan, folder, file);

	while (rc == 0 && (rc = journal_scan_next(&scan, &frame)) == 1) {
		rc = 0;
		if (record_open(&record, frame.payload) == 0 &&
		    record.head.kind == RECORD_PORTS &&
		    (frame.replaces <= r->last_closed || alone) &&
		    frame.seq > r->last_closed && frame.seq > r->ports)
			r->ports = frame.seq;
	}
	journal_scan_fini(&scan);
	return journal_scan_is_damage(rc) ? 0 : rc;
}

int journal_replaced_read(struct journal_replaced *out, const char *folder,
			  const struct journal_list *list,
			  enum journal_stream stream)
{
	const struct journal_file *parts;
	bool newest = stream == JOURNAL_STEPS; /* RECORD_PORTS go by it */
	size_t from;
	size_t to;
	size_t count;
	int rc = 0;

	*out = (struct journal_replaced){ 0 };
	journal_list_kind(list, journal_parts_of(stream), &from, &to);
	parts = list->files + from;
	count = to - from;
	if (count == 0)
		return 0;
	journal_list_kind(list, journal_closed_of(stream), &from, &to);
	for (size_t i = to; rc == 0 && i > from; i--) {
		const struct journal_file *file = &list->files[i - 1];

		if (!newest)
			rc = may_concern(folder, file, parts, count);
		if (newest || rc == 1)
			rc = take_file(out, folder, file, parts, count);
		newest = newest && out->last_closed == 0;
		if (file->name.first_seq <= parts[0].name.first_seq && !newest)
			break;
	}
	for (size_t i = 0; rc == 0 && stream == JOURNAL_STEPS && i < count; i++)
		rc = find_ports_in(out, folder, &parts[i], from == to);
	return rc;
}

void journal_replaced_fini(struct journal_replaced *r)
{
	free(r->ranges);
	*r = (struct journal_replaced){ 0 };
}

/*
 * Whether parts from first to last, all of one step, are replaced. Not by their
 * numbers alone: after a crash there may be parts of two steps, and the first
 * one is closed with a number behind both.
 */
static bool covers(const struct journal_replaced *r, uint64_t first,
		   uint64_t last, int64_t start_s)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct journal_range *range = &r->ranges[i];

		if (range->first <= first && last < range->behind &&
		    range->start_s == start_s)
			return true;
	}
	return false;
}

bool journal_replaced_has(const struct journal_replaced *r,
			  const struct journal_frame *part)
{
	struct record_reader record;

	if (record_open(&record, part->payload) < 0)
		return false;
	if (record.head.kind == RECORD_PORTS)
		return part->seq != r->ports;
	return covers(r, part->seq, part->seq, record.head.start_s);
}

bool journal_replaced_file(const struct journal_replaced *r,
			   const struct journal_file *file)
{
	uint64_t first = file->name.first_seq;
	uint64_t last = file->last_seq > first ? file->last_seq : first;

	return file->status == 0 && file->first.has_record &&
	       last != r->ports && covers(r, first, last, file->first.start_s);
}
