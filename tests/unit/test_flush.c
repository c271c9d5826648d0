/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which rows a step gives, and that they reach their files. */

#include "support/unit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "support/flushed_steps.h"

static struct flushed f;

static void setup(void)
{
	flushed_open(&f);
}

static void teardown(void)
{
	flushed_close(&f);
}

static const struct series exchange_series = { .kind = SERIES_EXCHANGE };
static const struct series vlan_100 = { .kind = SERIES_VLAN, .vlan = 100 };
static const struct series switch_1 = { .kind = SERIES_SWITCH,
					.switch_name = "sw1" };
static const struct series switch_2 = { .kind = SERIES_SWITCH,
					.switch_name = "sw2" };
static const struct series agent_1 = { .kind = SERIES_AGENT,
				       .switch_name = "sw1" };

START_TEST(a_frame_counts_in_every_series_that_it_belongs_to)
{
	struct series all[] = { exchange_series, vlan_100, switch_1,
				flushed_member(64500), flushed_member(64501) };

	flushed_talk(&f, 1, 2, 600, SENT_IPV4); /* 6000 bytes, 100 a second */
	flushed_talk(&f, 1, 2, 120, SENT_IPV6);
	flushed_talk(&f, 2, 1, 60, SENT_ARP);
	flushed_minute(&f);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		size_t from =
		    i == 4 ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES;
		size_t packets =
		    i == 4 ? TRAFFIC_TO_V4_PKTS : TRAFFIC_FROM_V4_PKTS;
		size_t other =
		    i == 4 ? TRAFFIC_FROM_OTHER_BYTES : TRAFFIC_TO_OTHER_BYTES;

		ck_assert_double_eq(flushed_rate(&f, &all[i], 0, from), 100);
		ck_assert_double_eq(flushed_rate(&f, &all[i], 0, from + 1), 20);
		ck_assert_double_eq(flushed_rate(&f, &all[i], 0, other), 10);
		ck_assert_double_eq_tol(flushed_rate(&f, &all[i], 0, packets),
					10.0 / 60, 1e-12);
	}
}
END_TEST

