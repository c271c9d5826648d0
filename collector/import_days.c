/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/import_days.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_header.h"
#include "util/err.h"
#include "util/file.h"
#include "util/number.h"

enum { SLOT_MAX_S = 1800, FILE_MAX = 64 };

static const char file_name[] = "days-to-close";

static int path_of(const struct import_job *job, char to[PATH_MAX])
{
	return snprintf(to, PATH_MAX, "%s/%s", job->state_dir, file_name) <
		       PATH_MAX
		   ? 0
		   : -ENAMETOOLONG;
}

/* "from to\n" */
static int read_times(const char *text, size_t len, uint64_t times[2])
{
	const char *space = memchr(text, ' ', len);
	size_t first = space ? (size_t)(space - text) : 0;
	int rc;

	if (!space || text[len - 1] != '\n')
		return ERR_SYNTAX;
	rc = number_u64(text, first, SERIES_LAST_MAX_S, &times[0]);
	if (rc == 0)
		rc = number_u64(space + 1, len - first - 2, SERIES_LAST_MAX_S,
				&times[1]);
	return rc == 0 && times[0] >= times[1] ? ERR_SYNTAX : rc;
}

int import_days_begin(struct import_job *job)
{
	char path[PATH_MAX];
	uint64_t times[2];
	struct text text;
	int rc = path_of(job, path);

	text_init(&text);
	if (rc == 0)
		rc = file_read(path, FILE_MAX, &text);
	if (rc == 0 && text.len > 0 &&
	    read_times(text.data, text.len, times) == 0) {
		job->noted_from_s = job->slots_from_s = (int64_t)times[0];
		job->noted_to_s = job->slots_to_s = (int64_t)times[1];
	}
	text_fini(&text);
	return rc == -ENOENT ? 0 : rc;
}

int import_days_note(struct import_job *job, const struct history *history)
{
	int64_t from_s = job->noted_from_s;
	int64_t to_s = job->noted_to_s;
	char path[PATH_MAX];
	char text[FILE_MAX];
	int rc;

	for (size_t i = 0; i < history->part_count; i++) {
		const struct history_part *p = &history->parts[i];
		int64_t end_s = p->from_s + (int64_t)p->rows * p->row_s;

		if (p->row_s > SLOT_MAX_S || p->rows == 0)
			continue;
		if (to_s == 0 || p->from_s < from_s)
			from_s = p->from_s;
		if (end_s > to_s)
			to_s = end_s;
	}
	if (from_s == job->noted_from_s && to_s == job->noted_to_s)
		return 0;
	rc = path_of(job, path);
	if (rc == 0)
		rc = snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 "\n",
			      from_s, to_s);
	if (rc > 0)
		rc = file_replace(path, text, (size_t)rc);
	if (rc < 0)
		return rc;
	job->noted_from_s = from_s;
	job->noted_to_s = to_s;
	return 0;
}

int import_days_end(struct import_job *job)
{
	char path[PATH_MAX];
	int rc = path_of(job, path);

	if (rc == 0 && unlink(path) < 0 && errno != ENOENT)
		rc = -errno;
	job->noted_from_s = job->noted_to_s = 0;
	return rc;
}
