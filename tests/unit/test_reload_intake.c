/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/reload.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

#define STEP INT64_C(28333440)

static struct generation *before;
static struct generation *after;
static struct earlier_cells *earlier;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;

static struct generation *generation_of(const char *config)
{
	struct generation *g = calloc(1, sizeof(*g));
	struct exchange e;

	ck_assert_ptr_nonnull(g);
	exchange_build(&e, config, NULL);
	g->config = e.config;
	g->registry = e.registry;
	atomic_store(&g->references, 1);
	return g;
}

static void begin(const char *direction)
{
	char *config = exchange_config_text(direction, NULL);

	before = generation_of(config);
	free(config);
	ck_assert_int_eq(intake_init(&in, before->registry), 0);
	sequence = 0;
}

static void teardown(void)
{
	intake_fini(&in);
	earlier_cells_free(earlier);
	earlier = NULL;
	generation_unref(before);
	generation_unref(after);
	before = NULL;
	after = NULL;
}

static void setup(void)
{
	begin("any");
}

static void begin_with(const char *direction)
{
	teardown();
	begin(direction);
}

static void reload(const char *config)
{
	after = generation_of(config);
	ck_assert_int_eq(intake_reload(&in, before, after, &earlier), 0);
}

static void reload_direction(const char *direction)
{
	char *config = exchange_config_text(direction, NULL);

	reload(config);
	free(config);
}

static void talk(uint8_t src, uint8_t dst, int as)
{
	struct ipaddr source = switch_address(1);

	sequence++;
	switch_starts(&b, 1, sequence, 1000 + sequence);
	switch_adds_flow(&b, &(struct sent_flow){ .src = src,
						  .dst = dst,
						  .port = 100,
						  .as = as,
						  .rate = 10,
						  .bytes = 100,
						  .tag = 100 });
	intake_datagram(&in, &source, b.data, b.len, STEP * STEP_US + sequence,
			STEP);
}

static void count(uint32_t seconds, uint64_t octets)
{
	struct ipaddr source = switch_address(1);

	sequence++;
	switch_starts(&b, 1, sequence, 1000 * seconds);
	switch_adds_counters(&b, 1, octets, 0);
	intake_datagram(&in, &source, b.data, b.len,
			STEP * STEP_US + seconds * INT64_C(1000000), STEP);
}

/* The cell between two members, by ASN, in the intake's new numbering. */
static struct tally *tally_of(uint32_t from, uint32_t to)
{
	const struct registry *r = in.registry;
	const struct member *a = registry_member(r, from);
	const struct member *z = registry_member(r, to);

	return aggregate_tally(
	    &in.open, raw_key((struct raw_ends){ .from = a->catch_all + 1,
						 .to = z->catch_all + 1,
						 .source = in.ports.capacity,
						 .family = FAMILY_IPV4,
						 .final = true }));
}

