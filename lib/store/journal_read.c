/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/journal_list.h"
#include "store/journal_replaced.h"
#include "util/err.h"

/* The files of one kind, read one behind the other. */
struct chain {
	size_t next; /* in the list */
	size_t end;
	struct journal_scan scan;
	bool scanning;
	char name[JOURNAL_NAME_SIZE]; /* of the file; "" if there is but one */
	struct journal_frame frame;
	bool has_frame;
	uint64_t last_seq;   /* given out */
	uint64_t behind_seq; /* what comes from here on is in another file */
};

struct journal_reader {
	char *folder;
	struct journal_list list;
	struct journal_replaced replaced[JOURNAL_STREAM_COUNT];
	struct chain chains[JOURNAL_KIND_COUNT];
	int64_t from_s;
	uint64_t damaged;
	uint64_t unread;
	uint64_t broken;	      /* of them, of closed steps */
	char problem[PATH_MAX + 128]; /* of the last damaged file */
};

enum { STEP_LONGEST_S = SERIES_PAIR_STEP_S };

static struct journal_reader *reader_new(const char *folder, int64_t from_s)
{
	struct journal_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->from_s = from_s;
	r->folder = strdup(folder);
	for (size_t i = 0; i < JOURNAL_KIND_COUNT; i++) {
		r->chains[i].scan.fd = -1;
		r->chains[i].behind_seq = UINT64_MAX;
	}
	if (r->folder)
		return r;
	free(r);
	return NULL;
}

static unsigned kinds_of(unsigned streams)
{
	unsigned kinds = 0;

	for (int i = 0; i < JOURNAL_KIND_COUNT; i++) {
		if (streams & 1u << journal_stream_of((enum journal_kind)i))
			kinds |= 1u << i;
	}
	return kinds;
}

int journal_read_all(struct journal_reader **out, const char *state_dir,
		     unsigned streams, int64_t from_s)
{
	char folder[PATH_MAX];
	struct journal_reader *r;
	int rc;

	if (snprintf(folder, sizeof(folder), "%s/journal", state_dir) >=
	    (int)sizeof(folder))
		return -ENAMETOOLONG;
	r = reader_new(folder, from_s);
	if (!r)
		return -ENOMEM;
	rc = journal_list_read(&r->list, folder, kinds_of(streams));
	for (int i = 0; rc == 0 && i < JOURNAL_STREAM_COUNT; i++)
		rc = journal_replaced_read(&r->replaced[i], folder, &r->list,
					   (enum journal_stream)i);
	for (int i = 0; i < JOURNAL_KIND_COUNT; i++)
		journal_list_kind(&r->list, (enum journal_kind)i,
				  &r->chains[i].next, &r->chains[i].end);
	if (rc < 0)
		journal_read_close(r);
	else
		*out = r;
	return rc;
}

int journal_read_after(struct journal_reader **out, const char *state_dir,
		       unsigned streams, uint64_t seq)
{
	int rc = journal_read_all(out, state_dir, streams, 0);

	for (int i = 0; rc == 0 && i < JOURNAL_KIND_COUNT; i++)
		(*out)->chains[i].last_seq = seq;
	return rc;
}

int journal_newest_name(uint64_t *seq, const char *state_dir,
			enum journal_stream stream)
{
	char folder[PATH_MAX];
	struct journal_list list = { .files = NULL };
	size_t from;
	size_t to;
	int rc;

	if (snprintf(folder, sizeof(folder), "%s/journal", state_dir) >=
	    (int)sizeof(folder))
		return -ENAMETOOLONG;
	rc = journal_list_read(&list, folder, 1U << journal_closed_of(stream));
	if (rc == 0) {
		journal_list_kind(&list, journal_closed_of(stream), &from, &to);
		*seq = to > from ? list.files[to - 1].name.first_seq : 0;
	}
	journal_list_fini(&list);
	return rc;
}

int journal_read_parts(struct journal_reader **out, const char *state_dir)
{
	int rc = journal_read_all(out, state_dir, ~0u, 0);

	for (int i = 0; rc == 0 && i < JOURNAL_KIND_COUNT; i++) {
		struct chain *chain = &(*out)->chains[i];

		if (journal_is_closed((enum journal_kind)i))
			chain->next = chain->end;
	}
	return rc;
}

/* ---- one file ---- */

/*
 * Where the records of a file stand a second time: from the first one of the
 * next file of its kind on, if that can be read.
 */
