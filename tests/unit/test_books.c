/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What reports take from the books of days: sums, what is usual, records, and
 * who exchanged how much with whom. */

#include "web/report/books.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "store/daybook_file.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/zone.h"
#include "web/report/history.h"
#include "web/report/pair_sums.h"
#include "web/report/records.h"

static char *dir;

static void set_up(void)
{
	ck_assert_int_eq(zone_use("Europe/Paris"), 0);
	dir = tempdir_new();
}

static void tear_down(void)
{
	tempdir_remove(dir);
}

static struct daybook_head head_of(enum daybook_kind kind, struct date date)
{
	struct date end = kind == DAYBOOK_MONTH ? date_next_month(date)
						: date_add_days(date, 1);

	return (struct daybook_head){ .kind = kind,
				      .date = date,
				      .zone = "Europe/Paris",
				      .from_s = zone_day_start(date, 300),
				      .to_s = zone_day_start(end, 300),
				      .row_s = 300 };
}

/* Of a series that carries so many bytes/s, half of it IPv6, in so many slots
 * of a day; the peak is twice that, in the minute three times. */
static void add(struct daybook_writer *w, const struct series *series,
		double rate, uint32_t known)
{
	struct daybook_entry entry;

	daybook_entry_init(&entry, series);
	for (int way = 0; way < 2; way++) {
		int first = way ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES;

		entry.totals[first] = entry.totals[first + 1] =
		    rate / 2 * known * 300;
		entry.totals[first + 2] = 0;
		entry.measures[way] = (struct daybook_measure){
			.known = known,
			.p95 = rate * 1.5,
			.peak = rate * 2,
			.peak_at_s = w->head.from_s + 3600,
			.minute_peak = rate * 3,
			.minute_peak_at_s = w->head.from_s + 3660
		};
	}
	daybook_add(w, &entry);
}

static void store(struct date date, double rate, double of_member,
		  uint32_t known)
{
	const struct series all = { .kind = SERIES_EXCHANGE };
	const struct series member = { .kind = SERIES_MEMBER, .asn = 64500 };
	struct daybook_head head = head_of(DAYBOOK_DAY, date);
	struct daybook_writer w;

	daybook_begin(&w, &head);
	if (rate > 0)
		add(&w, &all, rate, known);
	if (of_member > 0)
		add(&w, &member, of_member, known);
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_ge(daybook_store(dir, &w), 0);
	daybook_writer_fini(&w);
}

static struct span span(enum span_kind kind, int year, int month, int day)
{
	struct span s;

	ck_assert_int_eq(span_of(&s, kind, (struct date){ year, month, day }),
			 0);
	return s;
}

static const struct series exchange = { .kind = SERIES_EXCHANGE };
static const struct series member = { .kind = SERIES_MEMBER, .asn = 64500 };

START_TEST(a_week_is_the_sum_of_its_days_and_names_those_that_lack)
{
	struct span week = span(SPAN_WEEK, 2026, 3, 29);
	const struct daybook_entry *entry;
	struct books b;

	store((struct date){ 2026, 3, 23 }, 100, 10, 288);
	store((struct date){ 2026, 3, 24 }, 300, 0, 288);
	store((struct date){ 2026, 3, 29 }, 200, 30, 276);
	ck_assert_int_eq(books_load(&b, dir, &week), 0);
	ck_assert_uint_eq(b.missing_count, 4);
	ck_assert_int_eq(b.missing[0].day, 25);
	ck_assert_int_eq(b.missing[3].day, 28);
	entry = books_find(&b, &exchange);
	ck_assert_ptr_nonnull(entry);
	ck_assert_double_eq(books_total(entry, 0),
			    300.0 * (100 * 288 + 300 * 288 + 200 * 276));
	ck_assert_uint_eq(entry->measures[0].known, 288 + 288 + 276);
	ck_assert_double_eq(entry->measures[0].peak, 600);
	ck_assert_int_eq(entry->measures[0].peak_at_s,
			 zone_day_start((struct date){ 2026, 3, 24 }, 300) +
			     3600);
	/* The sum of percentiles is none. */
	ck_assert(isnan(entry->measures[0].p95));
	/* Who is not there from the first day on is found all the same. */
	entry = books_find(&b, &member);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->measures[0].known, 288 + 276);
	books_fini(&b);
}
END_TEST

