/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/markup.h"
#include "support/unit.h"
#include "util/zone.h"
#include "web/axis.h"
#include "web/graph.h"

enum { ROWS = 12, DAY_ROWS = 288 };

#define START INT64_C(1700006400)

/* A view with rows that the tests then change; one direction's other band
 * stays unknown. */
static struct view made_view(size_t rows)
{
	struct view v = { .period = { .range = RANGE_HOUR,
				      .from_s = START,
				      .to_s = START + (int64_t)rows * 60,
				      .row_s = 60 } };
	size_t cells = rows * (WAY_COUNT * BAND_COUNT + WAY_COUNT);

	v.traffic = (struct traffic){
		.from_s = START, .row_s = 60, .rows = rows, .has_bands = true
	};
	v.traffic.values = calloc(cells, sizeof(double));
	ck_assert_ptr_nonnull(v.traffic.values);
	for (size_t row = 0; row < rows; row++) {
		traffic_column(&v.traffic, WAY_FROM, BAND_V4)[row] = 100e6;
		traffic_column(&v.traffic, WAY_FROM, BAND_TOTAL)[row] = 100e6;
		traffic_column(&v.traffic, WAY_TO, BAND_TOTAL)[row] = 50e6;
	}
	return v;
}

static void forget_row(struct view *v, size_t row)
{
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++)
		traffic_column(&v->traffic, (enum way)(i / BAND_COUNT),
			       (enum band)(i % BAND_COUNT))[row] = NAN;
}

static struct text draw(const struct view *v)
{
	struct subject subject;
	struct text out;

	subject_of_exchange(&subject, NULL);
	subject.one_way = false;
	text_init(&out);
	text_add(&out, "<svg>");
	plot_add(&out, &subject, v);
	text_add(&out, "</svg>");
	ck_assert(text_ok(&out));
	markup_check(text_str(&out), false);
	subject_fini(&subject);
	return out;
}

/* A path with each point where it is, instead of from the one before it. */
static char *absolute(const char *path)
{
	struct text out;
	char command = 'M';
	long x = 0;
	long y = 0;

	text_init(&out);
	while (*path) {
		char *end;
		long step_x;

		if (strchr("MlZ", *path))
			command = *path++;
		if (command == 'Z')
			text_add_char(&out, 'Z');
		if (command == 'Z' || strchr("MlZ", *path))
			continue;
		step_x = strtol(path, &end, 10);
		x = step_x + (command == 'l' ? x : 0);
		y = strtol(end, &end, 10) + (command == 'l' ? y : 0);
		ck_assert_ptr_ne(path, end);
		path = end;
		text_addf(&out, "%c%ld %ld", command == 'l' ? 'L' : 'M', x, y);
	}
	return text_steal(&out);
}

/* The points of the path of a class. */
static char *path_of(const struct text *drawing, const char *class)
{
	static char path[1 << 16];
	char wanted[64];
	const char *at;

	(void)snprintf(wanted, sizeof(wanted), "<path class=\"%s\"", class);
	at = strstr(text_str(drawing), wanted);
	ck_assert_msg(at != NULL, "no path of class %s", class);
	at = strstr(at, " d=\"") + 4;
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	return absolute(path);
}

