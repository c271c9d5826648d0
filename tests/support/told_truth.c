/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/told_truth.h"

#include <check.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "util/text.h"

#define T0 STORED_START

enum {
	EACH_KIND = 2,
	SERIES_MAX = EACH_KIND * SERIES_KIND_COUNT,
	STEPS_MAX = 2800, /* all of them in the finest archive */
};

/* The truth: what each series gets in each step, made when asked for. */

struct series told_series(size_t number)
{
	struct series s =
	    stored_series((enum series_kind)(number % SERIES_KIND_COUNT));
	uint32_t more = (uint32_t)(number / SERIES_KIND_COUNT);

	s.asn -= more; /* the lower one of a pair */
	s.vlan = (uint16_t)(s.vlan + more);
	s.ifindex += more;
	return s;
}

/* There is one exchange, and one switch. */
static bool is_told_of(size_t number)
{
	size_t kind = number % SERIES_KIND_COUNT;

	return number < SERIES_KIND_COUNT ||
	       (kind != SERIES_EXCHANGE && kind != SERIES_SWITCH &&
		kind != SERIES_AGENT);
}

/* @return false: nothing is known of that step */
static bool true_row(size_t number, int64_t start_s, struct series_row *row)
{
	int64_t step = (start_s - T0) / SERIES_STEP_S;
	uint64_t seed = number * 100003 + (uint64_t)step;

	(void)stored_random(&seed);
	if (stored_random(&seed) % 11 == 0)
		return false;
	row->start_s = start_s;
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++) {
		row->values[i] = stored_random(&seed) % 1000 / 8.0;
		if (stored_random(&seed) % 50 == 0)
			row->values[i] = NAN;
	}
	return true;
}

static size_t number_of(const struct series *series)
{
	struct series s;

	for (size_t n = 0; n < SERIES_MAX; n++) {
		s = told_series(n);
		if (s.kind == series->kind && s.asn == series->asn &&
		    s.vlan == series->vlan && s.ifindex == series->ifindex)
			return n;
	}
	ck_abort_msg("a series that nobody gave");
}

static int64_t step_of(size_t number)
{
	return series_layout(told_series(number).kind)->step_s;
}

int told_source(void *context, struct rrdcached *c,
		const struct rrdcached_gap *gaps, size_t count)
{
	struct told_truth *truth = context;
	struct series_row row;
	int rc = 0;

	truth->asked++;
	for (int64_t at_s = T0; at_s < truth->to_s; at_s += SERIES_STEP_S) {
		for (size_t g = 0; g < count && rc == 0; g++) {
			size_t n = number_of(gaps[g].series);

			if ((at_s - T0) % step_of(n) == 0 &&
			    at_s + step_of(n) <= truth->to_s &&
			    at_s >= gaps[g].from_s && at_s < gaps[g].to_s &&
			    true_row(n, at_s, &row))
				rc = rrdcached_refill(c, g, &row);
		}
	}
	return rc;
}

void told_step(struct told_truth *truth, struct rrdcached *client)
{
	int64_t end_s = truth->to_s + SERIES_STEP_S;

	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = told_series(n);
		struct series_row row;

		if (!is_told_of(n))
			continue;
		if ((end_s - T0) % step_of(n) == 0 &&
		    true_row(n, end_s - step_of(n), &row))
			ck_assert_int_eq(
			    rrdcached_write_rows(client, &series, &row, 1), 0);
	}
	truth->to_s = end_s;
}

void told_expect_all(const struct told_truth *truth, struct rrdcached *client)
{
	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = told_series(n);
		struct series_row row;
		int64_t end_s = truth->to_s - (truth->to_s - T0) % step_of(n);

		while (end_s > T0 && !true_row(n, end_s - step_of(n), &row))
			end_s -= step_of(n);
		if (is_told_of(n) && end_s > T0)
			ck_assert_int_eq(
			    rrdcached_expect(client, &series, end_s), 0);
	}
}

/*
 * A file as rrdtool prints it, without what it left over of the consolidation
 * before: that depends on how a gap was told, and nothing reads it again.
 */
static struct text dump(const char *state_dir, const struct series *series)
{
	char path[PATH_MAX];
	char command[PATH_MAX + 64];
	char line[4096];
	struct text text;
	FILE *pipe;

	text_init(&text);
	ck_assert_int_eq(series_path(path, sizeof(path), state_dir, series), 0);
	(void)snprintf(command, sizeof(command), "rrdtool dump '%s'", path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		if (!strstr(line, "<primary_value>") &&
		    !strstr(line, "<secondary_value>"))
			text_add(&text, line);
	}
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert(text_ok(&text));
	return text;
}

/* Write the truth of a series directly, all at once. @return how many rows */
static size_t write_truth(const struct told_truth *truth, const char *state_dir,
			  size_t number)
{
	struct series_row *rows = calloc(STEPS_MAX, sizeof(*rows));
	struct series series = told_series(number);
	size_t count = 0;

	ck_assert_ptr_nonnull(rows);
	for (int64_t at_s = T0; at_s + step_of(number) <= truth->to_s;
	     at_s += step_of(number)) {
		ck_assert_uint_lt(count, STEPS_MAX);
		if (true_row(number, at_s, &rows[count]))
			count++;
	}
	ck_assert_int_eq(rrd_write_rows(state_dir, &series, rows, count, NULL),
			 0);
	free(rows);
	return count;
}

/* Whether two files have the same rows in each archive. */
static bool have_same_rows(const struct told_truth *truth, const char *other,
			   const struct series *series)
{
	const struct series_layout *layout = series_layout(series->kind);
	bool same = true;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];
		const struct series_range range = { a->consolidation,
						    T0 - a->row_s, truth->to_s,
						    a->row_s };
		struct series_data x;
		struct series_data y;

		ck_assert_int_eq(series_read(&x, truth->dir, series, &range),
				 0);
		ck_assert_int_eq(series_read(&y, other, series, &range), 0);
		ck_assert_uint_eq(x.rows, y.rows);
		same = same && memcmp(x.values, y.values,
				      x.rows * x.columns * sizeof(double)) == 0;
		series_data_fini(&x);
		series_data_fini(&y);
	}
	return same;
}

/* Whether they are the same down to what is not consolidated yet. */
static bool are_same(const char *one, const char *other,
		     const struct series *series)
{
	struct text x = dump(one, series);
	struct text y = dump(other, series);
	bool same = strcmp(text_str(&x), text_str(&y)) == 0;

	text_fini(&x);
	text_fini(&y);
	return same;
}

size_t told_count_unlike(const struct told_truth *truth,
			 struct rrdcached *client, bool exactly)
{
	char direct[PATH_MAX];
	size_t unlike = 0;

	(void)snprintf(direct, sizeof(direct), "%s/direct", truth->dir);
	for (size_t n = 0; n < SERIES_MAX; n++) {
		struct series series = told_series(n);
		int64_t got_s;
		int64_t wanted_s;

		if (!is_told_of(n) || write_truth(truth, direct, n) == 0)
			continue;
		ck_assert_int_eq(rrdcached_flush(client, &series), 0);
		ck_assert_int_eq(rrd_last_end(truth->dir, &series, &got_s), 0);
		ck_assert_int_eq(rrd_last_end(direct, &series, &wanted_s), 0);
		ck_assert_msg(got_s == wanted_s, "series %zu: %lld, not %lld",
			      n, (long long)(got_s - T0),
			      (long long)(wanted_s - T0));
		unlike += exactly ? !are_same(truth->dir, direct, &series)
				  : !have_same_rows(truth, direct, &series);
	}
	return unlike;
}
