/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <dirent.h>
#include <glob.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/flush.h"
#include "store/journal.h"
#include "store/pair_read.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/switch_builder.h"
#include "support/tempdir.h"

/* A midnight, so that a pair's step of 300 s begins with it. */
#define FIRST (STORED_START / STEP_S)

static char *dir;
static struct exchange e;
static struct intake in;
static struct flush *flush;
static struct sflow_builder b;
static uint32_t sequence;
static int64_t now;    /* the open step */
static bool synced;    /* the kernel says that the clock is right */
static uint64_t jumps; /* of the clock */

static void open_flush(enum flush_mode mode)
{
	flush_free(flush);
	flush = NULL;
	ck_assert_int_eq(flush_new(&flush, e.registry, mode), 0);
}

static void setup(void)
{
	char *text;

	dir = tempdir_new();
	text = exchange_config_text("any", dir);
	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	open_flush(FLUSH_LIVE);
	sequence = 0;
	now = FIRST;
	synced = false;
	jumps = 0;
}

static void teardown(void)
{
	flush_free(flush);
	flush = NULL;
	intake_fini(&in);
	exchange_free(&e);
	tempdir_remove(dir);
}

static void hear(uint8_t number)
{
	struct ipaddr source = switch_address(number);

	intake_datagram(&in, &source, b.data, b.len, now * STEP_US + US_PER_S,
			now);
	intake_settle(&in);
}

/* An empty datagram: the switch is alive. */
static void alive(uint8_t number)
{
	sequence++;
	switch_starts(&b, number, sequence, 1000 + sequence);
	hear(number);
}

static void talk(uint8_t src, uint8_t dst, uint32_t bytes, uint16_t type)
{
	sequence++;
	switch_starts(&b, 1, sequence, 1000 + sequence);
	switch_adds_flow(&b, &(struct sent_flow){ .src = src,
						  .dst = dst,
						  .port = 100,
						  .rate = 10,
						  .bytes = bytes,
						  .tag = 100,
						  .type = type });
	hear(1);
}

static void close_covering(int64_t covered_s, bool edge)
{
	struct step_span span = { .step = now++,
				  .covered_us = covered_s * US_PER_S,
				  .edge = edge,
				  .synced = synced,
				  .jumps = jumps };
	struct closed_step *step;

	ck_assert_int_eq(closed_step_take(&step, &in, span, false), 0);
	flush_step(flush, step);
	flush_settle(flush);
	closed_step_free(step);
}

static void close_step(void)
{
	close_covering(60, false);
}

/* The rate stored for the step so many behind the first. */
static double stored(const struct series *s, int64_t step, size_t column)
{
	uint32_t step_s = series_layout(s->kind)->step_s;
	int64_t at = STORED_START + step * step_s;
	struct series_range range = { CONSOLIDATION_AVERAGE, at, at + step_s,
				      step_s };
	struct series_data data;
	double value;
	int rc = s->kind == SERIES_PAIR ? pair_read(&data, dir, s, &range)
					: series_read(&data, dir, s, &range);

	ck_assert_int_eq(rc, 0);
	value = series_at(&data, 0, column);
	series_data_fini(&data);
	return value;
}

static struct series member(uint32_t asn)
{
	return (struct series){ .kind = SERIES_MEMBER, .asn = asn };
}

static struct series pair(uint32_t asn, uint32_t other, uint16_t vlan)
{
	return (struct series){ .kind = SERIES_PAIR,
				.asn = asn,
				.other_asn = other,
				.vlan = vlan };
}

static bool exists(const struct series *s)
{
	char path[4096];

	ck_assert_int_eq(series_path(path, sizeof(path), dir, s), 0);
	return access(path, F_OK) == 0;
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
				member(64500), member(64501) };

	talk(1, 2, 600, SENT_IPV4); /* 6000 bytes, 100 a second */
	talk(1, 2, 120, SENT_IPV6);
	talk(2, 1, 60, SENT_ARP);
	close_step();
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		size_t from =
		    i == 4 ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES;
		size_t packets =
		    i == 4 ? TRAFFIC_TO_V4_PKTS : TRAFFIC_FROM_V4_PKTS;
		size_t other =
		    i == 4 ? TRAFFIC_FROM_OTHER_BYTES : TRAFFIC_TO_OTHER_BYTES;

		ck_assert_double_eq(stored(&all[i], 0, from), 100);
		ck_assert_double_eq(stored(&all[i], 0, from + 1), 20);
		ck_assert_double_eq(stored(&all[i], 0, other), 10);
		ck_assert_double_eq_tol(stored(&all[i], 0, packets), 10.0 / 60,
					1e-12);
	}
}
END_TEST

