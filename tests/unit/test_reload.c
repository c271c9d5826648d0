/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>

#include "collector/clock.h"
#include "collector/flush.h"
#include "collector/reload.h"
#include "collector/steps.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/switch_builder.h"
#include "support/tempdir.h"

#define FIRST	    (STORED_START / STEP_S)
#define MEMBER(asn) "{ \"asnum\": " #asn ", \"name\": \"Member " #asn "\" }"
#define ROSTER(members)                                                        \
	"{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 1, "            \
	"\"vlan\": [ { \"id\": 100, \"name\": \"LAN\" } ] } ], "               \
	"\"member_list\": [ " members " ] }"
#define MAC(asn, last)                                                         \
	"  - { asn: " #asn ", vlan: 100, mac: \"02:00:00:00:00:" last "\" }\n"
#define SW1 "  - { name: sw1, agent: 192.0.2.1, direction: any }\n"
#define SW2 "  - { name: sw2, agent: 192.0.2.2, direction: any }\n"

/* What a test reloads from and to. */
struct setting {
	struct exchange exchange;
	struct generation generation;
};

static char *dir;
static struct setting old;
static struct setting new;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;

static void build_at(struct setting *s, const char *roster, const char *macs,
		     const char *switches, int64_t at_s)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
		       EXCHANGE_HEAD "state_dir: %s\nmacs:\n%sswitches:\n%s",
		       dir, macs, switches);
	exchange_build_at(&s->exchange, text, roster, at_s);
	s->generation.config = s->exchange.config;
	s->generation.registry = s->exchange.registry;
	/* One reference more than are given back: the exchange frees. */
	atomic_init(&s->generation.references, 1);
}

static void build(struct setting *s, const char *roster, const char *macs,
		  const char *switches)
{
	build_at(s, roster, macs, switches, 0);
}

static void setup(void)
{
	dir = tempdir_new();
	sequence = 0;
	build(&old, ROSTER(MEMBER(64500) "," MEMBER(64501)),
	      MAC(64500, "01") MAC(64501, "02"), SW1 SW2);
	ck_assert_int_eq(intake_init(&in, old.exchange.registry), 0);
}

static void teardown(void)
{
	intake_fini(&in);
	exchange_free(&old.exchange);
	exchange_free(&new.exchange);
	tempdir_remove(dir);
}

static void talk(uint8_t number, uint8_t src, uint8_t dst, uint32_t bytes)
{
	struct ipaddr source = switch_address(number);

	sequence++;
	switch_starts(&b, number, sequence, 1000 + sequence);
	switch_adds_flow(&b, &(struct sent_flow){ .src = src,
						  .dst = dst,
						  .port = 100,
						  .rate = 1,
						  .bytes = bytes,
						  .tag = 100,
						  .type = 0x0800 });
	intake_datagram(&in, &source, b.data, b.len, FIRST * STEP_US + US_PER_S,
			FIRST);
}

static struct earlier_cells *reload(void)
{
	struct earlier_cells *earlier = NULL;

	ck_assert_int_eq(
	    intake_reload(&in, &old.generation, &new.generation, &earlier), 0);
	ck_assert_ptr_eq(in.registry, new.exchange.registry);
	return earlier;
}

/* Close the step, store it, and give the rate × 60 s of a column. */
static void store(struct earlier_cells *earlier)
{
	struct step_span span = { .step = FIRST, .covered_us = STEP_US };
	struct closed_step *step;
	struct flush *flush;

	ck_assert_int_eq(flush_new(&flush, old.exchange.registry, FLUSH_LIVE),
			 0);
	ck_assert_int_eq(closed_step_take(&step, &in, span, true), 0);
	step->generation = generation_ref(&new.generation);
	step->earlier = earlier;
	flush_step(flush, step);
	flush_finish(flush);
	closed_step_free(step);
	ck_assert_uint_eq(flush_counters(flush).view.rows_failed, 0);
	flush_free(flush);
}

static double stored(struct series s, size_t column)
{
	struct series_data data =
	    stored_read(dir, &s, STORED_START, STORED_START + STEP_S, STEP_S);
	double value = series_at(&data, 0, column) * STEP_S;

	series_data_fini(&data);
	return value;
}

static struct series member(uint32_t asn)
{
	return (struct series){ .kind = SERIES_MEMBER, .asn = asn };
}

START_TEST(what_was_counted_before_goes_on_under_new_numbers)
{
	build(&new, ROSTER(MEMBER(64499) "," MEMBER(64500) "," MEMBER(64501)),
	      MAC(64499, "09") MAC(64500, "01") MAC(64501, "02"), SW2 SW1);
	talk(1, 1, 2, 600);
	ck_assert_ptr_null(reload());
	talk(1, 1, 2, 60);
	talk(1, 9, 2, 6000);
	store(NULL);
	ck_assert_double_eq_tol(stored(member(64500), TRAFFIC_FROM_V4_BYTES),
				660, 1e-6);
	ck_assert_double_eq_tol(stored(member(64501), TRAFFIC_TO_V4_BYTES),
				6660, 1e-6);
	ck_assert_double_eq_tol(stored(member(64499), TRAFFIC_FROM_V4_BYTES),
				6000, 1e-6);
	ck_assert_uint_eq(in.ledger.attributed, 3);
}
END_TEST

