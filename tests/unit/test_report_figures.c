/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a subject of a report comes to: by rows, by books, and for a part of the
 * time alone. */

#include "web/report/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/day_close.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/zone.h"

enum {
	DAY_S = 86400,
	STEPS = DAY_S / 60,
	SLOTS = DAY_S / 300,
	OUT = PORT_OUT_OCTETS, /* stored_write adds a column's number */
};

static char *dir;
static struct config config;
static struct call call;
static struct subject subject;
static struct span span;
static double rates[STEPS];

/* A port's day: a rate each minute, some of them unknown. */
static void set_up(void)
{
	struct series port = { .kind = SERIES_PORT,
			       .switch_name = "sw1",
			       .ifindex = 7 };
	uint64_t seed = 1;

	ck_assert_int_eq(zone_use("UTC"), 0);
	dir = tempdir_new();
	config = (struct config){ .state_dir = dir };
	call =
	    (struct call){ .config = &config, .now_s = STORED_START + DAY_S };
	subject_of_port(&subject, NULL, &port, "e7", "");
	for (int i = 0; i < STEPS; i++)
		rates[i] = 1000 + stored_random(&seed) % 1000000;
	for (int i = 100; i < 130; i++)
		rates[i] = NAN;
	ck_assert_uint_eq(stored_write(dir, &port, STORED_START, rates, STEPS),
			  0);
	ck_assert_int_eq(span_of(&span, SPAN_DAY, zone_date(STORED_START)), 0);
	ck_assert_int_eq(span.from_s, STORED_START);
}

static void tear_down(void)
{
	subject_fini(&subject);
	tempdir_remove(dir);
}

static struct figures load(struct validity holds)
{
	struct figures f;
	struct books books;
	struct figures_request request = { .call = &call,
					   .subject = &subject,
					   .books = &books,
					   .holds = holds };