static size_t count_of(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

START_TEST(unknown_is_a_gap_in_every_shape)
{
	static const char *const classes[] = { "a4", "lf", "lt" };
	struct view v = made_view(ROWS);
	struct text out;

	forget_row(&v, 5);
	out = draw(&v);
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		char *path = path_of(&out, classes[i]);

		ck_assert_uint_eq(count_of(path, 'M'), 2);
		/* The second run starts where row 6 does. */
		ck_assert_ptr_nonnull(strstr(path, "M12 "));
		/* No point in the middle of row 5. */
		ck_assert_ptr_null(strstr(path, "L11 "));
		free(path);
	}
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_gap_never_falls_to_zero)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	forget_row(&v, 5);
	out = draw(&v);
	path = path_of(&out, "lf");
	ck_assert_ptr_null(strstr(path, " 2000"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_single_known_row_is_drawn)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	for (size_t row = 0; row < ROWS; row++) {
		if (row != 3)
			forget_row(&v, row);
	}
	out = draw(&v);
	path = path_of(&out, "lf");
	ck_assert_uint_eq(count_of(path, 'M'), 1);
	ck_assert_int_eq(strncmp(path, "M6 ", 3), 0);
	ck_assert_ptr_nonnull(strstr(path, "L8 "));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(without_any_row_it_says_so)
{
	struct view v = made_view(ROWS);
	struct text out;

	for (size_t row = 0; row < ROWS; row++)
		forget_row(&v, row);
	out = draw(&v);
	ck_assert_ptr_nonnull(strstr(text_str(&out), "No data"));
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(zero_is_drawn_as_zero)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	for (size_t row = 0; row < ROWS; row++)
		traffic_column(&v.traffic, WAY_TO, BAND_TOTAL)[row] = 0;
	out = draw(&v);
	path = path_of(&out, "lt");
	ck_assert_uint_eq(count_of(path, 'M'), 1);
	ck_assert_ptr_nonnull(strstr(path, "M0 2000"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_peak_stays_when_rows_share_a_column)
{
	size_t rows = PLOT_COLUMNS_MAX * 20;
	struct view v = made_view(rows);
	struct text out;
	char *path;

	traffic_column(&v.traffic, WAY_FROM, BAND_TOTAL)[4003] = 1e9;
	ck_assert_uint_eq(plot_rows_per_column(&v.traffic), 20);
	out = draw(&v);
	path = path_of(&out, "mf");
	/* 8 Gbit/s is the top of the axis, in column 200. */
	ck_assert_ptr_nonnull(strstr(path, "L401 0L"));
	free(path);
	path = path_of(&out, "lf");
	ck_assert_ptr_null(strstr(path, "L401 0L"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(few_rows_have_no_second_line)
{
	struct view v = made_view(DAY_ROWS);
	struct text out = draw(&v);

	ck_assert_uint_eq(plot_rows_per_column(&v.traffic), 1);
	ck_assert_ptr_null(strstr(text_str(&out), "class=\"mf\""));
	text_fini(&out);
	view_fini(&v);
}
END_TEST

/* Rows of both directions that may each be so many bytes/s off. */
static void estimate(struct view *v, double half)
{
	struct traffic *t = &v->traffic;
	double bytes = half * t->row_s / 1.96;

	t->has_variance = true;
	for (int way = 0; way < WAY_COUNT; way++) {
		t->variance[way] =
		    t->values +
		    (size_t)(WAY_COUNT * BAND_COUNT + way) * t->rows;
		for (size_t row = 0; row < t->rows; row++)
			t->variance[way][row] = bytes * bytes / t->row_s;
	}
}

START_TEST(an_estimate_has_a_band_around_it)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	/* 1 Gbit/s is the top: 110 of 125 MB/s, back at 90. */
	estimate(&v, 10e6);
	out = draw(&v);
	path = path_of(&out, "bf");
	ck_assert_int_eq(strncmp(path, "M0 240L", 7), 0);
	ck_assert_ptr_nonnull(strstr(path, "L24 240L24 560L23 560"));
	free(path);
	path = path_of(&out, "bt");
	ck_assert_int_eq(strncmp(path, "M0 1040L", 8), 0);
	ck_assert_ptr_nonnull(strstr(path, "L24 1040L24 1360L"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(what_is_exact_has_no_band)
{
	struct view v = made_view(ROWS);
	struct text out = draw(&v);

	ck_assert_ptr_null(strstr(text_str(&out), "class=\"bf\""));
	text_fini(&out);
	estimate(&v, 10e6);
	v.is_exact = true;
	out = draw(&v);
	ck_assert_ptr_null(strstr(text_str(&out), "class=\"bf\""));
	ck_assert_ptr_null(strstr(text_str(&out), "class=\"bt\""));
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_band_is_nowhere_that_the_estimate_is_not)
{
	static const char *const classes[] = { "bf", "bt" };
	struct view v = made_view(ROWS);
	struct text out;

	estimate(&v, 10e6);
	forget_row(&v, 5);
	v.traffic.variance[WAY_FROM][9] = NAN;
	v.traffic.variance[WAY_TO][9] = NAN;
	out = draw(&v);
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		char *path = path_of(&out, classes[i]);

		ck_assert_uint_eq(count_of(path, 'M'), 3);
		ck_assert_ptr_nonnull(strstr(path, "M12 "));
		ck_assert_ptr_nonnull(strstr(path, "M20 "));
		ck_assert_ptr_null(strstr(path, "L11 "));
		ck_assert_ptr_null(strstr(path, "L19 "));
		free(path);
	}
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_band_has_room_above_and_ends_at_zero)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	/* 2 Gbit/s is the top: 200 of 250 MB/s, 150 of 250 back at 0. */
	estimate(&v, 100e6);
	out = draw(&v);
	ck_assert_ptr_nonnull(strstr(text_str(&out), ">2 Gbit/s<"));
	path = path_of(&out, "bf");
	ck_assert_int_eq(strncmp(path, "M0 400L", 7), 0);
	free(path);
	path = path_of(&out, "bt");
	ck_assert_ptr_nonnull(strstr(path, "L24 800L24 2000L"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_band_is_narrower_where_rows_share_a_column)
{
	struct view v = made_view(PLOT_COLUMNS_MAX * 20);
	struct text out;
	char *path;

	estimate(&v, 10e6 * sqrt(20));
	out = draw(&v);
	path = path_of(&out, "bf");
	ck_assert_int_eq(strncmp(path, "M0 240L", 7), 0);
	ck_assert_ptr_nonnull(strstr(path, "L960 240L960 560L959 560"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

static const struct {
	size_t rows;
	uint32_t row_s;
	size_t per_column;
} reductions[] = {
	{ 60, 60, 1 },	    { 288, 300, 1 },	   { 480, 60, 1 },
	{ 481, 60, 5 },	    { 2016, 300, 6 },	   { 8928, 300, 24 },
	{ 8760, 3600, 24 }, { 100000, 3600, 216 },
};

START_TEST(columns_fit_into_days)
{
	struct traffic t = { .rows = reductions[_i].rows,
			     .row_s = reductions[_i].row_s };
	size_t n = plot_rows_per_column(&t);

	ck_assert_uint_eq(n, reductions[_i].per_column);
	ck_assert_uint_le((t.rows + n - 1) / n, PLOT_COLUMNS_MAX);
}
END_TEST

static const struct {
	double max_bps;
	double step;
	double top;
} axes[] = {
	{ 0, 200, 1000 },	 { NAN, 200, 1000 },
	{ 1e9, 0.2e9, 1e9 },	 { 1.01e9, 0.5e9, 1.5e9 },
	{ 2.1e9, 0.5e9, 2.5e9 }, { 9.9e9, 2e9, 10e9 },
	{ 480e6, 100e6, 500e6 }, { 99e12, 20e12, 100e12 },
};

START_TEST(an_axis_has_round_steps_and_room)
{
	struct axis axis = axis_of(axes[_i].max_bps);

	ck_assert_double_eq_tol(axis.step, axes[_i].step, axis.step / 1e6);
	ck_assert_double_eq_tol(axis.top, axes[_i].top, axis.step / 1e6);
}
END_TEST

START_TEST(time_marks_follow_the_exchanges_calendar)
{
	struct axis_mark mark;
	struct text label;

	ck_assert_int_eq(zone_use("America/Marigot"), 0);
	/* Midnight of a UTC day is 20:00 of the day before there. */
	mark = axis_next_mark(86400, START);
	ck_assert_int_eq(mark.at_s, START + 3600);
	ck_assert(!mark.is_labelled);
	mark = axis_next_mark(7 * 86400, START);
	ck_assert_int_eq(mark.at_s, START + 4 * 3600);
	text_init(&label);
	axis_add_time_label(&label, 7 * 86400, mark.at_s);
	ck_assert_str_eq(text_str(&label), "Wed 15");
	text_fini(&label);
	mark = axis_next_mark(365 * 86400, START);
	ck_assert_int_eq(mark.at_s, INT64_C(1701403200)); /* 1 December */
}
END_TEST

START_TEST(days_of_other_lengths_keep_their_midnights)
{
	int64_t at = INT64_C(1698537600); /* 2023-10-29 00:00 UTC */
	struct axis_mark mark;

	/* Clocks go back: the day has 25 hours. */
	ck_assert_int_eq(zone_use("Europe/Paris"), 0);
	mark = axis_next_mark(7 * 86400, at - 7200 - 1);
	ck_assert_int_eq(mark.at_s, at - 7200);
	mark = axis_next_mark(7 * 86400, mark.at_s);
	ck_assert_int_eq(mark.at_s, at - 7200 + 25 * 3600);
}
END_TEST

START_TEST(zones_that_do_not_exist_are_refused)
{
	ck_assert_int_ne(zone_use(""), 0);
	ck_assert_int_ne(zone_use("Nowhere/Land"), 0);
	ck_assert_int_ne(zone_use("../../../etc/passwd"), 0);
	ck_assert_int_ne(zone_use("America"), 0);
	ck_assert_int_eq(zone_use("UTC"), 0);
}
END_TEST

START_TEST(mirrored_directions_share_the_zero_in_the_middle)
{
	struct view v = made_view(ROWS);
	struct text out;
	char *path;

	v.look.is_mirrored = true;
	out = draw(&v);
	/* 800 Mbit/s up and 400 down, of a scale to 800, in 2,000 units. */
	path = path_of(&out, "lf");
	ck_assert_ptr_nonnull(strstr(path, "M0 0L1 0"));
	free(path);
	path = path_of(&out, "lt");
	ck_assert_ptr_nonnull(strstr(path, "M0 1500L1 1500"));
	free(path);
	path = path_of(&out, "at");
	ck_assert_ptr_nonnull(strstr(path, "L24 1000L0 1000Z"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(the_period_before_is_drawn_row_by_row)
{
	struct view v = made_view(ROWS);
	struct view before = made_view(ROWS);
	struct text out;
	char *path;

	for (size_t row = 0; row < ROWS; row++)
		traffic_column(&before.traffic, WAY_FROM, BAND_TOTAL)[row] =
		    50e6;
	v.previous = before.traffic;
	out = draw(&v);
	path = path_of(&out, "pf");
	ck_assert_ptr_nonnull(strstr(path, "M0 1000L1 1000"));
	free(path);
	text_fini(&out);
	view_fini(&v);
}
END_TEST

START_TEST(a_limit_is_drawn_where_the_axis_reaches_it)
{
	struct view v = made_view(ROWS);
	struct text out;

	v.capacity_bps = 10e9;
	v.contracted_bps = 600e6;
	out = draw(&v);
	ck_assert_ptr_null(strstr(text_str(&out), "capacity"));
	ck_assert_ptr_nonnull(
	    strstr(text_str(&out), "contracted 600 Mbit/s</text>"));
	text_fini(&out);
	v.look.to_capacity = true;
	out = draw(&v);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&out), "capacity 10 Gbit/s</text>"));
	text_fini(&out);
	view_fini(&v);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ mirrored_directions_share_the_zero_in_the_middle, 0 },
		{ the_period_before_is_drawn_row_by_row, 0 },
		{ a_limit_is_drawn_where_the_axis_reaches_it, 0 },
		{ unknown_is_a_gap_in_every_shape, 0 },
		{ a_gap_never_falls_to_zero, 0 },
		{ a_single_known_row_is_drawn, 0 },
		{ without_any_row_it_says_so, 0 },
		{ zero_is_drawn_as_zero, 0 },
		{ a_peak_stays_when_rows_share_a_column, 0 },
		{ few_rows_have_no_second_line, 0 },
		{ an_estimate_has_a_band_around_it, 0 },
		{ what_is_exact_has_no_band, 0 },
		{ a_band_is_nowhere_that_the_estimate_is_not, 0 },
		{ a_band_has_room_above_and_ends_at_zero, 0 },
		{ a_band_is_narrower_where_rows_share_a_column, 0 },
		{ columns_fit_into_days, COUNT_OF(reductions) },
		{ an_axis_has_round_steps_and_room, COUNT_OF(axes) },
		{ time_marks_follow_the_exchanges_calendar, 0 },
		{ days_of_other_lengths_keep_their_midnights, 0 },
		{ zones_that_do_not_exist_are_refused, 0 },
	};

	return unit_run("plot", tests, COUNT_OF(tests));
}
