/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_judge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/rrd_file.h"
#include "util/err.h"

enum {
	FUTURE_S = 600,
	WIDER = 4, /* times as long, where a look was not long enough */
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t rrd_judge_start(const struct rrd_judge *j)
{
	uint32_t step_s = j->layout->step_s;
	int64_t from_s = later(j->source->from_s, step_s) + step_s - 1;

	return from_s - from_s % step_s;
}

int rrd_judge_rows(const struct rrd_judge *j, int64_t from_s,
		   struct rrd_truth *truth)
{
	uint32_t step_s = j->layout->step_s;
	int64_t start_s = later(from_s, rrd_judge_start(j));
	int64_t end_s = start_s;
	size_t n = 0;
	int rc;

	truth->from_s = start_s;
	rc = j->source->rows(j->source->context, start_s, &truth->rows,
			     &truth->count);
	if (rc < 0)
		return rc;
	for (; n < truth->count; n++) {
		int64_t row_s = truth->rows[n].start_s;

		if (row_s >= j->options->now_s + FUTURE_S)
			break;
		if (row_s % step_s != 0 || row_s < end_s)
			return ERR_RANGE;
		end_s = row_s + step_s;
	}
	truth->count = n;
	return 0;
}

int64_t rrd_judge_end(const struct rrd_judge *j, const struct rrd_truth *truth)
{
	if (truth->count == 0)
		return rrd_judge_start(j);
	return truth->rows[truth->count - 1].start_s + j->layout->step_s;
}

struct rrd_truth rrd_judge_rest(const struct rrd_truth *truth, int64_t from_s)
{
	struct rrd_truth rest = *truth;

	while (rest.count > 0 && rest.rows[0].start_s < from_s) {
		rest.rows++;
		rest.count--;
	}
	return rest;
}

/* What the end of a file tells. */
static bool ends_too_late(const struct rrd_judge *j, int64_t end_s,
			  struct rrd_finding *out)
{
	const char *fault = "";

	if (end_s > j->options->now_s + FUTURE_S)
		fault = "ends in the future";
	else if (end_s > rrd_judge_end(j, &out->truth))
		fault = "ends later than the journal";
	(void)snprintf(out->fault, sizeof(out->fault), "%s", fault);
	return fault[0] != '\0';
}

/*
 * Compare a file with the truth of its end, and with more of it where all the
 * rows of the end are alike. @return 0 or as rrd_compare
 */
static int compare(const struct rrd_judge *j, const struct rrd_file *f,
		   struct rrd_finding *out)
{
	int64_t check_s = j->options->check_s;
	int64_t end_s = f->header.last_s;
	int rc;

	for (;;) {
		rc = rrd_judge_rows(j,
				    rrd_compare_from(j->layout, end_s, check_s),
				    &out->truth);
		if (rc < 0 || ends_too_late(j, end_s, out))
			return rc;
		rc = rrd_compare(f, &out->truth, check_s, out->fault,
				 sizeof(out->fault));
		if (rc != RRD_SAME_AS_FAR_AS_SEEN ||
		    end_s - check_s <= rrd_judge_start(j))
			return rc < 0 ? rc : 0;
		check_s *= WIDER;
	}
}

static void learn(struct rrd_known *known, const struct rrd_file *f)
{
	struct stat status;

	if (fstat(f->fd, &status) == 0)
		*known = (struct rrd_known){
			.last_s = f->header.last_s,
			.device = status.st_dev,
			.inode = status.st_ino,
		};
}

int rrd_judge_file(const struct rrd_judge *j, const char *path,
		   struct rrd_finding *out)
{
	struct rrd_file f;
	const char *fault;
	int rc = rrd_file_open(&f, path, j->layout, &fault);

	*out = (struct rrd_finding){ 0 };
	/* ELOOP, ENXIO: links in a circle, a socket. */
	if (fault || rc == -EIO || rc == -ELOOP || rc == -ENXIO) {
		(void)snprintf(out->fault, sizeof(out->fault), "%s",
			       fault ? fault : err_str(rc));
		out->unread = rc == -EIO;
		return 0;
	}
	if (rc < 0)
		return rc;
	learn(&out->known, &f);
	rc = compare(j, &f, out);
	rrd_file_close(&f);
	if (rc == -EIO || rc == -EAGAIN) {
		(void)snprintf(out->fault, sizeof(out->fault),
			       "rows cannot be read: %s", err_str(rc));
		out->unread = rc == -EIO;
		rc = 0;
	}
	return rc;
}
