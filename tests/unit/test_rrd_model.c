/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever rows come, the model and librrd make the same of them. */
#include <check.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_model.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/text.h"

#define T0 STORED_START

enum {
	ROWS = 4000,
	ROWS_A_CALL = 300,
	DAY_S = 86400,
};

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* What the model says an archive holds, in a ring by the time of rows. */
struct ring {
	int64_t *starts;
	double *values;
};

struct expected {
	const struct series_layout *layout;
	struct ring rings[SERIES_ARCHIVES_MAX];
};

static size_t slot_of(const struct series_archive *archive, int64_t start_s)
{
	return (size_t)(start_s / archive->row_s) % archive->rows;
}

static void note(void *context, const struct rrd_model_row *row)
{
	struct expected *e = context;
	const struct series_archive *archive =
	    &e->layout->archives[row->archive];
	struct ring *ring = &e->rings[row->archive];
	size_t columns = e->layout->column_count;
	size_t slot = slot_of(archive, row->start_s);

	if (row->start_s % archive->row_s != 0 ||
	    row->start_s <= ring->starts[slot])
		ck_abort_msg("row at %lld", (long long)row->start_s);
	ring->starts[slot] = row->start_s;
	memcpy(ring->values + slot * columns, row->values,
	       columns * sizeof(double));
}

static void expected_init(struct expected *e,
			  const struct series_layout *layout)
{
	e->layout = layout;
	for (size_t i = 0; i < layout->archive_count; i++) {
		size_t rows = layout->archives[i].rows;

		e->rings[i].starts = calloc(rows, sizeof(int64_t));
		e->rings[i].values =
		    calloc(rows * layout->column_count, sizeof(double));
		ck_assert(e->rings[i].starts && e->rings[i].values);
	}
}

static void expected_fini(struct expected *e)
{
	for (size_t i = 0; i < e->layout->archive_count; i++) {
		free(e->rings[i].starts);
		free(e->rings[i].values);
	}
}

static double some_value(uint64_t *seed)
{
	switch (stored_random(seed) % 12) {
	case 0:
		return (double)NAN;
	case 1:
		return -1;
	case 2:
		return (double)INFINITY;
	case 3:
		return 0;
	case 4:
		return 1e-290;
	case 5:
		return stored_random(seed);
	case 6:
		return stored_random(seed) * 1e9;
	default:
		return stored_random(seed) / 7.0;
	}
}

/* Most rows follow each other; some come after a gap, a few after a long one.
 */
static int64_t some_gap(uint64_t *seed, uint32_t step_s)
{
	uint32_t kind = stored_random(seed) % 100;

	if (kind < 90)
		return 0;
	if (kind < 98)
		return (int64_t)(stored_random(seed) % 50) * step_s;
	if (kind < 99)
		return (int64_t)(stored_random(seed) % 3000) * step_s;
	return (int64_t)(stored_random(seed) % 20) * step_s * 720;
}

/* Rows with gaps, unknown ones, and columns that are unknown by themselves. */
static void make_rows(struct series_row *rows, size_t count, uint64_t *seed,
		      uint32_t step_s)
{
	int64_t at_s = T0 + (int64_t)(stored_random(seed) % 3000) * step_s;
	bool dense = stored_random(seed) % 4 == 0;

	for (size_t i = 0; i < count; i++) {
		bool unknown = !dense && stored_random(seed) % 9 == 0;

		if (!dense)
			at_s += some_gap(seed, step_s);
		rows[i].start_s = at_s;
		for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
			rows[i].values[c] =
			    unknown ? (double)NAN : some_value(seed);
		at_s += step_s;
	}
}

static void write_in_pieces(const struct series *series,
			    const struct series_row *rows, size_t count,
			    uint64_t *seed)
{
	size_t n;

	for (size_t i = 0; i < count; i += n) {
		n = 1 + stored_random(seed) % ROWS_A_CALL;
		if (n > count - i)
			n = count - i;
		ck_assert_int_eq(rrd_write_rows(dir, series, rows + i, n, NULL),
				 0);
	}
}

/* An assertion costs a system call, so only what is wrong makes one. */
static void assert_same(double stored, double modelled, int64_t start_s)
{
	if (isnan(modelled) ? isnan(stored)
			    : fabs(stored - modelled) <= modelled * 1e-13)
		return;
	ck_abort_msg("%.17g at %lld, not %.17g", stored, (long long)start_s,
		     modelled);
}

