/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/source_day.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_book.h"
#include "support/unit.h"
#include "util/err.h"

static struct daybook_writer writer;
static struct daybook_head head;
static struct source_days days;

static void setup(void)
{
	head = made_book_head(DAYBOOK_DAY); /* of 276 slots */
	days = (struct source_days){ 0 };
	daybook_begin(&writer, &head);
}

static void teardown(void)
{
	source_days_fini(&days);
	daybook_writer_fini(&writer);
}

static void know(struct daybook_measure *m, uint32_t known)
{
	m->known = known;
	m->p95 = m->peak = 1;
	m->peak_at_s = head.from_s;
}

static void put_agent(const char *name, uint32_t known,
		      const double totals[AGENT_COUNT])
{
	const struct series series = { .kind = SERIES_AGENT,
				       .switch_name = name };
	struct daybook_entry e;

	daybook_entry_init(&e, &series);
	memcpy(e.totals, totals, AGENT_COUNT * sizeof(*totals));
	know(&e.measures[0], known);
	daybook_add(&writer, &e);
}

/* A port whose incoming octets and estimate are known so long. */
static void put_port(const char *name, uint32_t ifindex, const double totals[2],
		     const uint32_t known[2])
{
	const struct series series = { .kind = SERIES_PORT,
				       .switch_name = name,
				       .ifindex = ifindex };
	struct daybook_entry e;

	daybook_entry_init(&e, &series);
	for (int i = 0; i < 2; i++) {
		if (known[i])
			know(&e.measures[i * 2], known[i]);
	}
	e.totals[PORT_IN_OCTETS] = totals[0];
	e.totals[PORT_IN_ESTIMATE] = totals[1];
	daybook_add(&writer, &e);
}

/* Add what was put, and begin another book. */
static int add_book(void)
{
	struct daybook_reader r;
	int rc = daybook_finish(&writer);

	if (rc == 0)
		rc = daybook_open(&r, writer.bytes.data, writer.bytes.len);
	if (rc == 0)
		rc = source_days_add(&days, &r);
	daybook_writer_fini(&writer);
	daybook_begin(&writer, &head);
	return rc;
}

START_TEST(a_switch_has_its_losses)
{
	put_agent("sw1", 276, (double[]){ 900, 100, 7000, 0 });
	put_agent("sw2", 138, (double[]){ 10, 0, 75, 25 });
	ck_assert_int_eq(add_book(), 0);
	ck_assert_uint_eq(days.slots, 276);
	ck_assert_uint_eq(days.switch_count, 2);
	ck_assert_str_eq(days.switches[0].name, "sw1");
	ck_assert_double_eq(days.switches[0].datagrams, 900);
	ck_assert_double_eq(days.switches[0].lost, 100);
	ck_assert_double_eq_tol(days.switches[0].lost_share, 0.1, 1e-12);
	ck_assert_double_eq(days.switches[0].drop_share, 0);
	ck_assert_uint_eq(days.switches[0].known, 276);
	ck_assert_double_eq(days.switches[1].lost_share, 0);
	ck_assert_double_eq_tol(days.switches[1].drop_share, 0.25, 1e-12);
	ck_assert_uint_eq(days.switches[1].known, 138);
}
END_TEST

START_TEST(what_is_not_known_stays_so)
{
	put_port("sw1", 1, (double[]){ (double)NAN, 5 }, (uint32_t[]){ 0, 9 });
	put_agent("sw1", 9, (double[]){ 10, (double)NAN, 0, 0 });
	ck_assert_int_eq(add_book(), 0);
	ck_assert_double_nan(days.switches[0].lost);
	ck_assert_double_nan(days.switches[0].lost_share);
	ck_assert_double_nan(days.switches[0].drop_share); /* 0 of 0 */
	ck_assert_double_nan(days.ports[0].ways[0].octets);
	ck_assert_double_eq(days.ports[0].ways[0].samples, 5);
	ck_assert_double_nan(days.ports[0].ways[0].ratio);
	ck_assert_double_nan(days.ports[0].ways[1].octets);
	ck_assert_double_nan(days.ports[0].ways[1].ratio);
}
END_TEST

/* Octets and estimate, and how many slots of each are known. */
static const struct {
	const char *rule;
	double totals[2];
	uint32_t known[2];
	double ratio;
} ratios[] = {
	{ "samples by counters", { 1000, 1020 }, { 276, 276 }, 1.02 },
	{ "by the slot, where one knows one more",
	  { 1000, 1010 },
	  { 200, 202 },
	  1 },
	{ "not of other slots", { 1000, 1010 }, { 200, 203 }, (double)NAN },
	{ "not of no traffic", { 0, 0 }, { 276, 276 }, (double)NAN },
	{ "not of no octets", { 0, 10 }, { 276, 276 }, (double)NAN },
	{ "none by samples is a ratio", { 10, 0 }, { 276, 276 }, 0 },
	{ "not without counters", { (double)NAN, 7 }, { 0, 276 }, (double)NAN },
	{ "not without samples", { 7, (double)NAN }, { 276, 0 }, (double)NAN },
};