START_TEST(samples_and_variance_are_stored_too)
{
	struct series a = member(64500);

	talk(1, 2, 600, SENT_IPV4);
	talk(1, 2, 100, SENT_IPV4);
	close_step();
	ck_assert_double_eq_tol(stored(&a, 0, TRAFFIC_FROM_SAMPLES), 2.0 / 60,
				1e-12);
	ck_assert_double_eq_tol(stored(&a, 0, TRAFFIC_FROM_VAR),
				90.0 * (360000 + 10000) / 60, 1e-6);
	ck_assert_double_eq(stored(&a, 0, TRAFFIC_TO_VAR), 0);
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
	struct series whole = member(64502);

	one.asn = 64502;
	other.asn = 64502;
	other.vlan = 200;
	talk(3, 1, 600, SENT_IPV4);
	close_step();
	ck_assert(!exists(&only));
	ck_assert_double_eq(stored(&one, 0, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(stored(&other, 0, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(stored(&whole, 0, TRAFFIC_FROM_V4_BYTES), 100);
}
END_TEST

START_TEST(a_pair_has_both_directions_in_one_file)
{
	struct series both = pair(64500, 64501, 100);
	struct series never = pair(64500, 64502, 100);

	for (int i = 0; i < 5; i++) {
		talk(1, 2, 300, SENT_IPV4);
		if (i == 2)
			talk(2, 1, 150, SENT_IPV6);
		talk(1, 2, 100, SENT_ARP); /* in no pair's columns */
		close_step();
	}
	ck_assert_double_eq(stored(&both, 0, PAIR_AB_V4_BYTES), 50);
	ck_assert_double_eq(stored(&both, 0, PAIR_AB_V6_BYTES), 0);
	ck_assert_double_eq(stored(&both, 0, PAIR_BA_V6_BYTES), 5);
	ck_assert(!exists(&never));
	for (int i = 0; i < 5; i++) {
		alive(1);
		close_step();
	}
	ck_assert_double_eq(stored(&both, 1, PAIR_AB_V4_BYTES), 0);
}
END_TEST

START_TEST(a_member_is_unknown_while_its_switches_are_silent)
{
	struct series on_1 = member(64500);
	struct series anywhere = member(64507);
	struct series without_address = member(64506);

	talk(1, 2, 600, SENT_IPV4);
	close_step();
	alive(2);
	close_step();
	alive(1);
	close_step();
	ck_assert(isnan(stored(&on_1, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(stored(&switch_1, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(stored(&agent_1, 1, AGENT_DATAGRAMS)));
	/* no port of it is known, so the other switch could have seen it */
	ck_assert_double_eq(stored(&anywhere, 1, TRAFFIC_FROM_V4_BYTES), 0);
	/* nobody could recognise it */
	ck_assert(!exists(&without_address));
	ck_assert_double_eq(stored(&exchange_series, 1, TRAFFIC_FROM_V4_BYTES),
			    0);
	ck_assert_double_eq(stored(&switch_2, 1, TRAFFIC_FROM_V4_BYTES), 0);
	/* alive again, and silent: zero */
	ck_assert_double_eq(stored(&on_1, 2, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert(isnan(stored(&switch_2, 2, TRAFFIC_FROM_V4_BYTES)));
}
END_TEST

START_TEST(a_step_without_any_switch_is_a_gap)
{
	talk(1, 2, 600, SENT_IPV4);
	close_step();
	close_step();
	alive(1);
	close_step();
	ck_assert(isnan(stored(&exchange_series, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert(isnan(stored(&vlan_100, 1, TRAFFIC_FROM_V4_BYTES)));
	ck_assert_double_eq(stored(&vlan_100, 2, TRAFFIC_FROM_V4_BYTES), 0);
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
	struct series a = member(64500);
	double rate;

	talk(1, 2, 600, SENT_IPV4);
	close_covering(coverages[_i].covered_s, coverages[_i].edge);
	alive(1);
	close_step();
	rate = stored(&a, 0, TRAFFIC_FROM_V4_BYTES);
	if (coverages[_i].known)
		ck_assert_double_eq(rate,
				    6000 / (double)coverages[_i].covered_s);
	else
		ck_assert(isnan(rate));
	/* and nothing of it appears in the next one */
	ck_assert_double_eq(stored(&a, 1, TRAFFIC_FROM_V4_BYTES), 0);
}
END_TEST

START_TEST(an_agents_row_says_what_it_sent)
{
	for (int i = 0; i < 6; i++)
		talk(1, 2, 100, SENT_IPV4);
	sequence += 12; /* lost */
	alive(1);
	close_step();
	ck_assert_double_eq_tol(stored(&agent_1, 0, AGENT_DATAGRAMS), 7.0 / 60,
				1e-12);
	ck_assert_double_eq_tol(stored(&agent_1, 0, AGENT_LOST), 12.0 / 60,
				1e-12);
	ck_assert_double_eq_tol(stored(&agent_1, 0, AGENT_SAMPLES), 6.0 / 60,
				1e-12);
}
END_TEST

START_TEST(a_ports_rows_reach_its_file)
{
	struct series port = { .kind = SERIES_PORT,
			       .switch_name = "sw1",
			       .ifindex = 100 };

	talk(1, 2, 600, SENT_IPV4);
	close_step();
	alive(1);
	close_step();
	ck_assert_double_eq(stored(&port, 0, PORT_IN_ESTIMATE), 100);
	ck_assert(isnan(stored(&port, 0, PORT_IN_OCTETS)));
	ck_assert_double_eq(stored(&port, 1, PORT_IN_ESTIMATE), 0);
}
END_TEST

static void known_pair_gets_zeros(const struct series *series)
{
	for (int i = 0; i < 5; i++) {
		alive(1);
		close_step();
	}
	ck_assert(exists(series));
	open_flush(FLUSH_LIVE); /* a restart */
	for (int i = 0; i < 5; i++) {
		alive(1);
		close_step();
	}
	ck_assert_double_eq(stored(series, 1, PAIR_AB_V4_BYTES), 0);
}

START_TEST(a_pair_that_has_a_file_gets_its_zeros_after_a_restart)
{
	struct series both = pair(64500, 64501, 100);

	talk(1, 2, 300, SENT_IPV4);
	known_pair_gets_zeros(&both);
}
END_TEST

/* Two members that are in no VLAN together, or whose VLAN nothing tells. */
START_TEST(so_does_a_pair_of_no_common_vlan)
{
	struct series both = pair(64500, 64503, 0);

	sequence++;
	switch_starts(&b, 1, sequence, 1000);
	switch_adds_flow(
	    &b,
	    &(struct sent_flow){
		.src = 1, .dst = 4, .port = 100, .rate = 10, .bytes = 300 });
	hear(1);
	known_pair_gets_zeros(&both);
}
END_TEST

START_TEST(what_is_gathered_is_written_at_the_end)
{
	struct series a = member(64500);

	open_flush(FLUSH_REPLAY);
	talk(1, 2, 600, SENT_IPV4);
	close_step();
	ck_assert(!exists(&a));
	flush_finish(flush);
	ck_assert_double_eq(stored(&a, 0, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_uint_gt(flush_counters(flush).view.rows, 10);
	ck_assert_uint_eq(flush_counters(flush).steps, 1);
	ck_assert_uint_eq(flush_counters(flush).view.rows_failed, 0);
}
END_TEST

START_TEST(an_old_step_is_counted_and_changes_nothing)
{
	struct series a = member(64500);

	talk(1, 2, 600, SENT_IPV4);
	close_step();
	now = FIRST;
	talk(1, 2, 900, SENT_IPV4);
	close_step();
	ck_assert_double_eq(stored(&a, 0, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_uint_gt(flush_counters(flush).view.rows_old, 10);
}
END_TEST

START_TEST(rows_that_cannot_be_stored_wait_until_they_can)
{
	struct series a = member(64500);
	char path[1024];
	char away[1040];
	FILE *file;

	alive(1);
	close_step();
	ck_assert_int_lt(snprintf(path, sizeof(path), "%s/rrd", dir), 1024);
	(void)snprintf(away, sizeof(away), "%s.away", path);
	ck_assert_int_eq(rename(path, away), 0);
	file = fopen(path, "w"); /* where a folder should be */
	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
	talk(1, 2, 600, SENT_IPV4);
	close_step();
	ck_assert_uint_gt(flush_counters(flush).view.rows_held, 10);
	ck_assert_int_ne(flush_counters(flush).view.error, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rename(away, path), 0);
	alive(1);
	close_step();
	ck_assert_uint_eq(flush_counters(flush).view.rows_held, 0);
	ck_assert_uint_eq(flush_counters(flush).view.rows_failed, 0);
	ck_assert_int_eq(flush_counters(flush).view.error, 0);
	ck_assert_double_eq(stored(&a, 1, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(stored(&a, 2, TRAFFIC_FROM_V4_BYTES), 0);
}
END_TEST

/* What was let go, or never written, is made again from the journal. */
START_TEST(a_file_that_is_lost_comes_back_from_the_journal)
{
	struct series a = member(64500);
	struct series both = pair(64500, 64501, 100);
	char path[4096];

	for (int i = 0; i < 7; i++) {
		talk(1, 2, 600, SENT_IPV4);
		close_step();
	}
	flush_finish(flush);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &a), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &both), 0);
	ck_assert_int_eq(truncate(path, 1000), 0);
	open_flush(FLUSH_LIVE);
	alive(1);
	close_step();
	while (flush_idle(flush))
		continue;
	for (int i = 0; i < 7; i++)
		ck_assert_double_eq(stored(&a, i, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(stored(&a, 7, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(stored(&both, 0, PAIR_AB_V4_BYTES), 100);
	ck_assert_uint_eq(flush_counters(flush).upkeep.mending.mended, 1);
}
END_TEST

/* A process that is killed leaves its journal; what is left out here is that
 * the files lack what the view held. */
START_TEST(parts_of_a_step_count_once_over_a_restart)
{
	struct series a = member(64500);
	struct step_span span = { .step = FIRST, .synced = true };
	struct closed_step *part;

	for (int i = 1; i <= 3; i++) {
		if (i > 1)
			open_flush(FLUSH_LIVE);
		talk(1, 2, 600, SENT_IPV4);
		span.covered_us = i == 1 ? 20 * US_PER_S : 10 * US_PER_S;
		ck_assert_int_eq(closed_step_part(&part, &in, span), 0);
		flush_step(flush, part);
		flush_settle(flush);
		closed_step_free(part);
	}
	talk(1, 2, 600, SENT_IPV4);
	close_covering(30, false);
	ck_assert_double_eq(stored(&a, 0, TRAFFIC_FROM_V4_BYTES), 400);
}
END_TEST

static size_t journal_files(void)
{
	char path[1024];
	DIR *folder;
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/journal", dir);
	folder = opendir(path);
	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *f = readdir(folder); f; f = readdir(folder))
		count += strncmp(f->d_name, "steps-", 6) == 0;
	(void)closedir(folder);
	return count;
}

/* A counter sample is what makes the ports' state be journaled. */
static void take_part_at(int64_t step)
{
	struct step_span span = { .step = step,
				  .covered_us = 10 * US_PER_S,
				  .jumps = 1 };
	struct closed_step *part;

	ck_assert_int_eq(closed_step_part(&part, &in, span), 0);
	closed_step_remember(part, &in);
	ck_assert_uint_gt(part->readings.len, 0);
	flush_step(flush, part);
	flush_settle(flush);
	closed_step_free(part);
}

START_TEST(a_clock_that_is_ahead_takes_nothing_from_the_journal)
{
	for (int i = 0; i < 3; i++) {
		talk(1, 2, 600, SENT_IPV4);
		close_step();
		now += 60;
	}
	ck_assert_uint_eq(journal_files(), 3);
	take_part_at(now + 30 * 1440);
	take_part_at(now + 30 * 1440 + 1);
	ck_assert_uint_ge(journal_files(), 3);
}
END_TEST

/* Every closed record of then or later says that the clock was odd. */
static void is_marked_from(int64_t from_s)
{
	struct journal_reader *reader;
	struct record_reader read;
	int found = 0;

	ck_assert_int_eq(journal_read_all(&reader, dir, ~0u, 0), 0);
	while (journal_read_next(reader, &read) == 1) {
		if (read.head.start_s < from_s)
			continue;
		ck_assert(read.head.odd_clock);
		found++;
	}
	ck_assert_int_ge(found, 5); /* four steps, and one of pairs */
	journal_read_close(reader);
}

/* Killed while the clock was far ahead, and started when it was right again:
 * a row of then would have librrd wipe all that is stored, and a record of then
 * that is trusted makes all others old. */
START_TEST(what_was_open_while_the_clock_was_ahead_makes_no_rows)
{
	struct series a = member(64500);
	struct series both = pair(64500, 64501, 100);
	struct step_span ahead = { .jumps = 1 };
	struct closed_step *part;

	for (int i = 0; i < 5; i++) {
		talk(1, 2, 600, SENT_IPV4);
		close_step();
	}
	for (int i = 0; i < 20; i++) {
		ahead.step = now + 30 * 1440 + i / 5;
		ahead.covered_us = (i % 5 + 1) * 10 * US_PER_S;
		talk(1, 2, 600, SENT_IPV4);
		ck_assert_int_eq(closed_step_part(&part, &in, ahead), 0);
		flush_step(flush, part);
		flush_settle(flush);
		closed_step_free(part);
	}
	open_flush(FLUSH_LIVE); /* killed */
	for (int i = 0; i < 6; i++) {
		alive(1);
		close_step();
	}
	for (int i = 0; i < 5; i++)
		ck_assert_double_eq(stored(&a, i, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(stored(&a, 5, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(stored(&both, 0, PAIR_AB_V4_BYTES), 100);
	ck_assert_double_eq(stored(&both, 1, PAIR_AB_V4_BYTES), 0);
	is_marked_from((now + 1440) * STEP_S);
}
END_TEST

/* Flip a bit in the middle of the only file of closed steps. */
static void damage_journal(void)
{
	char pattern[1024];
	glob_t found;
	const char *path;
	struct stat status;
	FILE *file;
	int byte;

	(void)snprintf(pattern, sizeof(pattern), "%s/journal/steps-*", dir);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	path = found.gl_pathv[0];
	file = fopen(path, "r+");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fstat(fileno(file), &status), 0);
	ck_assert_int_eq(fseek(file, status.st_size / 2, SEEK_SET), 0);
	byte = fgetc(file);
	ck_assert_int_eq(fseek(file, status.st_size / 2, SEEK_SET), 0);
	ck_assert_int_eq(fputc(byte ^ 1, file), byte ^ 1);
	(void)fclose(file);
	globfree(&found);
}

/* The files have what the journal had on the disk before them. */
START_TEST(a_damaged_journal_damages_no_file)
{
	struct series a = member(64500);

	for (int i = 0; i < 8; i++) {
		talk(1, 2, 600, SENT_IPV4);
		close_step();
	}
	flush_finish(flush);
	damage_journal();
	for (int restart = 0; restart < 2; restart++) {
		open_flush(FLUSH_LIVE);
		alive(1);
		close_step();
		while (flush_idle(flush))
			continue;
		flush_finish(flush);
		for (int i = 0; i < 8; i++)
			ck_assert_double_eq(
			    stored(&a, i, TRAFFIC_FROM_V4_BYTES), 100);
		ck_assert_double_eq(stored(&a, 8, TRAFFIC_FROM_V4_BYTES), 0);
		ck_assert_uint_eq(flush_counters(flush).upkeep.mending.mended,
				  0);
	}
}
END_TEST

/* A clock that was set a month ahead and is believed for its steadiness. */
START_TEST(the_journal_ages_by_a_clock_that_is_sure_alone)
{
	alive(1);
	close_step();
	jumps++;
	now += 30 * 24 * 60;
	for (int i = 0; i < 10; i++) {
		alive(1);
		close_step();
	}
	ck_assert_uint_eq(flush_counters(flush).view.rows_held, 0);
	ck_assert_uint_eq(flush_counters(flush).journal.files_removed, 0);
	synced = true;
	alive(1);
	close_step();
	ck_assert_uint_gt(flush_counters(flush).journal.files_removed, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_journal_ages_by_a_clock_that_is_sure_alone, 0 },
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
		{ a_file_that_is_lost_comes_back_from_the_journal, 0 },
		{ parts_of_a_step_count_once_over_a_restart, 0 },
		{ a_clock_that_is_ahead_takes_nothing_from_the_journal, 0 },
		{ what_was_open_while_the_clock_was_ahead_makes_no_rows, 0 },
		{ a_damaged_journal_damages_no_file, 0 },
	};

	return unit_run_with("flush", setup, teardown, tests, COUNT_OF(tests));
}
