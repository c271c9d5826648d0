/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/pair_read.h"

#include <math.h>
#include <stdbool.h>

#include "store/rrd_write.h"
#include "util/err.h"

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	DIRECTION_COLUMNS = PAIR_BA_V4_BYTES, /* of a to b; b to a follow */
};

/* What a stretch of time adds to a row. */
struct stretch {
	double known_s;
	double amounts[DIRECTION_COLUMNS]; /* rate × seconds */
};

/* How the rows behind a pair's last one are made. */
struct tail {
	const char *state_dir;
	const struct series *pair;
	int64_t end_s; /* of the file's rows */
	size_t first_column;
	int64_t sender_end_s;
	struct series_data sender; /* rows of the direction's sender */
	struct series_data last;   /* the pair's own, of the row that its file
				    * ends in */
};

/* The member rows that tell most of pair rows of some length. */
static uint32_t member_row_s(uint32_t pair_row_s)
{
	if (pair_row_s >= DAY_S)
		return DAY_S;
	return pair_row_s > HOUR_S ? HOUR_S : SERIES_PAIR_STEP_S;
}

/* Which part of which rows; columns are NaN together. */
struct part {
	size_t column;
	size_t columns;
	int64_t from_s;
	int64_t to_s;
};

static void add_rows(struct stretch *to, const struct series_data *data,
		     const struct part *part)
{
	for (size_t row = 0; row < data->rows; row++) {
		int64_t start = data->from_s + (int64_t)row * data->row_s;
		int64_t end = start + data->row_s;
		double seconds;

		start = start > part->from_s ? start : part->from_s;
		end = end < part->to_s ? end : part->to_s;
		if (start >= end || isnan(series_at(data, row, part->column)))
			continue;
		seconds = (double)(end - start);
		to->known_s += seconds;
		for (size_t i = 0; i < part->columns; i++)
			to->amounts[i] +=
			    seconds * series_at(data, row, part->column + i);
	}
}

/* One row of one direction, if all of it is past. */
static void fill_row(struct series_data *out, const struct tail *t, size_t row)
{
	int64_t from_s = out->from_s + (int64_t)row * out->row_s;
	int64_t to_s = from_s + out->row_s;
	double *values = &out->values[row * out->columns + t->first_column];
	const struct part last = { t->first_column, DIRECTION_COLUMNS, from_s,
				   to_s < t->end_s ? to_s : t->end_s };
	/* Its sender's rows tell only for how long there was nothing. */
	const struct part nothing = { TRAFFIC_FROM_SAMPLES, 0,
				      from_s > t->end_s ? from_s : t->end_s,
				      to_s };
	struct stretch sum = { 0 };

	if (to_s > t->sender_end_s)
		return;
	add_rows(&sum, &t->last, &last);
	add_rows(&sum, &t->sender, &nothing);
	if (sum.known_s <= 0 || sum.known_s * 2 < out->row_s)
		return;
	for (size_t i = 0; i < DIRECTION_COLUMNS; i++)
		values[i] = sum.amounts[i] / sum.known_s;
}

/* Read what the tail of one direction is made of. */
static int read_sender(struct tail *t, const struct series_data *out,
		       uint32_t asn)
{
	const struct series member = { .kind = SERIES_MEMBER, .asn = asn };
	struct series_range range = {
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = t->end_s,
		.to_s = out->from_s + (int64_t)out->rows * out->row_s,
		.row_s = member_row_s(out->row_s),
	};
	int rc = rrd_last_end(t->state_dir, &member, &t->sender_end_s);

	if (range.from_s < out->from_s)
		range.from_s = out->from_s;
	return rc < 0 ? rc
		      : series_read(&t->sender, t->state_dir, &member, &range);
}

static int read_last(struct tail *t, const struct series_data *out)
{
	struct series_range range = {
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = t->end_s - t->end_s % out->row_s,
		.to_s = t->end_s,
		.row_s = SERIES_PAIR_STEP_S,
	};

	return range.from_s == range.to_s
		   ? 0
		   : series_read(&t->last, t->state_dir, t->pair, &range);
}

static int fill_direction(struct series_data *out, struct tail *t,
			  size_t first_column, uint32_t sender)
{
	int rc = read_sender(t, out, sender);
	size_t first = 0;

	t->first_column = first_column;
	if (t->end_s > out->from_s)
		first = (size_t)((t->end_s - out->from_s) / out->row_s);
	for (size_t row = first; rc == 0 && row < out->rows; row++) {
		/* The writer may have been faster. */
		if (isnan(series_at(out, row, first_column)))
			fill_row(out, t, row);
	}
	series_data_fini(&t->sender);
	/* A sender without a file was never observed. */
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

int pair_read(struct series_data *out, const char *state_dir,
	      const struct series *pair, const struct series_range *range)
{
	struct tail t = { .state_dir = state_dir, .pair = pair };
	struct series_data data = { 0 };
	int rc = rrd_last_end(state_dir, pair, &t.end_s);

	if (rc == 0)
		rc = series_read(&data, state_dir, pair, range);
	if (rc != 0)
		return rc;
	if (t.end_s < data.from_s + (int64_t)data.rows * data.row_s) {
		rc = read_last(&t, &data);
		if (rc == 0)
			rc = fill_direction(&data, &t, PAIR_AB_V4_BYTES,
					    pair->asn);
		if (rc == 0)
			rc = fill_direction(&data, &t, PAIR_BA_V4_BYTES,
					    pair->other_asn);
		series_data_fini(&t.last);
	}
	if (rc < 0)
		series_data_fini(&data);
	else
		*out = data;
	return rc;
}