/* Fewer members, and the switches in another order. */
static const char smaller[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n"
		  "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
		  "macs:\n"
		  "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
		  "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
		  "switches:\n"
		  "  - { name: sw0, agent: 192.0.2.10, direction: any }\n"
		  "  - { name: sw1, agent: 192.0.2.1, direction: any }\n";

static const char without_sw1[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n"
		  "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
		  "macs:\n"
		  "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
		  "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
		  "switches:\n"
		  "  - { name: sw2, agent: 192.0.2.2, direction: any }\n";

START_TEST(the_same_configuration_changes_nothing)
{
	talk(1, 2, SENT_AS_INGRESS);
	reload_direction("any");
	ck_assert_ptr_null(earlier);
	talk(1, 2, SENT_AS_INGRESS);
	intake_settle(&in);
	ck_assert_uint_eq(in.open.count, 1);
	ck_assert_uint_eq(tally_of(64500, 64501)->samples, 2);
	ck_assert_uint_eq(in.ledger.attributed, 2);
	ck_assert_uint_eq(in.input.accepted, 2);
	ck_assert_uint_eq(in.input.lost_datagrams, 0);
}
END_TEST

START_TEST(what_was_counted_for_those_who_left_stays_with_the_old)
{
	struct cell_ends ends;

	talk(1, 2, SENT_AS_INGRESS);
	talk(1, 7, SENT_AS_INGRESS); /* AS64505, who leaves VLAN 100 */
	reload(smaller);
	ck_assert_ptr_nonnull(earlier);
	ck_assert_ptr_eq(earlier->generation, before);
	ck_assert_uint_eq(earlier->count, 1);
	ck_assert_uint_eq(earlier->cells[0].tally.samples, 1);
	ends = cell_ends(earlier->cells[0].key);
	ck_assert_uint_eq(
	    before->registry
		->members[before->registry->interfaces[ends.to].member]
		.asn,
	    64505);
	ck_assert_uint_eq(in.open.count, 1);
	ck_assert_uint_eq(in.ledger.attributed, 2);
}
END_TEST

START_TEST(a_switch_is_the_same_by_its_name)
{
	talk(1, 2, SENT_AS_INGRESS);
	reload(smaller); /* sw1 is the second one now */
	ck_assert_uint_eq(in.agents.switches[1].datagrams, 1);
	ck_assert_uint_eq(in.agents.switches[1].step_datagrams, 1);
	ck_assert_uint_eq(in.agents.switches[0].datagrams, 0);
	sequence += 3;
	talk(1, 2, SENT_AS_INGRESS);
	ck_assert_uint_eq(in.agents.switches[1].datagrams, 2);
	ck_assert_uint_eq(in.agents.switches[1].lost_datagrams, 3);
}
END_TEST

START_TEST(a_switch_that_left_is_foreign_from_then_on)
{
	talk(1, 2, SENT_AS_INGRESS);
	reload(without_sw1);
	ck_assert_uint_eq(earlier->count, 1);
	talk(1, 2, SENT_AS_INGRESS);
	ck_assert_uint_eq(in.input.foreign, 1);
	ck_assert_uint_eq(in.input.datagrams, 2);
}
END_TEST

START_TEST(counters_go_on_across_a_reload)
{
	uint32_t port;

	count(0, 1000);
	count(20, 3000);
	reload(smaller); /* where the port is not configured */
	count(40, 6000);
	port = port_table_find(&in.ports, 1, 1);
	ck_assert_uint_eq(in.ports.ports[port].grown[PORT_IN_OCTETS], 5000);
	ck_assert_uint_eq(in.ports.ports[port].switch_index, 1);
	ck_assert_ptr_null(in.ports.ports[port].configured);
	/* its name was the configuration's */
	ck_assert_str_eq(in.ports.ports[port].name, "ifIndex 1");
}
END_TEST

START_TEST(a_verdict_outlives_a_reload)
{
	begin_with("auto");
	talk(1, 2, SENT_AS_INGRESS);
	talk(1, 2, SENT_AS_EGRESS);
	reload_direction("auto");
	ck_assert(!in.agents.switches[0].undecided);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
	ck_assert(in.agents.switches[1].undecided);
}
END_TEST

START_TEST(another_direction_takes_effect)
{
	begin_with("auto");
	talk(1, 2, SENT_AS_INGRESS);
	talk(1, 2, SENT_AS_EGRESS);
	reload_direction("egress");
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_EGRESS);
	talk(1, 2, SENT_AS_INGRESS);
	ck_assert_uint_eq(in.ledger.dropped[DROP_INGRESS_NOT_COUNTED], 1);
}
END_TEST

START_TEST(held_samples_wait_on)
{
	begin_with("auto");
	talk(1, 2, SENT_AS_EGRESS);
	ck_assert_uint_eq(in.held_count, 1);
	reload_direction("auto");
	ck_assert_uint_eq(in.held_count, 1);
	talk(1, 2, SENT_AS_INGRESS);
	intake_settle(&in);
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_eq(in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 1);
	ck_assert_uint_eq(in.ledger.attributed, 1);
}
END_TEST

/* Held for a verdict that the new direction has no need of. */
START_TEST(held_samples_are_not_forgotten_by_another_direction)
{
	begin_with("auto");
	talk(1, 2, SENT_AS_EGRESS);
	reload_direction("egress");
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(tally_of(64500, 64501)->samples, 1);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_EGRESS);
	ck_assert(!in.agents.switches[0].undecided);
}
END_TEST

START_TEST(held_samples_of_a_switch_that_left_are_settled)
{
	begin_with("auto");
	talk(1, 2, SENT_AS_EGRESS);
	reload(without_sw1);
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(earlier->cells[0].tally.samples, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_same_configuration_changes_nothing, 0 },
		{ what_was_counted_for_those_who_left_stays_with_the_old, 0 },
		{ a_switch_is_the_same_by_its_name, 0 },
		{ a_switch_that_left_is_foreign_from_then_on, 0 },
		{ counters_go_on_across_a_reload, 0 },
		{ a_verdict_outlives_a_reload, 0 },
		{ another_direction_takes_effect, 0 },
		{ held_samples_wait_on, 0 },
		{ held_samples_are_not_forgotten_by_another_direction, 0 },
		{ held_samples_of_a_switch_that_left_are_settled, 0 },
	};

	return unit_run_with("reload_intake", setup, teardown, tests,
			     COUNT_OF(tests));
}