/* The file has of this archive what the model says, and nothing else. */
static void assert_archive(const struct series *series,
			   const struct expected *e, size_t archive,
			   int64_t end_s)
{
	const struct series_archive *a = &e->layout->archives[archive];
	const struct ring *ring = &e->rings[archive];
	struct series_range range = { a->consolidation, 0,
				      end_s - end_s % a->row_s, a->row_s };
	struct series_data data;

	range.from_s = range.to_s - (int64_t)a->rows * a->row_s;
	ck_assert_int_eq(series_read(&data, dir, series, &range), 0);
	ck_assert_uint_eq(data.row_s, a->row_s);
	ck_assert_uint_eq(data.rows, a->rows);
	for (size_t i = 0; i < data.rows; i++) {
		int64_t start_s = data.from_s + (int64_t)i * a->row_s;
		size_t slot = slot_of(a, start_s);
		const double *values = ring->values + slot * data.columns;

		for (size_t c = 0; c < data.columns; c++)
			assert_same(series_at(&data, i, c),
				    ring->starts[slot] == start_s ? values[c]
								  : (double)NAN,
				    start_s);
	}
	series_data_fini(&data);
}

static void look(const struct series *series, struct rrd_progress *progress,
		 int64_t *end_s)
{
	const struct series_layout *layout = series_layout(series->kind);
	struct rrd_header header;
	const char *fault;
	char path[PATH_MAX];
	int fd;

	ck_assert_int_eq(series_path(path, sizeof(path), dir, series), 0);
	fd = rrd_header_open(&header, path, layout);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rrd_header_look(&header, progress, fd, layout, &fault),
			 0);
	ck_assert_int_eq(close(fd), 0);
	*end_s = header.last_s;
}

static void assert_progress(const struct series *series,
			    const struct rrd_model *m)
{
	struct rrd_progress stored;
	int64_t end_s;

	look(series, &stored, &end_s);
	ck_assert_int_eq(end_s, m->end_s);
	ck_assert(stored.between_steps);
	for (size_t i = 0; i < m->layout->archive_count; i++)
		ck_assert_msg(rrd_model_same_progress(m->layout, i, &stored,
						      &m->progress),
			      "in progress of archive %zu", i);
}

static const enum series_kind kinds[] = { SERIES_PAIR, SERIES_AGENT,
					  SERIES_PORT, SERIES_MEMBER };

enum { SEEDS = 4, KINDS = sizeof(kinds) / sizeof(kinds[0]) };

START_TEST(the_model_has_what_librrd_stores)
{
	struct series series = stored_series(kinds[_i % KINDS]);
	const struct series_layout *layout = series_layout(series.kind);
	struct series_row *rows = calloc(ROWS, sizeof(*rows));
	uint64_t seed = (uint64_t)_i + 1;
	struct expected e = { 0 };
	struct rrd_model m;

	ck_assert_ptr_nonnull(rows);
	expected_init(&e, layout);
	make_rows(rows, ROWS, &seed, layout->step_s);
	rrd_model_init(&m, layout, rows[0].start_s, note, &e);
	/* also now and then: what is in progress differs by the time */
	for (size_t from = 0; from < ROWS; from += ROWS / 4) {
		write_in_pieces(&series, rows + from, ROWS / 4, &seed);
		for (size_t i = from; i < from + ROWS / 4; i++)
			rrd_model_add(&m, &rows[i]);
		assert_progress(&series, &m);
	}
	for (size_t i = 0; i < layout->archive_count; i++)
		assert_archive(&series, &e, i, m.end_s);
	expected_fini(&e);
	free(rows);
}
END_TEST

START_TEST(a_gap_of_years_completes_what_an_archive_can_keep)
{
	struct series series = stored_series(SERIES_MEMBER);
	const struct series_layout *layout = series_layout(series.kind);
	struct series_row rows[] = {
		{ .start_s = T0 + 420, .values = { 1, 2, 3 } },
		{ .start_s = T0 + INT64_C(12) * 365 * DAY_S + 600,
		  .values = { 4, 5, 6 } },
	};
	struct expected e = { 0 };
	struct rrd_model m;

	expected_init(&e, layout);
	rrd_model_init(&m, layout, rows[0].start_s, note, &e);
	rrd_model_add(&m, &rows[0]);
	rrd_model_add(&m, &rows[1]);
	ck_assert_int_eq(rrd_write_rows(dir, &series, rows, 2, NULL), 0);
	assert_progress(&series, &m);
	for (size_t i = 0; i < layout->archive_count; i++)
		assert_archive(&series, &e, i, m.end_s);
	expected_fini(&e);
}
END_TEST

