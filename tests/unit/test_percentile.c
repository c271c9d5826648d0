/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/percentile.h"

#include <math.h>
#include <string.h>

#include "store/rrd_write.h"
#include "support/markup.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "web/graph.h"

enum { MINUTES = 60, SLOT_S = 300, FRAME = 600, RATE = 1000 };

static char *dir;
static char name[] = "Example-IX";
static struct config config;
static double noise; /* that a frame stands for so many makes */

static void setup(void)
{
	dir = tempdir_new();
	config.state_dir = dir;
	config.exchange_name = name;
	noise = RATE;
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* A member whose IPv4 frames are of one size, each way. */
static void write_member(uint32_t asn, double sent, double received)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };
	static struct series_row rows[MINUTES];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		rows[i] = (struct series_row){ .start_s = STORED_START +
							  60 * (int64_t)i };
		rows[i].values[TRAFFIC_FROM_V4_BYTES] = 100 * sent;
		rows[i].values[TRAFFIC_FROM_VAR] = 100 * sent * sent * noise;
		rows[i].values[TRAFFIC_TO_V4_BYTES] = 100 * received;
		rows[i].values[TRAFFIC_TO_VAR] =
		    100 * received * received * noise;
	}
	ck_assert_int_eq(
	    rrd_write_rows(dir, &series, rows, COUNT_OF(rows), NULL), 0);
}

/* A pair of so many samples in each slot, frames of 600 bytes at 1 in 1000
 * taken for granted, in one direction; ten times as many in the other. */
static struct view made_view(double samples)
{
	struct view v = { .p95_row_s = SLOT_S };

	v.period = (struct period){ .range = RANGE_HOUR,
				    .from_s = STORED_START,
				    .to_s = STORED_START + MINUTES * 60,
				    .row_s = 60,
				    .pair_row_s = SLOT_S };
	v.traffic.row_s = SLOT_S;
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
		double rate = samples * FRAME * RATE / SLOT_S *
			      (i / BAND_COUNT == WAY_TO ? 10 : 1);

		v.p95[i / BAND_COUNT][i % BAND_COUNT] = rate;
		v.statistics[i / BAND_COUNT][i % BAND_COUNT] =
		    (struct statistics){
			    .rows = 1, .known = 1, .maximum = rate, .p95 = rate
		    };
	}
	return v;
}

static void judge(struct view *v)
{
	struct call call = { .config = &config };
	const struct series pair = { .kind = SERIES_PAIR,
				     .asn = 64500,
				     .other_asn = 64501 };

	percentile_of_pair(v, &call, &pair);
}

static double p95(const struct view *v, enum way way)
{
	return v->p95[way][BAND_TOTAL];
}

static const struct {
	double samples;
	double share; /* of the measured one that is shown; 0: none */
} judged[] = {
	{ 18400, 1 },	   { 350, 1 },	      { 349, 349.0 / 356 },
	{ 70, 70.0 / 77 }, { 23, 23.0 / 30 }, { 22.9, 0 },
	{ 1, 0 },	   { 1e-9, 0 },
};

START_TEST(few_samples_are_corrected_and_fewer_say_nothing)
{
	double bias = percentile_bias(judged[_i].samples);
	double shown = percentile_correct(1000, bias);

	ck_assert_double_eq_tol(bias, 7 / judged[_i].samples, 1e-9 * bias);
	ck_assert_int_eq(percentile_is_withheld(bias), judged[_i].share == 0);
	ck_assert_int_eq(percentile_is_corrected(bias),
			 judged[_i].share > 0 && judged[_i].share < 1);
	if (judged[_i].share > 0)
		ck_assert_double_eq_tol(shown, 1000 * judged[_i].share, 1e-9);
	else
		ck_assert_double_nan(shown);
}
END_TEST

START_TEST(no_samples_and_unknown_ones_are_withheld)
{
	ck_assert(percentile_is_withheld(percentile_bias(0)));
	ck_assert(percentile_is_withheld(percentile_bias(NAN)));
	ck_assert_double_nan(percentile_correct(1000, percentile_bias(NAN)));
}
END_TEST

START_TEST(samples_are_told_from_how_sure_the_members_are)
{
	struct view v = made_view(350);

	/* Frames from the lower to the higher AS are of 600 bytes, back of
	 * 60: what both say of a direction counts. */
	write_member(64500, FRAME, 60);
	write_member(64501, 60, FRAME);
	judge(&v);
	ck_assert_int_eq(v.p95_basis, PERCENTILE_ESTIMATED);
	ck_assert_double_eq_tol(v.p95_bias[WAY_FROM][BAND_TOTAL], 0.02, 1e-9);
	ck_assert_double_eq_tol(v.p95_bias[WAY_TO][BAND_TOTAL], 0.0002, 1e-9);
	ck_assert_double_eq(p95(&v, WAY_FROM), 350.0 * FRAME * RATE / SLOT_S);
}
END_TEST

/* A year's are of a day: there the highest 5-minute means are gone. */
START_TEST(one_of_longer_means_is_withheld)
{
	struct view v = made_view(1e6);
	struct text out;

	write_member(64500, FRAME, FRAME);
	v.p95_row_s = 2 * SLOT_S;
	judge(&v);
	ck_assert_double_nan(p95(&v, WAY_FROM));
	text_init(&out);
	percentile_add_note(&out, &v, false);
	ck_assert_ptr_nonnull(strstr(text_str(&out), "5-minute means"));
	text_fini(&out);
}
END_TEST

