/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every figure that is shown equals what anybody works out of the rows that
 * stand beside it, by the definition and in the slowest way.
 */

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_site.h"
#include "support/unit.h"
#include "util/zone.h"
#include "web/key_figures.h"

enum { HOURS = 14 * 24 + 5, WAYS = 2 };

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_number(value), "no number: %s", key);
	return json_number_value(value);
}

/* The value that is not above ceil(0.95 n) of the known ones, found by
 * counting for each. */
static double slow_p95(const json_t *rows, size_t known)
{
	size_t place = (95 * known + 99) / 100;
	double best = INFINITY;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *candidate = json_array_get(rows, i);
		double value = json_number_value(candidate);
		size_t not_above = 0;

		if (json_is_null(candidate))
			continue;
		for (size_t j = 0; j < json_array_size(rows); j++) {
			const json_t *other = json_array_get(rows, j);

			not_above += !json_is_null(other) &&
				     json_number_value(other) <= value;
		}
		if (not_above >= place && value < best)
			best = value;
	}
	return best;
}

/* Rows are whole bit/s, so a sum may be off by half a bit each. */
static void check_band(const char *target, const json_t *way, const char *band,
		       double step)
{
	const json_t *rows = json_object_get(way, band);
	const json_t *said =
	    json_object_get(json_object_get(way, "statistics"), band);
	double sum = 0;
	double highest = 0;
	size_t known = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		if (json_is_null(row))
			continue;
		known++;
		sum += json_number_value(row);
		highest = fmax(highest, json_number_value(row));
	}
	ck_assert_msg(known > 0, "%s: nothing known", target);
	ck_assert_double_eq(number(said, "known"), (double)known);
	ck_assert_double_eq(number(said, "maximum"), highest);
	ck_assert_double_eq_tol(number(said, "average"), sum / (double)known,
				1);
	ck_assert_double_eq_tol(number(said, "total_bytes"), sum / 8 * step,
				step * (double)known / 16 + 1);
	if (step == 300)
		ck_assert_msg(number(said, "p95") == slow_p95(rows, known),
			      "%s %s: %f is not %f", target, band,
			      number(said, "p95"), slow_p95(rows, known));
}

static const char *const targets[] = {
	"/graph/exchange.json?range=day",
	"/graph/exchange.json?range=week",
	"/graph/infrastructure.json?range=day",
	"/graph/vlan.json?vlan=100&range=day",
	"/graph/member.json?asn=64500&range=day",
	"/graph/member.json?asn=64500&range=hour",
	"/graph/member.json?asn=64505&range=week",
	"/graph/member.json?asn=64501&range=year",
	"/graph/interface.json?asn=64504&vlan=200&range=day",
	"/graph/port.json?switch=sw1&ifindex=436207616&range=day",
	"/graph/member.json?asn=64500&from=2023-11-10&to=2023-11-12T12:00",
};

START_TEST(figures_are_those_of_the_rows)
{
	static const char *const ways[] = { "from_member", "to_member", "in",
					    "out" };
	static const char *const bands[] = { "ipv4", "ipv6", "total" };
	json_t *root = made_site_json(targets[_i]);
	double step = number(root, "step");
	size_t checked = 0;

	for (size_t i = 0; i < COUNT_OF(ways) * COUNT_OF(bands); i++) {
		const json_t *way =
		    json_object_get(root, ways[i / COUNT_OF(bands)]);
		const char *band = bands[i % COUNT_OF(bands)];

		if (!way || !json_object_get(way, band))
			continue;
		check_band(targets[_i], way, band, step);
		checked++;
	}
	ck_assert_uint_gt(checked, 0);
	json_decref(root);
}
END_TEST

/* What the rows of a member come to between two moments: the highest of both
 * directions, or the larger one's percentile. */
static double of_rows(int64_t from_s, int64_t to_s, bool percentile)
{
	static const char *const ways[] = { "from_member", "to_member" };
	char target[128];
	double best = 0;
	json_t *root;

	(void)snprintf(target, sizeof(target),
		       "/graph/member.json?asn=64500&from=%lld&to=%lld",
		       (long long)from_s, (long long)to_s);
	root = made_site_json(target);
	for (int way = 0; way < WAYS; way++) {
		const json_t *w = json_object_get(root, ways[way]);
		const json_t *said =
		    json_object_get(json_object_get(w, "statistics"), "total");

		best = fmax(best, percentile
				      ? slow_p95(json_object_get(w, "total"),
						 (size_t)number(said, "known"))
				      : number(said, "maximum"));
	}
	json_decref(root);
	return best;
}