START_TEST(a_day_has_its_percentile_and_a_closed_month_its_own)
{
	struct date march = { 2026, 3, 1 };
	struct daybook_head head = head_of(DAYBOOK_MONTH, march);
	struct span day = span(SPAN_DAY, 2026, 3, 2);
	struct span month = span(SPAN_MONTH, 2026, 3, 9);
	struct daybook_writer w;
	struct books b;

	store((struct date){ 2026, 3, 2 }, 100, 0, 288);
	ck_assert_int_eq(books_load(&b, dir, &day), 0);
	ck_assert_double_eq(books_find(&b, &exchange)->measures[0].p95, 150);
	ck_assert_uint_eq(b.missing_count, 0);
	books_fini(&b);
	daybook_begin(&w, &head);
	add(&w, &exchange, 70, 8000);
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_ge(daybook_store(dir, &w), 0);
	daybook_writer_fini(&w);
	ck_assert_int_eq(books_load(&b, dir, &month), 0);
	ck_assert_double_eq(books_find(&b, &exchange)->measures[0].p95, 105);
	ck_assert_uint_eq(b.missing_count, 30);
	ck_assert(!books_are_empty(&b));
	books_fini(&b);
}
END_TEST

START_TEST(a_damaged_book_is_missing)
{
	struct span day = span(SPAN_DAY, 2026, 3, 2);
	char path[PATH_MAX];
	struct books b;

	store((struct date){ 2026, 3, 2 }, 100, 0, 288);
	ck_assert_int_eq(daybook_path(path, dir, DAYBOOK_DAY, day.first), 0);
	ck_assert_int_eq(file_replace(path, "damaged", 7), 0);
	ck_assert_int_eq(books_load(&b, dir, &day), 0);
	ck_assert_uint_eq(b.missing_count, 1);
	ck_assert(books_are_empty(&b));
	books_fini(&b);
}
END_TEST

static const struct {
	const char *rule;
	double values[HISTORY_SPANS];
	size_t count;
	size_t kept;
} lists[] = {
	{ "nothing stays nothing", { 0 }, 0, 0 },
	{ "one stays", { 5 }, 1, 1 },
	{ "what is alike stays",
	  { 100, 101, 99, 100, 102, 98, 100, 101 },
	  8,
	  8 },
	{ "an outage goes", { 100, 101, 99, 100, 3, 98, 100, 101 }, 8, 7 },
	{ "a feast goes", { 100, 101, 99, 100, 102, 98, 100, 250 }, 8, 7 },
	{ "two outages go", { 100, 101, 99, 0, 3, 98, 100, 101 }, 8, 6 },
	{ "what varies stays", { 60, 140, 100, 80, 120, 70, 130, 90 }, 8, 8 },
	{ "equal ones do not make a small change an outlier",
	  { 100, 100, 100, 100, 106 },
	  5,
	  5 },
	{ "all zero stays", { 0, 0, 0, 0 }, 4, 4 },
};

START_TEST(what_is_out_of_proportion_does_not_count)
{
	double values[HISTORY_SPANS];

	memcpy(values, lists[_i].values, sizeof(values));
	ck_assert_msg(history_keep(values, lists[_i].count) == lists[_i].kept,
		      "%s", lists[_i].rule);
}
END_TEST

START_TEST(usual_is_the_same_weekday_of_past_weeks)
{
	static const double rates[] = { 100, 110, 90, 105, 2, 95 };
	struct span today = span(SPAN_DAY, 2026, 4, 5);
	struct comparison c;
	struct history h;
	struct books b;

	for (int week = 0; week < 6; week++) {
		struct date d =
		    date_add_days((struct date){ 2026, 4, 5 }, -7 * (week + 1));
		struct daybook_head head = head_of(DAYBOOK_DAY, d);

		store(d, rates[week], 0, daybook_slots(&head));
		/* Another weekday changes nothing. */
		store(date_add_days(d, 1), 1e6, 0, 288);
	}
	/* Less than half of a day says nothing. */
	store((struct date){ 2026, 2, 15 }, 1e6, 0, 143);
	store(today.first, 130, 0, 288);
	ck_assert_int_eq(books_load(&b, dir, &today), 0);
	ck_assert_int_eq(history_load(&h, dir, &today), 0);
	history_compare(&c, &h, &b, &exchange, 0);
	ck_assert_uint_eq(c.asked, 8);
	ck_assert_uint_eq(c.known, 6);
	ck_assert_uint_eq(c.used, 5);
	ck_assert_double_eq_tol(c.now, 130, 1e-9);
	ck_assert_double_eq_tol(c.mean, 100, 1e-9);
	ck_assert_double_eq_tol(c.deviation, sqrt(250.0 / 4), 1e-9);
	ck_assert_double_eq_tol(c.change, 0.3, 1e-9);
	ck_assert_double_eq_tol(c.score, 30 / sqrt(250.0 / 4), 1e-9);
	/* Of whom there was nothing before there is no saying what is usual. */
	history_compare(&c, &h, &b, &member, 0);
	ck_assert(isnan(c.now) && isnan(c.mean) && isnan(c.change));
	history_fini(&h);
	books_fini(&b);
}
END_TEST

