/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/cumulative_file.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "store/record.h"
#include "util/file.h"

static int path_of(char to[PATH_MAX], const char *state_dir)
{
	int len = snprintf(to, PATH_MAX, "%s/counters", state_dir);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int cumulative_load(struct cumulative *c, const char *state_dir)
{
	char path[PATH_MAX];
	struct text bytes;
	int rc = path_of(path, state_dir);

	text_init(&bytes);
	if (rc == 0)
		rc = file_read(path, CUMULATIVE_FILE_MAX, &bytes);
	if (rc == 0)
		rc = cumulative_read(c, text_str(&bytes), bytes.len);
	text_fini(&bytes);
	return rc;
}

int cumulative_store(const struct cumulative *c, const char *state_dir)
{
	char path[PATH_MAX];
	struct text bytes;
	int rc = path_of(path, state_dir);

	text_init(&bytes);
	cumulative_write(c, &bytes);
	if (rc == 0 && !text_ok(&bytes))
		rc = -ENOMEM;
	if (rc == 0)
		rc = file_replace(path, bytes.data, bytes.len);
	text_fini(&bytes);
	return rc;
}

static bool is_step(const struct record_head *head)
{
	return head->kind == RECORD_STEP || head->kind == RECORD_PAIR_STEP;
}

/* What to read of a journal, and what was seen of it. */
struct reading {
	struct journal_reader *reader;
	size_t most;	  /* steps to take */
	uint64_t highest; /* seq of a step that was there; 0: none */
};

/* c NULL: only see where it ends. */
static int read_on(struct reading *r, struct cumulative *c)
{
	uint64_t from = c ? c->seq : 0;
	struct record_reader record;
	size_t taken = 0;
	int rc = 0;

	while (taken < r->most &&
	       (rc = journal_read_next(r->reader, &record)) == 1) {
		uint64_t at = record.head.seq;

		if (!is_step(&record.head))
			continue;
		if (at > r->highest)
			r->highest = at;
		if (at <= from)
			continue;
		taken++;
		/* What is damaged counts as far as it can be read. */
		if (c && cumulative_take(c, &record, at) < 0)
			continue;
		if (c && !record.head.odd_clock)
			cumulative_forget_gone(c);
	}
	journal_read_close(r->reader);
	return rc < 0 ? rc : 0;
}

int cumulative_follow(struct cumulative *c, const char *state_dir,
		      enum journal_stream stream, size_t most)
{
	struct reading r = { .most = most };
	/* The last one that was taken too: it tells that this is its journal.
	 */
	uint64_t behind = c->seq > 0 ? c->seq - 1 : 0;
	uint64_t ours = c->seq;
	int rc = journal_read_after(&r.reader, state_dir, 1U << stream, behind);

	if (rc == 0)
		rc = read_on(&r, c);
	if (rc == -ENOENT)
		rc = 0;
	return rc == 0 && r.highest < ours ? -ESTALE : rc;
}

int cumulative_begin(struct cumulative *c, const char *state_dir,
		     enum journal_stream stream)
{
	struct reading r = { .most = SIZE_MAX };
	uint64_t named;
	int rc = journal_newest_name(&named, state_dir, stream);

	if (rc == -ENOENT || (rc == 0 && named == 0))
		return 0;
	/* Of the newest file its end; of the others nothing. */
	if (rc == 0)
		rc = journal_read_after(&r.reader, state_dir, 1U << stream,
					named - 1);
	if (rc == 0)
		rc = read_on(&r, NULL);
	if (rc == 0)
		c->seq = r.highest > 0 ? r.highest : named - 1;
	return rc;
}