/* What rrdtool says of the file, as it reads the same bytes. */
static struct text info(void)
{
	char command[PATH_MAX + 64];
	char block[4096];
	struct text text;
	size_t got;
	FILE *pipe;

	text_init(&text);
	(void)snprintf(command, sizeof(command),
		       "rrdtool info '%s/rrd/agent/sw1.rrd'", dir);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(block, 1, sizeof(block), pipe)) > 0)
		text_add_bytes(&text, block, got);
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert(text_ok(&text));
	return text;
}

START_TEST(what_is_in_progress_is_what_rrdtool_says)
{
	struct series series = stored_series(SERIES_AGENT);
	struct series_row rows[3] = { 0 };
	struct rrd_progress stored;
	struct text text;
	int64_t end_s;

	for (size_t i = 0; i < 3; i++) {
		rows[i].start_s = T0 + 120 + (int64_t)i * 60;
		for (size_t c = 0; c < 4; c++)
			rows[i].values[c] = (double)(10 * i + c + 1);
	}
	rows[1].values[2] = (double)NAN;
	ck_assert_int_eq(rrd_write_rows(dir, &series, rows, 3, NULL), 0);
	look(&series, &stored, &end_s);
	text = info();
	for (size_t i = 1; i < 6; i++) {
		for (size_t c = 0; c < 4; c++) {
			const struct rrd_cell *cell = &stored.cells[i][c];
			char line[128];

			(void)snprintf(line, sizeof(line),
				       "rra[%zu].cdp_prep[%zu].value = %.10e\n",
				       i, c, cell->value);
			ck_assert_msg(strstr(text_str(&text), line), "%s",
				      line);
			(void)snprintf(line, sizeof(line),
				       "rra[%zu].cdp_prep[%zu]."
				       "unknown_datapoints = %" PRIu64 "\n",
				       i, c, cell->unknown);
			ck_assert_msg(strstr(text_str(&text), line), "%s",
				      line);
		}
	}
	text_fini(&text);
}
END_TEST

START_TEST(half_of_a_row_may_be_unknown)
{
	const struct series_layout *layout = series_layout(SERIES_PAIR);
	struct expected e = { 0 };
	struct rrd_model m;
	struct series_row row = { .start_s = T0, .values = { 6, 6, 6, 6 } };

	expected_init(&e, layout);
	rrd_model_init(&m, layout, T0, note, &e);
	for (int i = 0; i < 6; i++) {
		row.values[0] = i < 3 ? 6 : (double)NAN;
		row.values[1] = i < 2 ? 6 : (double)NAN;
		rrd_model_add(&m, &row);
		row.start_s += SERIES_PAIR_STEP_S;
	}
	ck_assert_double_eq(
	    e.rings[1].values[4 * slot_of(&layout->archives[1], T0)], 6);
	ck_assert_double_nan(
	    e.rings[1].values[4 * slot_of(&layout->archives[1], T0) + 1]);
	expected_fini(&e);
}
END_TEST

static const struct {
	double a;
	double b;
	bool same;
} comparisons[] = {
	{ 1, 1, true },
	{ 1, 1 + 1e-12, true },
	{ 1, 1.0001, false },
	{ 0, 0, true },
	{ 0, 1e-200, false },
	{ 1e300, 1e300 * (1 + 1e-12), true },
	{ -INFINITY, -INFINITY, true },
	{ -INFINITY, 5, false },
	{ INFINITY, 5, false },
	{ NAN, NAN, true },
	{ NAN, 0, false },
	{ 0, NAN, false },
};

START_TEST(values_are_the_same_but_for_rounding)
{
	ck_assert_int_eq(
	    rrd_model_same_value(comparisons[_i].a, comparisons[_i].b),
	    comparisons[_i].same);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_model_has_what_librrd_stores, SEEDS * KINDS },
		{ a_gap_of_years_completes_what_an_archive_can_keep, 0 },
		{ what_is_in_progress_is_what_rrdtool_says, 0 },
		{ half_of_a_row_may_be_unknown, 0 },
		{ values_are_the_same_but_for_rounding, COUNT_OF(comparisons) },
	};

	return unit_run_with("rrd_model", setup, teardown, tests,
			     COUNT_OF(tests));
}