START_TEST(a_record_is_more_than_ever_before_once_there_is_a_before)
{
	struct span today = span(SPAN_DAY, 2026, 3, 2);
	struct records r;
	struct broken b;

	for (int i = 1; i <= 28; i++)
		store(date_add_days(today.first, -i), i == 9 ? 100 : 50,
		      i == 28 ? 0 : 10, 288);
	store(today.first, 99, 20, 288);
	ck_assert_int_eq(records_load(&r, dir, &today), 0);
	b = records_broken(&r, 0);
	ck_assert(!records_any(&b));
	ck_assert_double_eq(b.before->of[0].peak, 300);
	ck_assert_int_eq(b.before->of[0].day_on.day, 21);
	/* Of this member there are 27 days before. */
	b = records_broken(&r, 64500);
	ck_assert(!records_any(&b));
	records_fini(&r);
	store(date_add_days(today.first, -29), 50, 10, 288);
	ck_assert_int_eq(records_load(&r, dir, &today), 0);
	b = records_broken(&r, 64500);
	ck_assert(b.day[0] && b.day[1] && b.peak[0] && b.peak[1]);
	ck_assert_double_eq(b.now->of[1].peak, 60);
	ck_assert_double_eq(b.now->of[1].day, 20.0 * 288 * 300);
	/* What comes later breaks nothing. */
	store(date_add_days(today.first, 1), 1e6, 1e6, 288);
	records_fini(&r);
	ck_assert_int_eq(records_load(&r, dir, &today), 0);
	b = records_broken(&r, 0);
	ck_assert(!records_any(&b));
	b = records_broken(&r, 64999);
	ck_assert(!b.now && !records_any(&b));
	records_fini(&r);
}
END_TEST

static void store_pairs(struct date date, const struct daybook_pair *pairs,
			size_t count)
{
	struct daybook_head head = head_of(DAYBOOK_PAIRS, date);
	struct daybook_writer w;

	daybook_begin(&w, &head);
	for (size_t i = 0; i < count; i++)
		daybook_add_pair(&w, &pairs[i]);
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_eq(daybook_store(dir, &w), DAYBOOK_STORED);
	daybook_writer_fini(&w);
}

START_TEST(pairs_are_summed_over_days_and_vlans_and_seen_from_both)
{
	static const struct daybook_pair first[] = {
		{ 100, 64500, 64501, { 1, 2, 3, 4 }, { 288, 288 } },
		{ 200, 64500, 64501, { 10, 20, 30, 40 }, { 288, 288 } },
		{ 100, 64500, 64502, { 1000, 0, 0, 0 }, { 288, 288 } },
		{ 200, 64501, 64501, { 7, 0, 0, 0 }, { 288, 288 } },
	};
	static const struct daybook_pair second[] = {
		{ 100, 64500, 64501, { 100, 200, 300, 400 }, { 288, 288 } },
	};
	struct span week = span(SPAN_WEEK, 2026, 3, 2);
	const struct peer_sum *peers;
	struct pair_sums sums;
	size_t count;

	store_pairs((struct date){ 2026, 3, 2 }, first, 4);
	store_pairs((struct date){ 2026, 3, 5 }, second, 1);
	ck_assert_int_eq(pair_sums_load(&sums, dir, &week), 0);
	ck_assert_uint_eq(sums.missing, 5);
	peers = pair_sums_of(&sums, 64500, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(peers[0].peer, 64501); /* 1110 to 1000 bytes */
	ck_assert_uint_eq(peers[0].sent[0], 111);
	ck_assert_uint_eq(peers[0].sent[1], 222);
	ck_assert_uint_eq(peers[0].received[0], 333);
	ck_assert_uint_eq(peers[0].received[1], 444);
	ck_assert_uint_eq(peers[1].peer, 64502);
	peers = pair_sums_of(&sums, 64501, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(peers[0].received[1], 222);
	ck_assert_uint_eq(peers[1].peer, 64501); /* itself, once */
	ck_assert_uint_eq(peers[1].sent[0], 7);
	ck_assert_ptr_null(pair_sums_of(&sums, 64503, &count));
	ck_assert_uint_eq(count, 0);
	pair_sums_fini(&sums);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_week_is_the_sum_of_its_days_and_names_those_that_lack, 0 },
		{ a_day_has_its_percentile_and_a_closed_month_its_own, 0 },
		{ a_damaged_book_is_missing, 0 },
		{ what_is_out_of_proportion_does_not_count, COUNT_OF(lists) },
		{ usual_is_the_same_weekday_of_past_weeks, 0 },
		{ a_record_is_more_than_ever_before_once_there_is_a_before, 0 },
		{ pairs_are_summed_over_days_and_vlans_and_seen_from_both, 0 },
	};

	return unit_run_with("books", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