START_TEST(the_traffic_of_a_member_who_left_is_stored_for_its_minute)
{
	struct earlier_cells *earlier;

	build(&new, ROSTER(MEMBER(64501)), MAC(64501, "02"), SW1 SW2);
	talk(1, 1, 2, 600);
	earlier = reload();
	ck_assert_ptr_nonnull(earlier);
	ck_assert_uint_eq(earlier->count, 1);
	talk(1, 1, 2, 60); /* a stranger's now, to a member */
	store(earlier);
	ck_assert_double_eq_tol(stored(member(64500), TRAFFIC_FROM_V4_BYTES),
				600, 1e-6);
	ck_assert_double_eq_tol(stored(member(64501), TRAFFIC_TO_V4_BYTES), 660,
				1e-6);
	ck_assert_double_eq_tol(
	    stored((struct series){ .kind = SERIES_EXCHANGE },
		   TRAFFIC_TO_V4_BYTES),
	    660, 1e-6);
	ck_assert_uint_eq(in.stations.count, 1);
}
END_TEST

START_TEST(what_a_switch_that_left_has_sent_is_not_lost)
{
	struct earlier_cells *earlier;

	build(&new, ROSTER(MEMBER(64500) "," MEMBER(64501)),
	      MAC(64500, "01") MAC(64501, "02"), SW2);
	talk(1, 1, 2, 600);
	talk(2, 1, 2, 60);
	earlier = reload();
	ck_assert_ptr_nonnull(earlier);
	store(earlier);
	ck_assert_double_eq_tol(stored(member(64500), TRAFFIC_FROM_V4_BYTES),
				660, 1e-6);
}
END_TEST

START_TEST(what_only_a_switch_that_left_has_seen_is_no_gap)
{
	build(&new, ROSTER(MEMBER(64500) "," MEMBER(64501)),
	      MAC(64500, "01") MAC(64501, "02"), SW2);
	talk(1, 1, 2, 600);
	store(reload());
	ck_assert_double_eq_tol(stored(member(64500), TRAFFIC_FROM_V4_BYTES),
				600, 1e-6);
	ck_assert_double_eq_tol(
	    stored((struct series){ .kind = SERIES_EXCHANGE },
		   TRAFFIC_FROM_V4_BYTES),
	    600, 1e-6);
}
END_TEST

START_TEST(a_switch_keeps_its_books_ports_and_sequence)
{
	uint32_t port;

	build(&new, ROSTER(MEMBER(64500) "," MEMBER(64501)),
	      MAC(64500, "01") MAC(64501, "02"), SW2 SW1);
	talk(1, 1, 2, 600);
	port = in.ports.ports[0].ifindex;
	ck_assert_ptr_null(reload());
	/* sw1 is the second switch now */
	ck_assert_uint_eq(in.agents.switches[1].flow_samples, 1);
	ck_assert_uint_eq(in.agents.switches[0].flow_samples, 0);
	ck_assert_uint_eq(in.ports.count, 1);
	ck_assert_uint_eq(in.ports.ports[0].ifindex, port);
	ck_assert_uint_eq(in.ports.ports[0].switch_index, 1);
	sequence += 2;
	talk(1, 1, 2, 600);
	ck_assert_uint_eq(in.input.lost_datagrams, 2);
	ck_assert_uint_eq(in.input.datagrams, 2);
}
END_TEST

/* 02:00:00:00:00:01 goes to AS64501 in the middle of the step. */
static const char handed_over[] =
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\","
    " until: 2023-11-15T00:00:30Z }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:01\","
    " from: 2023-11-15T00:00:30Z }\n" MAC(64502, "02");

START_TEST(an_address_leaves_its_bytes_with_whom_it_had)
{
	struct generation *g = &old.generation;

	intake_fini(&in);
	exchange_free(&old.exchange);
	build_at(&old, ROSTER(MEMBER(64500) "," MEMBER(64501)), handed_over,
		 SW1 SW2, STORED_START);
	ck_assert_int_eq(intake_init(&in, old.exchange.registry), 0);
	talk(1, 1, 2, 600);
	ck_assert(!registry_is_over(g->registry, STORED_START + 29));
	ck_assert(registry_is_over(g->registry, STORED_START + 30));
	build_at(&new, ROSTER(MEMBER(64500) "," MEMBER(64501)), handed_over,
		 SW1 SW2, STORED_START + 30);
	ck_assert_ptr_null(reload());
	ck_assert(!registry_is_over(in.registry, STORED_START + 30));
	talk(1, 1, 2, 60);
	store(NULL);
	ck_assert_double_eq_tol(stored(member(64500), TRAFFIC_FROM_V4_BYTES),
				600, 1e-6);
	ck_assert_double_eq_tol(stored(member(64501), TRAFFIC_FROM_V4_BYTES),
				60, 1e-6);
	ck_assert_double_eq_tol(stored(member(64502), TRAFFIC_TO_V4_BYTES), 660,
				1e-6);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_was_counted_before_goes_on_under_new_numbers, 0 },
		{ the_traffic_of_a_member_who_left_is_stored_for_its_minute,
		  0 },
		{ what_a_switch_that_left_has_sent_is_not_lost, 0 },
		{ what_only_a_switch_that_left_has_seen_is_no_gap, 0 },
		{ a_switch_keeps_its_books_ports_and_sequence, 0 },
		{ an_address_leaves_its_bytes_with_whom_it_had, 0 },
	};

	return unit_run_with("reload", setup, teardown, tests, COUNT_OF(tests));
}