START_TEST(a_port_is_calibrated_by_what_both_know)
{
	double ratio;

	put_port("sw1", 436207616, ratios[_i].totals, ratios[_i].known);
	ck_assert_int_eq(add_book(), 0);
	ck_assert_uint_eq(days.port_count, 1);
	ck_assert_uint_eq(days.ports[0].ifindex, 436207616);
	ck_assert_uint_eq(days.ports[0].ways[0].octets_known,
			  ratios[_i].known[0]);
	ck_assert_uint_eq(days.ports[0].ways[0].samples_known,
			  ratios[_i].known[1]);
	ratio = days.ports[0].ways[0].ratio;
	ck_assert_msg(isnan(ratios[_i].ratio)
			  ? isnan(ratio)
			  : fabs(ratio - ratios[_i].ratio) < 1e-12,
		      "%s: %f", ratios[_i].rule, ratio);
}
END_TEST

/* Of a day that does not compare the amounts count, but not for the ratio. */
START_TEST(days_add_up)
{
	const struct source_way *way;

	put_port("sw1", 3, (double[]){ 1000, 900 }, (uint32_t[]){ 276, 276 });
	put_port("sw2", 1, (double[]){ 1, 1 }, (uint32_t[]){ 276, 276 });
	put_agent("sw2", 276, (double[]){ 98, 2, 5, 0 });
	ck_assert_int_eq(add_book(), 0);
	put_port("sw1", 3, (double[]){ 9000, 1 }, (uint32_t[]){ 276, 10 });
	put_port("sw1", 4, (double[]){ 1, 1 }, (uint32_t[]){ 276, 276 });
	put_agent("sw1", 276, (double[]){ 1, 0, 5, 0 });
	put_agent("sw2", 76, (double[]){ 92, 8, 5, 10 });
	ck_assert_int_eq(add_book(), 0);
	put_port("sw1", 1, (double[]){ 1, 1 }, (uint32_t[]){ 276, 276 });
	put_port("sw1", 3, (double[]){ 3000, 3100 }, (uint32_t[]){ 276, 276 });
	ck_assert_int_eq(add_book(), 0);
	ck_assert_uint_eq(days.slots, 3 * 276);
	ck_assert_uint_eq(days.switch_count, 2);
	ck_assert_str_eq(days.switches[0].name, "sw1");
	ck_assert_double_eq_tol(days.switches[1].lost_share, 0.05, 1e-12);
	ck_assert_double_eq_tol(days.switches[1].drop_share, 0.5, 1e-12);
	ck_assert_uint_eq(days.switches[1].known, 276 + 76);
	ck_assert_uint_eq(days.port_count, 4);
	ck_assert_uint_eq(days.ports[0].ifindex, 1);
	ck_assert_uint_eq(days.ports[1].ifindex, 3);
	ck_assert_uint_eq(days.ports[2].ifindex, 4);
	ck_assert_str_eq(days.ports[3].switch_name, "sw2");
	way = &days.ports[1].ways[0];
	ck_assert_double_eq(way->octets, 13000);
	ck_assert_double_eq(way->samples, 4001);
	ck_assert_uint_eq(way->samples_known, 276 + 10 + 276);
	ck_assert_double_eq_tol(way->ratio, 1, 1e-12);
	ck_assert_double_eq(way->compared[1], 4000);
}
END_TEST

/* Whatever else stands in a book. */
START_TEST(other_series_are_passed_over)
{
	struct daybook_reader r;
	struct text book;

	made_book(&book, DAYBOOK_MONTH, 9, 7);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	ck_assert_int_eq(source_days_add(&days, &r), 0);
	ck_assert_uint_eq(days.switch_count, 1);
	ck_assert_uint_eq(days.port_count, 2);
	ck_assert_uint_eq(days.slots, daybook_slots(&r.head));
	ck_assert_uint_eq(r.left, 9); /* it was not moved */
	text_fini(&book);
}
END_TEST

START_TEST(a_damaged_book_adds_nothing)
{
	struct daybook_reader r;
	struct text book;

	put_agent("sw1", 276, (double[]){ 900, 100, 7000, 0 });
	ck_assert_int_eq(add_book(), 0);
	made_book(&book, DAYBOOK_DAY, 9, 7);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	r.at.left -= 3;
	ck_assert_int_eq(source_days_add(&days, &r), ERR_MALFORMED);
	text_fini(&book);
	made_book(&book, DAYBOOK_PAIRS, 3, 7);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	ck_assert_int_eq(source_days_add(&days, &r), ERR_MALFORMED);
	text_fini(&book);
	ck_assert_uint_eq(days.slots, 276);
	ck_assert_uint_eq(days.switch_count, 1);
	ck_assert_uint_eq(days.port_count, 0);
	ck_assert_double_eq(days.switches[0].datagrams, 900);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_switch_has_its_losses, 0 },
		{ what_is_not_known_stays_so, 0 },
		{ a_port_is_calibrated_by_what_both_know, COUNT_OF(ratios) },
		{ days_add_up, 0 },
		{ other_series_are_passed_over, 0 },
		{ a_damaged_book_adds_nothing, 0 },
	};

	return unit_run_with("source_day", setup, teardown, tests,
			     COUNT_OF(tests));
}