static int find_behind(struct journal_reader *r, const struct chain *chain,
		       const struct journal_name *name, uint64_t *behind)
{
	int rc = 0;

	for (size_t i = chain->next; rc == 0 && i < chain->end; i++) {
		const struct journal_file *file = &r->list.files[i];
		struct journal_frame frame = { 0 };
		struct journal_scan scan;

		if (journal_name_compare(&file->name, name) <= 0)
			continue;
		rc = journal_list_start(&scan, r->folder, file);
		if (rc == 0)
			rc = journal_scan_next(&scan, &frame);
		journal_scan_fini(&scan);
		if (rc == 1) {
			*behind = frame.seq;
			return 0;
		}
		rc = journal_scan_is_damage(rc) ? 0 : rc;
	}
	return rc;
}

/* See the one file as a part of its folder, if it has a place there. */
static int find_place(struct journal_reader *r, const char *base,
		      enum journal_kind kind)
{
	enum journal_stream stream = journal_stream_of(kind);
	struct chain *chain = &r->chains[kind];
	struct journal_name name;
	int rc;

	if (!journal_name_read(&name, base) || name.kind != kind)
		return 0;
	rc = journal_list_read(&r->list, r->folder, kinds_of(1u << stream));
	if (rc == 0 && !journal_is_closed(kind))
		rc = journal_replaced_read(&r->replaced[stream], r->folder,
					   &r->list, stream);
	if (rc < 0)
		return rc;
	journal_list_kind(&r->list, kind, &chain->next, &chain->end);
	rc = find_behind(r, chain, &name, &chain->behind_seq);
	chain->next = chain->end; /* the file itself is open already */
	return rc;
}

/* A file of parts that stands alone: only its own last ports count. */
static int find_last_ports(struct journal_reader *r, const char *path,
			   uint64_t limit)
{
	struct journal_replaced *replaced = &r->replaced[JOURNAL_STEPS];
	struct record_reader record;
	struct journal_frame frame;
	struct journal_scan scan = { .fd = -1 };
	int fd = journal_scan_open(path);
	int rc = fd < 0 ? fd : journal_scan_start(&scan, fd, limit);

	while (rc == 0 && (rc = journal_scan_next(&scan, &frame)) == 1) {
		rc = 0;
		if (record_open(&record, frame.payload) == 0 &&
		    record.head.kind == RECORD_PORTS)
			replaced->ports = frame.seq;
	}
	journal_scan_fini(&scan);
	return rc;
}

static int split_path(const char *path, char *folder, size_t size,
		      const char **base)
{
	const char *slash = strrchr(path, '/');
	int wanted;

	*base = slash ? slash + 1 : path;
	if (!slash)
		wanted = snprintf(folder, size, ".");
	else if (slash == path)
		wanted = snprintf(folder, size, "/");
	else
		wanted =
		    snprintf(folder, size, "%.*s", (int)(slash - path), path);
	return wanted < 0 || (size_t)wanted >= size ? -ENAMETOOLONG : 0;
}

/* Open the one file; rc as journal_read_file's. */
static int start_one(struct journal_scan *scan, const char *path)
{
	int fd = journal_scan_open(path);
	int rc;

	if (fd < 0)
		return fd;
	rc = journal_scan_start(scan, fd, UINT64_MAX);
	if (rc == ERR_UNSUPPORTED)
		journal_list_refuse(path, scan->header.version);
	return rc == ERR_TRUNCATED ? ERR_MALFORMED : rc;
}

int journal_read_file(struct journal_reader **out, const char *path)
{
	struct journal_scan scan = { .fd = -1 };
	struct journal_reader *r = NULL;
	char folder[PATH_MAX];
	enum journal_kind kind;
	const char *base;
	int rc = split_path(path, folder, sizeof(folder), &base);

	if (rc == 0)
		rc = start_one(&scan, path);
	if (rc == 0)
		r = reader_new(folder, 0);
	if (!r) {
		journal_scan_fini(&scan);
		return rc < 0 ? rc : -ENOMEM;
	}
	kind = scan.header.kind;
	r->chains[kind].scan = scan;
	r->chains[kind].scanning = true;
	rc = find_place(r, base, kind);
	if (rc == 0 && kind == JOURNAL_STEP_PARTS && r->list.count == 0)
		rc = find_last_ports(r, path, scan.size);
	if (rc < 0)
		journal_read_close(r);
	else
		*out = r;
	return rc;
}

/* ---- the next record ---- */

static void note_damage(struct journal_reader *r, const struct chain *chain,
			uint64_t at, uint64_t size, int rc)
{
	r->unread += rc == -EIO;
	r->damaged++;
	r->broken += journal_is_closed((enum journal_kind)(chain - r->chains));
	(void)snprintf(r->problem, sizeof(r->problem),
		       "%s%sdamaged from byte %llu on, %llu bytes are left out",
		       chain->name, *chain->name ? ": " : "",
		       (unsigned long long)at, (unsigned long long)(size - at));
}