START_TEST(a_member_without_a_file_leaves_it_to_the_other)
{
	struct view v = made_view(100);

	write_member(64501, FRAME, FRAME);
	judge(&v);
	ck_assert_double_eq_tol(v.p95_bias[WAY_FROM][BAND_TOTAL], 0.07, 1e-9);
	ck_assert_double_eq_tol(p95(&v, WAY_FROM),
				100.0 * FRAME * RATE / SLOT_S / 1.07, 1e-3);
}
END_TEST

START_TEST(where_nothing_is_known_it_is_withheld)
{
	struct view v = made_view(1000);
	struct text out;

	judge(&v);
	ck_assert_double_nan(p95(&v, WAY_FROM));
	ck_assert_double_nan(p95(&v, WAY_TO));
	text_init(&out);
	percentile_add_note(&out, &v, false);
	ck_assert_str_eq(text_str(&out),
			 "How sure the means are is not known, so the 95th "
			 "percentile is withheld. ");
	text_fini(&out);
}
END_TEST

START_TEST(a_mirror_has_no_bias)
{
	struct view v = made_view(0.001);
	double measured = p95(&v, WAY_FROM);
	struct text out;

	noise = 0;
	write_member(64500, FRAME, FRAME);
	judge(&v);
	ck_assert_double_eq(p95(&v, WAY_FROM), measured);
	ck_assert_double_eq(v.p95_bias[WAY_FROM][BAND_TOTAL], 0);
	text_init(&out);
	percentile_add_note(&out, &v, true);
	ck_assert_str_eq(text_str(&out), "");
	text_fini(&out);
}
END_TEST

START_TEST(a_pair_without_traffic_has_none_at_the_percentile)
{
	struct view v = made_view(0);

	judge(&v);
	ck_assert_double_eq(p95(&v, WAY_FROM), 0);
}
END_TEST

START_TEST(traffic_that_is_rare_is_withheld)
{
	struct view v = made_view(0);

	v.statistics[WAY_FROM][BAND_TOTAL].maximum = 1e6;
	write_member(64500, FRAME, FRAME);
	judge(&v);
	ck_assert_double_nan(p95(&v, WAY_FROM));
}
END_TEST

/* Of samples in one direction and ten times as many in the other: what each
 * form of the figures has to say. */
static const struct {
	double samples;
	const char *table;
	const char *figure;
	const char *svg;
	const char *json;
} forms[] = {
	{ 350, "<td class=\"number\">5.60 Mbit/s</td>",
	  "95th percentile 5.60 Mbit/s, total", "95th 5.60 Mbit/s",
	  "\"p95\":5600000,\"p95_bias\":0.0200," },
	{ 35,
	  "\xe2\x89\x88\xc2\xa0"
	  "467 kbit/s <small class=\"below\">(bias +20.0 %)</small></td>",
	  "95th percentile \xe2\x89\x88\xc2\xa0"
	  "467 kbit/s corrected for a bias of +20.0 %",
	  "too high (+20.0 %). ", "\"p95\":466667,\"p95_bias\":0.2000," },
	{ 7, "One of fewer than 23 samples a mean is withheld.",
	  "95th percentile withheld, total", "95th \xe2\x80\x93 \xc2\xb7",
	  "\"p95\":null,\"p95_bias\":1.0000," },
	{ 35, "<strong>\xe2\x89\x88", ">95th percentile \xe2\x89\x88",
	  "95th \xe2\x89\x88\xc2\xa0", "\"p95\":466667," },
};

static void expect(struct text *out, const char *wanted, bool is_html)
{
	if (is_html)
		markup_check(text_str(out), false);
	ck_assert_msg(strstr(text_str(out), wanted) != NULL,
		      "not found: %s\nin: %s", wanted, text_str(out));
	text_clear(out);
}

START_TEST(every_form_of_the_figures_follows)
{
	struct call call = { .config = &config };
	struct view v = made_view(forms[_i].samples);
	struct subject subject;
	struct text out;

	write_member(64500, FRAME, FRAME);
	subject_of_pair(&subject, NULL, 64500, 64501);
	/* The fourth is the larger direction alone. */
	if (_i == 3)
		v.p95[WAY_TO][BAND_TOTAL] = 0;
	judge(&v);
	text_init(&out);
	graph_add_table(&out, &subject, &v);
	expect(&out, forms[_i].table, false);
	graph_add_figure(&out, &subject, &v, "g");
	expect(&out, forms[_i].figure, true);
	graph_add_svg(&out, &call, &subject, &v);
	expect(&out, forms[_i].svg, true);
	graph_add_json(&out, &call, &subject, &v);
	expect(&out, forms[_i].json, false);
	text_fini(&out);
	subject_fini(&subject);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ few_samples_are_corrected_and_fewer_say_nothing,
		  COUNT_OF(judged) },
		{ no_samples_and_unknown_ones_are_withheld, 0 },
		{ samples_are_told_from_how_sure_the_members_are, 0 },
		{ one_of_longer_means_is_withheld, 0 },
		{ a_member_without_a_file_leaves_it_to_the_other, 0 },
		{ where_nothing_is_known_it_is_withheld, 0 },
		{ a_mirror_has_no_bias, 0 },
		{ a_pair_without_traffic_has_none_at_the_percentile, 0 },
		{ traffic_that_is_rare_is_withheld, 0 },
		{ every_form_of_the_figures_follows, COUNT_OF(forms) },
	};

	return unit_run_with("percentile", setup, teardown, tests,
			     COUNT_OF(tests));
}