	ck_assert_int_eq(books_load(&books, dir, &span), 0);
	ck_assert_int_eq(figures_load(&f, &request, NULL), 0);
	books_fini(&books);
	return f;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The mean of a slot; NaN: more than half of it is unknown. */
static double mean(size_t slot, double more)
{
	double sum = 0;
	int known = 0;

	for (size_t i = slot * 5; i < slot * 5 + 5; i++) {
		if (isnan(rates[i]))
			continue;
		sum += rates[i] + more;
		known++;
	}
	return known >= 3 ? sum / known : NAN;
}

/* Place ceil(0.95 n) of the n that are known. */
static double p95(size_t from, size_t to, double more, int both)
{
	double means[SLOTS];
	size_t count = 0;

	for (size_t slot = from; slot < to; slot++) {
		double value = mean(slot, more);

		if (both)
			value += mean(slot, 0);
		if (!isnan(value))
			means[count++] = value;
	}
	qsort(means, count, sizeof(*means), by_value);
	return means[(count * 95 + 99) / 100 - 1];
}

START_TEST(figures_of_rows_are_those_of_a_hand)
{
	struct figures f = load((struct validity){ 0, 0 });
	double sum = 0;

	for (size_t slot = 0; slot < SLOTS; slot++)
		sum += isnan(mean(slot, 0)) ? 0 : mean(slot, 0) * 300;
	ck_assert(f.is_exact && !f.is_booked);
	ck_assert_uint_eq(f.rows, SLOTS);
	ck_assert_uint_eq(f.known[WAY_FROM], SLOTS - 6);
	ck_assert_double_eq_tol(f.bytes[WAY_FROM][BAND_TOTAL], sum, 1);
	ck_assert_double_eq_tol(f.p95[WAY_FROM], p95(0, SLOTS, 0, 0), 1e-3);
	ck_assert_double_eq_tol(f.p95[WAY_TO], p95(0, SLOTS, OUT, 0), 1e-3);
	ck_assert_double_eq_tol(f.p95_sum, p95(0, SLOTS, OUT, 1), 1e-3);
	ck_assert(figures_are_provisional(&f)); /* 282 of 288 are 97.9 % */
}
END_TEST

START_TEST(what_was_anothers_is_unknown)
{
	struct validity first = { 0, STORED_START + DAY_S / 2 };
	struct validity second = { STORED_START + DAY_S / 2, 0 };
	struct figures all = load((struct validity){ 0, 0 });
	struct figures a = load(first);
	struct figures b = load(second);

	ck_assert_uint_eq(a.rows, SLOTS);
	ck_assert_uint_eq(a.known[WAY_FROM], SLOTS / 2 - 6);
	ck_assert_uint_eq(b.known[WAY_FROM], SLOTS / 2);
	ck_assert_double_eq_tol(a.bytes[WAY_TO][BAND_TOTAL] +
				    b.bytes[WAY_TO][BAND_TOTAL],
				all.bytes[WAY_TO][BAND_TOTAL], 1);
	ck_assert_double_eq_tol(a.p95[WAY_FROM], p95(0, SLOTS / 2, 0, 0), 1e-3);
	ck_assert_double_eq_tol(b.p95_sum, p95(SLOTS / 2, SLOTS, OUT, 1), 1e-3);
	ck_assert(b.peak_at_s[WAY_FROM] >= second.from_s);
	/* A row in which it changed hands is nobody's. */
	first.until_s += 100;
	second.from_s += 100;
	a = load(first);
	b = load(second);
	ck_assert_uint_eq(a.known[WAY_FROM] + b.known[WAY_FROM],
			  all.known[WAY_FROM] - 1);
}
END_TEST

/* The day's book, as the collector makes it. */
static void close_day(void)
{
	struct day_close *days;
	int rc = day_close_new(&days, dir, "UTC");

	ck_assert_int_eq(rc, 0);
	rc = day_close_again(days, span.first, span.first, span.to_s);
	ck_assert_int_eq(rc, 0);
	while ((rc = day_close_some(days, UINT32_MAX)) == 1)
		;
	ck_assert_int_eq(rc, 0);
	day_close_free(days);
}

START_TEST(without_rows_the_book_says_the_same)
{
	struct figures rows = load((struct validity){ 0, 0 });
	struct figures book;
	char path[4096];

	close_day();
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &subject.series),
			 0);
	ck_assert_int_eq(remove(path), 0);
	book = load((struct validity){ 0, 0 });
	ck_assert(book.is_booked);
	ck_assert(book.is_exact);
	for (int way = 0; way < WAY_COUNT; way++) {
		ck_assert_uint_eq(book.known[way], rows.known[way]);
		ck_assert_double_eq_tol(book.bytes[way][BAND_TOTAL],
					rows.bytes[way][BAND_TOTAL], 1);
		ck_assert_double_eq_tol(book.p95[way], rows.p95[way], 1e-3);
		ck_assert_double_eq_tol(book.peak[way], rows.peak[way], 1e-3);
		ck_assert_int_eq(book.peak_at_s[way], rows.peak_at_s[way]);
	}
	/* It knows no sums of directions, and not who had the port when. */
	ck_assert(isnan(book.p95_sum));
	book = load((struct validity){ 0, STORED_START + DAY_S / 2 });
	ck_assert_uint_eq(book.known[WAY_FROM], 0);
}
END_TEST

START_TEST(longer_rows_that_reach_out_of_the_span_do_not_count)
{
	/* Hours of UTC are none of Kathmandu, where it is a quarter to. */
	struct figures f;

	ck_assert_int_eq(zone_use("Asia/Kathmandu"), 0);
	ck_assert_int_eq(span_of(&span, SPAN_DAY, zone_date(STORED_START)), 0);
	/* So long ago that rows of five minutes are gone. */
	rates[0] = 1;
	ck_assert_uint_eq(stored_write(dir, &subject.series,
				       STORED_START + INT64_C(70) * DAY_S,
				       rates, 1),
			  0);
	f = load((struct validity){ 0, 0 });
	ck_assert_uint_eq(f.row_s, 3600);
	ck_assert(f.rows * 3600 >= DAY_S);
	ck_assert(f.known[WAY_FROM] * 3600 < DAY_S);
	ck_assert(figures_are_provisional(&f));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ figures_of_rows_are_those_of_a_hand, 0 },
		{ what_was_anothers_is_unknown, 0 },
		{ without_rows_the_book_says_the_same, 0 },
		{ longer_rows_that_reach_out_of_the_span_do_not_count, 0 },
	};

	return unit_run_with("report_figures", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