static void expect_tile(const char *page, const char *label, double bps)
{
	char wanted[128];

	(void)snprintf(wanted, sizeof(wanted), "<dt>%s</dt><dd>%.0f Mbit/s",
		       label, bps / 1e6);
	ck_assert_msg(strstr(page, wanted) != NULL, "not found: %s", wanted);
}

/* It is 20:00 on the 15th where the exchange is: today's rows are of six hours
 * at most in minutes, so its peak is looked for in pieces. */
START_TEST(key_figures_are_those_of_the_day_and_month)
{
	char *page = made_site_text("/members/AS64500", 200);
	int64_t now_s = MADE_SITE_END + MADE_SITE_AGE_S;
	int64_t today_s = zone_day_start(zone_date(now_s), 60);
	double peak = 0;

	for (int64_t from_s = today_s; from_s < now_s; from_s += 6 * 3600)
		peak = fmax(peak, of_rows(from_s, from_s + 6 * 3600, false));
	expect_tile(page, "Peak today", peak);
	expect_tile(
	    page, "95th percentile, this month",
	    of_rows(zone_day_start(date_month_start(zone_date(now_s)), 300),
		    now_s, true));
	free(page);
}
END_TEST

/* What a direction came to between two moments, by rows that may be longer than
 * that at either end; bits. */
static double sum_of_way(const json_t *root, const char *way, int64_t from_s,
			 int64_t to_s)
{
	const json_t *rows =
	    json_object_get(json_object_get(root, way), "total");
	double step = number(root, "step");
	double sum = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		double at = number(root, "from") + (double)i * step;
		double seconds =
		    fmin(at + step, (double)to_s) - fmax(at, (double)from_s);

		if (!json_is_null(row) && seconds > 0)
			sum += json_number_value(row) * seconds;
	}
	return sum;
}

static double sum_of_pair(int64_t from_s, int64_t to_s)
{
	char target[128];
	double sum;
	json_t *root;

	(void)snprintf(target, sizeof(target),
		       "/graph/pair.json?a=64500&b=64501&from=%lld&to=%lld",
		       (long long)from_s, (long long)to_s);
	root = made_site_json(target);
	sum = sum_of_way(root, "a_to_b", from_s, to_s) +
	      sum_of_way(root, "b_to_a", from_s, to_s);
	json_decref(root);
	return sum;
}

START_TEST(a_change_is_against_a_week_earlier)
{
	const int64_t week_s = 7 * 86400;
	/* Whole rows, all of which are known a week later too. */
	const int64_t to_s = MADE_SITE_END - 3600;
	const int64_t from_s = to_s - 10 * 3600 - 900;
	char target[128];
	char wanted[64];
	const char *line;
	double change;
	char *page;

	(void)snprintf(target, sizeof(target),
		       "/members/AS64500?from=%lld&to=%lld", (long long)from_s,
		       (long long)to_s);
	page = made_site_text(target, 200);
	line = strstr(page, "/members/AS64500/AS64501?");
	change = sum_of_pair(from_s, to_s) /
		     sum_of_pair(from_s - week_s, to_s - week_s) -
		 1;
	ck_assert_ptr_nonnull(line);
	line = strstr(line, "</tr>");
	(void)snprintf(wanted, sizeof(wanted), "%s%.1f %%</td></tr>",
		       change < 0 ? "\xe2\x88\x92" : "+", fabs(change) * 100);
	ck_assert_ptr_nonnull(line);
	line -= strlen(wanted) - strlen("</tr>");
	ck_assert_msg(strncmp(line, wanted, strlen(wanted)) == 0,
		      "expected %s, found %.20s", wanted, line);
	free(page);
}
END_TEST

START_TEST(either_end_of_a_pair_sees_the_other_way_round)
{
	json_t *a =
	    made_site_json("/graph/pair.json?a=64500&b=64501&range=day");
	json_t *b =
	    made_site_json("/graph/pair.json?a=64501&b=64500&range=day");
	json_t *vlan = made_site_json(
	    "/graph/pair.json?a=64501&b=64500&vlan=100&range=day");

	for (int i = 0; i < 2; i++) {
		const char *way = i ? "a_to_b" : "b_to_a";
		const char *back = i ? "b_to_a" : "a_to_b";

		ck_assert(json_equal(
		    json_object_get(json_object_get(a, way), "total"),
		    json_object_get(json_object_get(b, back), "total")));
		ck_assert(json_equal(
		    json_object_get(json_object_get(a, way), "statistics"),
		    json_object_get(json_object_get(b, back), "statistics")));
		/* They meet in one VLAN alone, so it is all. */
		ck_assert(json_equal(
		    json_object_get(json_object_get(b, way), "total"),
		    json_object_get(json_object_get(vlan, way), "total")));
	}
	ck_assert(!json_equal(
	    json_object_get(json_object_get(a, "a_to_b"), "total"),
	    json_object_get(json_object_get(a, "b_to_a"), "total")));
	json_decref(vlan);
	json_decref(b);
	json_decref(a);
}
END_TEST