/* Whether all of a closed file's records end before they are of interest. */
static bool too_early(const struct journal_reader *r,
		      const struct journal_file *file)
{
	int64_t span_s = file->first.header.file_s;

	return journal_is_closed(file->name.kind) && file->status == 0 &&
	       file->first.has_record &&
	       (file->first.start_s / span_s + 1) * span_s + STEP_LONGEST_S <=
		   r->from_s;
}

/* Whether all that a closed file holds was given out already: the next one
 * begins where that ended. */
static bool is_behind(const struct journal_reader *r, const struct chain *chain)
{
	const struct journal_file *file = &r->list.files[chain->next];
	const struct journal_file *next = file + 1;

	return chain->last_seq > 0 && journal_is_closed(file->name.kind) &&
	       chain->next + 1 < chain->end && next->status == 0 &&
	       next->first.has_record &&
	       next->name.first_seq <= chain->last_seq + 1;
}

/* Begin the next file of a chain that can be read. @return 1, 0, -errno */
static int start_next(struct journal_reader *r, struct chain *chain)
{
	while (chain->next < chain->end) {
		const struct journal_file *file = &r->list.files[chain->next];
		bool done = too_early(r, file) || is_behind(r, chain);
		bool damaged;
		int rc;

		chain->next++;
		if (done)
			continue;
		journal_name_write(chain->name, &file->name);
		rc = journal_list_start(&chain->scan, r->folder, file);
		/* Its length is not known then. */
		if (file->status == -EIO && rc != -ENOENT)
			rc = -EIO;
		if (rc == 0) {
			chain->scanning = true;
			return 1;
		}
		damaged =
		    rc == ERR_TRUNCATED ? chain->scan.damaged : rc != -ENOENT;
		journal_scan_fini(&chain->scan);
		if (!journal_scan_is_damage(rc))
			return rc;
		if (damaged)
			note_damage(r, chain, 0, file->size, rc);
	}
	return 0;
}

static bool is_wanted(const struct journal_reader *r, const struct chain *chain)
{
	const struct journal_frame *frame = &chain->frame;
	enum journal_kind kind = chain->scan.header.kind;

	if (frame->seq <= chain->last_seq || frame->seq >= chain->behind_seq)
		return false;
	return journal_is_closed(kind) ||
	       !journal_replaced_has(&r->replaced[journal_stream_of(kind)],
				     frame);
}

/* Have a chain's next frame at hand, if there is one. @return 0 or -errno */
static int fill(struct journal_reader *r, struct chain *chain)
{
	int rc = 0;

	while (!chain->has_frame) {
		if (!chain->scanning) {
			rc = start_next(r, chain);
			if (rc <= 0)
				return rc;
		}
		rc = journal_scan_next(&chain->scan, &chain->frame);
		if (rc < 0 && !journal_scan_is_damage(rc))
			return rc;
		if (rc == 1) {
			chain->has_frame = is_wanted(r, chain);
			continue;
		}
		if (chain->scan.damaged || rc < 0)
			note_damage(r, chain, chain->scan.at, chain->scan.size,
				    rc);
		journal_scan_fini(&chain->scan);
		chain->scanning = false;
	}
	return 0;
}

int journal_read_next(struct journal_reader *r, struct record_reader *record)
{
	for (;;) {
		struct chain *next = NULL;
		int rc;

		for (size_t i = 0; i < JOURNAL_KIND_COUNT; i++) {
			struct chain *chain = &r->chains[i];

			rc = fill(r, chain);
			if (rc < 0)
				return rc;
			if (chain->has_frame &&
			    (!next || chain->frame.seq < next->frame.seq))
				next = chain;
		}
		if (!next)
			return 0;
		next->has_frame = false;
		next->last_seq = next->frame.seq;
		if (record_open(record, next->frame.payload) == 0) {
			record->head.seq = next->frame.seq;
			if (record->head.kind != RECORD_PORTS)
				record->head.replaces = next->frame.replaces;
			return 1;
		}
		/* Whole, and yet no record: what follows cannot be either. */
		note_damage(r, next, next->frame.offset, next->scan.size, 0);
		journal_scan_fini(&next->scan);
		next->scanning = false;
	}
}

uint64_t journal_read_damaged(const struct journal_reader *r)
{
	return r->damaged;
}

uint64_t journal_read_broken(const struct journal_reader *r)
{
	return r->broken;
}

uint64_t journal_read_unread(const struct journal_reader *r)
{
	return r->unread;
}

const char *journal_read_problem(const struct journal_reader *r)
{
	return r->problem;
}

void journal_read_close(struct journal_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < JOURNAL_KIND_COUNT; i++)
		journal_scan_fini(&r->chains[i].scan);
	for (size_t i = 0; i < JOURNAL_STREAM_COUNT; i++)
		journal_replaced_fini(&r->replaced[i]);
	journal_list_fini(&r->list);
	free(r->folder);
	free(r);
}
