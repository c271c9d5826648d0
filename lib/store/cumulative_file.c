/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/cumulative_file.h"

#include <errno.h>
#include <limits.h>
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

/* c NULL: only see where it ends. */
static int read_on(struct journal_reader *reader, struct cumulative *c,
		   uint64_t *seq)
{
	struct record_reader record;
	int rc;

	while ((rc = journal_read_next(reader, &record)) == 1) {
		uint64_t at = record.head.seq;

		if (at > *seq)
			*seq = at;
		/* What is damaged counts as far as it can be read. */
		if (c && cumulative_take(c, &record, at) < 0)
			continue;
	}
	journal_read_close(reader);
	return rc;
}

int cumulative_follow(struct cumulative *c, const char *state_dir,
		      enum journal_stream stream)
{
	struct journal_reader *reader;
	uint64_t seq = c->seq;
	int rc = journal_read_after(&reader, state_dir, 1U << stream, seq);

	if (rc == -ENOENT)
		return 0;
	return rc < 0 ? rc : read_on(reader, c, &seq);
}

int cumulative_begin(struct cumulative *c, const char *state_dir,
		     enum journal_stream stream, int64_t from_s)
{
	struct journal_reader *reader;
	int rc = journal_read_all(&reader, state_dir, 1U << stream, from_s);

	if (rc == -ENOENT)
		return 0;
	return rc < 0 ? rc : read_on(reader, NULL, &c->seq);
}