START_TEST(the_period_before_is_what_was_shown_then)
{
	json_t *now = made_site_json("/graph/member.json?asn=64500&range=day&"
				     "previous=1");
	char target[128];
	json_t *then;

	(void)snprintf(target, sizeof(target),
		       "/graph/member.json?asn=64500&from=%lld&to=%lld",
		       (long long)number(now, "from") - 86400,
		       (long long)number(now, "from"));
	then = made_site_json(target);
	ck_assert(json_equal(
	    json_object_get(json_object_get(now, "from_member"), "previous"),
	    json_object_get(json_object_get(then, "from_member"), "total")));
	json_decref(then);
	json_decref(now);
}
END_TEST

/* The rows of the period before may be longer, if shorter ones are not kept for
 * so long. */
static const char *const earlier_rows[] = {
	"/graph/member.json?asn=64500&from=%lld&to=%lld&previous=1",
	"/graph/pair.json?a=64504&b=64500&from=%lld&to=%lld&previous=1",
	"/graph/infrastructure.json?from=%lld&to=%lld&previous=1",
};

START_TEST(the_period_before_has_as_many_rows)
{
	static const int hours[][2] = { { 46, 41 },
					{ 47, 30 },
					{ 200, 50 },
					{ 6 * 24, 1 },
					{ 13 * 24, 24 } };
	const char *format = earlier_rows[(size_t)_i % COUNT_OF(earlier_rows)];
	const int *h = hours[(size_t)_i / COUNT_OF(earlier_rows)];
	char target[160];
	json_t *root;
	json_t *way;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(target, sizeof(target), format,
		       (long long)(MADE_SITE_END - h[0] * 3600),
		       (long long)(MADE_SITE_END - h[1] * 3600));
#pragma GCC diagnostic pop
	root = made_site_json(target);
	way = json_object_get(root, "from_member");
	if (!way)
		way = json_object_get(root, "a_to_b");
	ck_assert_msg(json_array_size(json_object_get(way, "previous")) ==
			  json_array_size(json_object_get(way, "total")),
		      "%s", target);
	json_decref(root);
}
END_TEST

START_TEST(figures_of_long_names_are_not_each_other_s)
{
	char names[2][200];
	uint32_t switches[] = { 0, 1 };
	struct key_figures k[2];
	struct made_site made;
	struct call call = { .now_s = MADE_SITE_END + MADE_SITE_AGE_S };

	made_site_open(&made, made_site_directory());
	call.site = made.site;
	call.config = made.generation->config;
	call.registry = made.generation->registry;
	for (int i = 0; i < 2; i++) {
		struct registry_group place = { .name = names[i],
						.switches = &switches[i],
						.switch_count = 1 };
		struct subject subject;

		(void)snprintf(names[i], sizeof(names[i]), "%0*d", 150, i);
		subject_of_location(&subject, NULL, &place);
		ck_assert_int_eq(key_figures_load(&k[i], &call, &subject), 0);
		subject_fini(&subject);
	}
	ck_assert_double_ne(k[0].peak, k[1].peak);
	made_site_close(&made);
}
END_TEST

START_TEST(a_member_on_a_shared_port_has_no_capacity_of_its_own)
{
	char *page = made_site_text("/members/AS64502", 200);

	ck_assert_ptr_null(strstr(page, "<dt>Capacity</dt>"));
	ck_assert_ptr_nonnull(strstr(page, "shared"));
	free(page);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ figures_are_those_of_the_rows, COUNT_OF(targets) },
		{ key_figures_are_those_of_the_day_and_month, 0 },
		{ a_change_is_against_a_week_earlier, 0 },
		{ either_end_of_a_pair_sees_the_other_way_round, 0 },
		{ the_period_before_is_what_was_shown_then, 0 },
		{ the_period_before_has_as_many_rows,
		  5 * COUNT_OF(earlier_rows) },
		{ figures_of_long_names_are_not_each_other_s, 0 },
		{ a_member_on_a_shared_port_has_no_capacity_of_its_own, 0 },
	};

	return unit_run("figures", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_DAILY, run);
}