START_TEST(samples_and_variance_are_stored_too)
{
	struct series a = flushed_member(64500);

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_talk(&f, 1, 2, 100, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_double_eq_tol(flushed_rate(&f, &a, 0, TRAFFIC_FROM_SAMPLES),
				2.0 / 60, 1e-12);
	ck_assert_double_eq_tol(flushed_rate(&f, &a, 0, TRAFFIC_FROM_VAR),
				90.0 * (360000 + 10000) / 60, 1e-6);
	ck_assert_double_eq(flushed_rate(&f, &a, 0, TRAFFIC_TO_VAR), 0);
}
END_TEST

START_TEST(an_interface_has_a_file_where_its_member_has_several)
{
	struct series only = { .kind = SERIES_VLAN_INTERFACE,
			       .asn = 64500,
			       .vlan = 100,
			       .ordinal = 1 };
	struct series one = only;
	struct series other = only;
	struct series whole = flushed_member(64502);

	one.asn = 64502;
	other.asn = 64502;
	other.vlan = 200;
	flushed_talk(&f, 3, 1, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert(!flushed_has(&f, &only));
	ck_assert_double_eq(flushed_rate(&f, &one, 0, TRAFFIC_FROM_V4_BYTES),
			    100);
	ck_assert_double_eq(flushed_rate(&f, &other, 0, TRAFFIC_FROM_V4_BYTES),
			    0);
	ck_assert_double_eq(flushed_rate(&f, &whole, 0, TRAFFIC_FROM_V4_BYTES),
			    100);
}
END_TEST

START_TEST(a_pair_has_both_directions_in_one_file)
{
	struct series both = flushed_pair(64500, 64501, 100);
	struct series never = flushed_pair(64500, 64502, 100);

	for (int i = 0; i < 5; i++) {
		flushed_talk(&f, 1, 2, 300, SENT_IPV4);
		if (i == 2)
			flushed_talk(&f, 2, 1, 150, SENT_IPV6);
		/* in no pair's columns */
		flushed_talk(&f, 1, 2, 100, SENT_ARP);
		flushed_minute(&f);
	}
	ck_assert_double_eq(flushed_rate(&f, &both, 0, PAIR_AB_V4_BYTES), 50);
	ck_assert_double_eq(flushed_rate(&f, &both, 0, PAIR_AB_V6_BYTES), 0);
	ck_assert_double_eq(flushed_rate(&f, &both, 0, PAIR_BA_V6_BYTES), 5);
	ck_assert(!flushed_has(&f, &never));
	for (int i = 0; i < 5; i++) {
		flushed_alive(&f, 1);
		flushed_minute(&f);
	}
	ck_assert_double_eq(flushed_rate(&f, &both, 1, PAIR_AB_V4_BYTES), 0);
}
END_TEST

START_TEST(a_member_is_unknown_while_its_switches_are_silent)
{
	struct series on_1 = flushed_member(64500);
	struct series anywhere = flushed_member(64507);
	struct series without_address = flushed_member(64506);

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	flushed_alive(&f, 2);
	flushed_minute(&f);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert(isnan(flushed_rate(&f, &on_1, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(flushed_rate(&f, &switch_1, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(flushed_rate(&f, &agent_1, 1, AGENT_DATAGRAMS)));
	/* no port of it is known, so the other switch could have seen it */
	ck_assert_double_eq(
	    flushed_rate(&f, &anywhere, 1, TRAFFIC_FROM_V4_BYTES), 0);
	/* nobody could recognise it */
	ck_assert(!flushed_has(&f, &without_address));
	ck_assert_double_eq(
	    flushed_rate(&f, &exchange_series, 1, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(
	    flushed_rate(&f, &switch_2, 1, TRAFFIC_FROM_V4_BYTES), 0);
	/* alive again, and silent: zero */
	ck_assert_double_eq(flushed_rate(&f, &on_1, 2, TRAFFIC_FROM_V4_BYTES),
			    0);
	ck_assert(isnan(flushed_rate(&f, &switch_2, 2, TRAFFIC_FROM_V4_BYTES)));
}
END_TEST

START_TEST(a_step_without_any_switch_is_a_gap)
{
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	flushed_minute(&f);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert(isnan(
	    flushed_rate(&f, &exchange_series, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(flushed_rate(&f, &vlan_100, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert_double_eq(
	    flushed_rate(&f, &vlan_100, 2, TRAFFIC_FROM_V4_BYTES), 0);
}
END_TEST

static const struct {
	int64_t covered_s;
	bool edge;
	bool known;
} coverages[] = {
	{ 30, false, true },
	{ 29, false, false },
	{ 5, true, true },
	{ 4, true, false },
};

START_TEST(a_rate_is_over_the_seconds_covered)
{
	struct series a = flushed_member(64500);
	double rate;

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_covering(&f, coverages[_i].covered_s, coverages[_i].edge);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	rate = flushed_rate(&f, &a, 0, TRAFFIC_FROM_V4_BYTES);
	if (coverages[_i].known)
		ck_assert_double_eq(rate,
				    6000 / (double)coverages[_i].covered_s);
	else
		ck_assert(isnan(rate));
	/* and nothing of it appears in the next one */
	ck_assert_double_eq(flushed_rate(&f, &a, 1, TRAFFIC_FROM_V4_BYTES), 0);
}
END_TEST

START_TEST(an_agents_row_says_what_it_sent)
{
	for (int i = 0; i < 6; i++)
		flushed_talk(&f, 1, 2, 100, SENT_IPV4);
	f.sequence += 12; /* lost */
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert_double_eq_tol(flushed_rate(&f, &agent_1, 0, AGENT_DATAGRAMS),
				7.0 / 60, 1e-12);
	ck_assert_double_eq_tol(flushed_rate(&f, &agent_1, 0, AGENT_LOST),
				12.0 / 60, 1e-12);
	ck_assert_double_eq_tol(flushed_rate(&f, &agent_1, 0, AGENT_SAMPLES),
				6.0 / 60, 1e-12);
}
END_TEST

START_TEST(a_ports_rows_reach_its_file)
{
	struct series port = { .kind = SERIES_PORT,
			       .switch_name = "sw1",
			       .ifindex = 100 };

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert_double_eq(flushed_rate(&f, &port, 0, PORT_IN_ESTIMATE), 100);
	ck_assert(isnan(flushed_rate(&f, &port, 0, PORT_IN_OCTETS)));
	ck_assert_double_eq(flushed_rate(&f, &port, 1, PORT_IN_ESTIMATE), 0);
}
END_TEST

static void known_pair_gets_zeros(const struct series *series)
{
	for (int i = 0; i < 5; i++) {
		flushed_alive(&f, 1);
		flushed_minute(&f);
	}
	ck_assert(flushed_has(&f, series));
	flushed_reopen(&f, FLUSH_LIVE); /* a restart */
	for (int i = 0; i < 5; i++) {
		flushed_alive(&f, 1);
		flushed_minute(&f);
	}
	ck_assert_double_eq(flushed_rate(&f, series, 1, PAIR_AB_V4_BYTES), 0);
}

START_TEST(a_pair_that_has_a_file_gets_its_zeros_after_a_restart)
{
	struct series both = flushed_pair(64500, 64501, 100);

	flushed_talk(&f, 1, 2, 300, SENT_IPV4);
	known_pair_gets_zeros(&both);
}
END_TEST

/* Two members that are in no VLAN together, or whose VLAN nothing tells. */
START_TEST(so_does_a_pair_of_no_common_vlan)
{
	struct series both = flushed_pair(64500, 64503, 0);

	flushed_hear(
	    &f, 1,
	    &(struct sent_flow){
		.src = 1, .dst = 4, .port = 100, .rate = 10, .bytes = 300 });
	known_pair_gets_zeros(&both);
}
END_TEST

START_TEST(what_is_gathered_is_written_at_the_end)
{
	struct series a = flushed_member(64500);

	flushed_reopen(&f, FLUSH_REPLAY);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert(!flushed_has(&f, &a));
	flush_finish(f.flush);
	ck_assert_double_eq(flushed_rate(&f, &a, 0, TRAFFIC_FROM_V4_BYTES),
			    100);
	ck_assert_uint_gt(flush_counters(f.flush).view.rows, 10);
	ck_assert_uint_eq(flush_counters(f.flush).steps, 1);
	ck_assert_uint_eq(flush_counters(f.flush).view.rows_failed, 0);
}
END_TEST

START_TEST(an_old_step_is_counted_and_changes_nothing)
{
	struct series a = flushed_member(64500);

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	f.now = FLUSHED_FIRST;
	flushed_talk(&f, 1, 2, 900, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_double_eq(flushed_rate(&f, &a, 0, TRAFFIC_FROM_V4_BYTES),
			    100);
	ck_assert_uint_gt(flush_counters(f.flush).view.rows_old, 10);
}
END_TEST

START_TEST(rows_that_cannot_be_stored_wait_until_they_can)
{
	struct series a = flushed_member(64500);
	char path[1024];
	char away[1040];
	FILE *file;

	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert_int_lt(snprintf(path, sizeof(path), "%s/rrd", f.dir), 1024);
	(void)snprintf(away, sizeof(away), "%s.away", path);
	ck_assert_int_eq(rename(path, away), 0);
	file = fopen(path, "w"); /* where a folder should be */
	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_gt(flush_counters(f.flush).view.rows_held, 10);
	ck_assert_int_ne(flush_counters(f.flush).view.error, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rename(away, path), 0);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert_uint_eq(flush_counters(f.flush).view.rows_held, 0);
	ck_assert_uint_eq(flush_counters(f.flush).view.rows_failed, 0);
	ck_assert_int_eq(flush_counters(f.flush).view.error, 0);
	ck_assert_double_eq(flushed_rate(&f, &a, 1, TRAFFIC_FROM_V4_BYTES),
			    100);
	ck_assert_double_eq(flushed_rate(&f, &a, 2, TRAFFIC_FROM_V4_BYTES), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_frame_counts_in_every_series_that_it_belongs_to, 0 },
		{ samples_and_variance_are_stored_too, 0 },
		{ an_interface_has_a_file_where_its_member_has_several, 0 },
		{ a_pair_has_both_directions_in_one_file, 0 },
		{ a_member_is_unknown_while_its_switches_are_silent, 0 },
		{ a_step_without_any_switch_is_a_gap, 0 },
		{ a_rate_is_over_the_seconds_covered, COUNT_OF(coverages) },
		{ an_agents_row_says_what_it_sent, 0 },
		{ a_ports_rows_reach_its_file, 0 },
		{ a_pair_that_has_a_file_gets_its_zeros_after_a_restart, 0 },
		{ so_does_a_pair_of_no_common_vlan, 0 },
		{ what_is_gathered_is_written_at_the_end, 0 },
		{ an_old_step_is_counted_and_changes_nothing, 0 },
		{ rows_that_cannot_be_stored_wait_until_they_can, 0 },
	};

	return unit_run_with("flush", setup, teardown, tests, COUNT_OF(tests));
}
