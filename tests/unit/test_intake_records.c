/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the records of a datagram become in the intake. */

#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/intake.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/sflow_records.h"
#include "support/switch_builder.h"

#define STEP INT64_C(28333440)

static struct exchange e;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;

/*
 * AS64500 on a LAG whose first member port is listed and whose second is known
 * by its Nexus name only; a reseller's LAG that is said at its member port; a
 * core LAG; AS64502 with one MAC in both VLANs; switch 2 has an IPv6 address.
 */
static const char config[] = EXCHANGE_HEAD
    "state_dir: /nonexistent\n"
    "vlans:\n"
    "  - { id: 100, name: Peering, roster_vlan: 1 }\n"
    "  - { id: 200, name: Second, roster_vlan: 2 }\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "  - { asn: 64502, vlan: 100, mac: \"02:00:00:00:00:03\" }\n"
    "  - { asn: 64502, vlan: 200, mac: \"02:00:00:00:00:03\" }\n"
    "  - { asn: 64503, vlan: 100, mac: \"02:00:00:00:00:04\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    direction: any\n"
    "    ports:\n"
    "      - { ifindex: 10, name: channel, asn: 64500,\n"
    "          lag: [ Ethernet1/1, one ] }\n"
    "      - { ifindex: 11, name: one }\n"
    "      - { ifindex: 20, name: shared, lag: [ two ] }\n"
    "      - { ifindex: 21, name: two, asn: [ 64501, 64502 ] }\n"
    "      - { ifindex: 30, name: trunk, role: core, lag: [ Ethernet1/48 ] }\n"
    "  - { name: sw2, agent: \"2001:db8::2\", direction: any }\n";

enum {
	CHANNEL = 10,
	LISTED = 11,
	NAMED = 0x1a000000, /* Ethernet1/1 */
	SHARED = 20,
	OF_SHARED = 21,
	TRUNK = 30,
	OF_TRUNK = 0x1a000000 + (47 << 12), /* Ethernet1/48 */
	LEARNED = 99,
};

static void setup(void)
{
	exchange_build(&e, config, NULL);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
}

static void teardown(void)
{
	intake_fini(&in);
	exchange_free(&e);
}

static void start(void)
{
	sequence++;
	switch_starts(&b, 1, sequence, 100000 + sequence);
}

static void send(void)
{
	struct ipaddr source = switch_address(1);
	const char *fault;

	intake_datagram(&in, &source, b.data, b.len, STEP * STEP_US + sequence,
			STEP);
	intake_settle(&in);
	fault = intake_fault(&in);
	ck_assert_msg(!fault, "%s", fault);
}

/* A sample of 1 in 10 that came in by a port. */
static void open_flow(uint32_t port)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = true,
				 .source_index = port,
				 .sampling_rate = 10,
				 .input = { 0, port },
				 .output = { 2, 0 },
			     });
}

static void put_header(uint8_t src, uint8_t dst)
{
	const uint8_t frame[] = { 2, [5] = dst, 2, [11] = src, [12] = 0x08, 0 };

	sflow_build_header(&b, 1000, 4, frame, sizeof(frame));
}

/* The only pair, and where it is: fails if there are more. */
static struct tally *only_cell(struct cell_ends *ends)
{
	static struct cell cell;
	struct cell *cells;
	size_t count;

	ck_assert(intake_take(&in, &cells, &count));
	ck_assert_uint_eq(count, 1);
	cell = cells[0];
	free(cells);
	*ends = cell_ends(cell.key);
	return &cell.tally;
}

START_TEST(a_sample_described_five_times_counts_once)
{
	struct cell_ends ends;
	struct tally *t;

	start();
	open_flow(LEARNED);
	put_header(1, 2);
	sflow_build_ethernet(&b, 996, 1, 2, 0x0800);
	sflow_build_switch(&b, 100, 0);
	sflow_build_ip(&b, 4, 982);
	sflow_build_gateway(&b, 4, 1, 1);
	sflow_build_sample_end(&b);
	send();
	t = only_cell(&ends);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(exchange_asn(&e, ends.from), 64500);
	ck_assert_uint_eq(exchange_asn(&e, ends.to), 64501);
	ck_assert(ends.family == FAMILY_IPV4);
	ck_assert_uint_eq(t->samples, 1);
	ck_assert_uint_eq(t->bytes, 10000);
	ck_assert_uint_eq(in.skipped.flow_records, 0);
}
END_TEST

START_TEST(an_ethernet_record_alone_is_attributed)
{
	struct cell_ends ends;
	struct tally *t;

	start();
	open_flow(LEARNED);
	sflow_build_ethernet(&b, 900, 2, 1, 0x86dd);
	sflow_build_sample_end(&b);
	send();
	t = only_cell(&ends);
	ck_assert_uint_eq(exchange_asn(&e, ends.from), 64501);
	ck_assert_uint_eq(exchange_asn(&e, ends.to), 64500);
	ck_assert(ends.family == FAMILY_IPV6);
	ck_assert_uint_eq(t->bytes, 9000);
}
END_TEST

START_TEST(an_ip_record_alone_counts_on_its_port_only)
{
	start();
	open_flow(LEARNED);
	sflow_build_ip(&b, 6, 982);
	sflow_build_sample_end(&b);
	send();
	ck_assert_uint_eq(in.ledger.observations, 1);
	ck_assert_uint_eq(in.ledger.dropped[DROP_NO_ETHERNET_HEADER], 1);
	port_table_settle(&in.ports);
	ck_assert_uint_eq(
	    in.ports.ports[port_table_find(&in.ports, 0, LEARNED)].in_estimate,
	    10000);
}
END_TEST

/* Station 3 is in both VLANs, so only a record can tell. */
START_TEST(a_switch_record_tells_the_vlan)
{
	static const struct {
		uint32_t vlan;
		uint16_t counted;
	} rows[] = { { 100, 100 }, { 200, 200 }, { 1, 0 } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct cell_ends ends;

		start();
		open_flow(LEARNED);
		put_header(3, 0x99);
		sflow_build_switch(&b, rows[i].vlan, rows[i].vlan);
		sflow_build_sample_end(&b);
		send();
		(void)only_cell(&ends);
		ck_assert_uint_eq(e.registry->interfaces[ends.from].vlan,
				  rows[i].counted);
	}
}
END_TEST

START_TEST(discarded_packets_are_counted_by_reason_and_nowhere_else)
{
	static const uint32_t reasons[] = { 257, 258, 258, 3, 266, 371 };
	const uint64_t *discarded = in.agents.switches[0].discarded;

	start();
	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		sflow_build_discard(&b, &(struct sflow_build_discard){
					    .source_index = LEARNED,
					    .input = LEARNED,
					    .reason = reasons[i],
					});
		put_header(1, 2);
		sflow_build_sample_end(&b);
	}
	send();
	ck_assert_uint_eq(in.input.accepted, 1);
	ck_assert_uint_eq(in.input.discarded_packets, COUNT_OF(reasons));
	ck_assert_uint_eq(in.input.flow_samples, 0);
	ck_assert_uint_eq(in.ledger.observations, 0);
	ck_assert_uint_eq(in.open.count, 0);
	ck_assert_uint_eq(in.skipped.samples, 0);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_TTL], 1);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_ACL], 2);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_UNREACHABLE], 1);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_SPANNING_TREE], 1);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_OTHER], 1);
	ck_assert_uint_eq(discarded[SFLOW_DISCARD_BUFFER], 0);
	ck_assert_uint_eq(in.agents.switches[1].discarded[SFLOW_DISCARD_TTL],
			  0);
}
END_TEST

/* How a sample of this source between these interfaces was taken. */
static void check_direction(struct sflow_build_flow flow,
			    enum direction direction)
{
	uint64_t before = in.agents.switches[0].by_direction[direction];

	flow.sampling_rate = 10;
	start();
	sflow_build_flow(&b, &flow);
	put_header(1, 2);
	sflow_build_sample_end(&b);
	send();
	ck_assert_uint_eq(in.agents.switches[0].by_direction[direction],
			  before + 1);
}

START_TEST(a_compact_sample_has_24_bits_of_its_source)
{
	enum { NEXUS = 0x1a003000, LOW = 0x003000, OTHER = 0x1a004000 };
	uint32_t ports = in.ports.count;

	check_direction((struct sflow_build_flow){ .source_index = LOW,
						   .input = { 0, NEXUS },
						   .output = { 0, OTHER } },
			DIRECTION_INGRESS);
	check_direction((struct sflow_build_flow){ .source_index = LOW,
						   .input = { 0, OTHER },
						   .output = { 0, NEXUS } },
			DIRECTION_EGRESS);
	/* Ethernet1/1, of which nothing is left */
	check_direction((struct sflow_build_flow){ .source_index = 0,
						   .input = { 0, NAMED },
						   .output = { 0, OTHER } },
			DIRECTION_INGRESS);
	ck_assert_uint_eq(in.ports.count, ports + 2);
	ck_assert_uint_ne(port_table_look(&in.ports, 0, NEXUS), PORT_NONE);
	ck_assert_uint_ne(port_table_look(&in.ports, 0, NAMED), PORT_NONE);
	/* nor does it stand for another port where it is neither of the two */
	check_direction((struct sflow_build_flow){ .source_index = LOW,
						   .input = { 0, 0 },
						   .output = { 0, OTHER } },
			DIRECTION_UNKNOWN);
	ck_assert_uint_eq(port_table_look(&in.ports, 0, LOW), PORT_NONE);
	ck_assert_uint_eq(in.ports.count, ports + 2);
	/* an expanded one has them all */
	check_direction((struct sflow_build_flow){ .expanded = true,
						   .source_index = LOW,
						   .input = { 0, NEXUS },
						   .output = { 0, OTHER } },
			DIRECTION_UNKNOWN);
}
END_TEST

START_TEST(a_lag_and_its_ports_are_one_source)
{
	check_direction((struct sflow_build_flow){ .expanded = true,
						   .source_index = OF_SHARED,
						   .input = { 0, SHARED },
						   .output = { 0, CHANNEL } },
			DIRECTION_INGRESS);
	check_direction((struct sflow_build_flow){ .expanded = true,
						   .source_index = SHARED,
						   .input = { 0, CHANNEL },
						   .output = { 0, OF_SHARED } },
			DIRECTION_EGRESS);
	check_direction((struct sflow_build_flow){ .expanded = true,
						   .source_index = NAMED,
						   .input = { 0, LISTED },
						   .output = { 0, SHARED } },
			DIRECTION_INGRESS);
	check_direction((struct sflow_build_flow){ .expanded = true,
						   .source_index = LEARNED,
						   .input = { 0, SHARED },
						   .output = { 0, CHANNEL } },
			DIRECTION_UNKNOWN);
}
END_TEST

static void send_link(uint32_t errors, uint8_t state)
{
	start();
	sflow_build_counters(
	    &b, &(struct sflow_build_counters){ .expanded = true,
						.source_index = LISTED });
	sflow_build_ethernet_counters(&b, errors);
	sflow_build_lag(&b, &(struct sflow_build_lag){
				.actor = { 2, [5] = 0x10 },
				.aggregate_ifindex = CHANNEL,
				.states = { 0, state },
			    });
	sflow_build_vlan_counters(&b, 100, 1);
	sflow_build_sample_end(&b);
	send();
}

START_TEST(a_port_keeps_its_link_s_state)
{
	const struct port_link *link =
	    &in.ports.ports[port_table_find(&in.ports, 0, LISTED)].link;

	ck_assert(!link->has_lag && !link->fcs_errors.known);
	send_link(100, 0x0d);
	ck_assert(link->has_lag && !port_link_forwards(link));
	ck_assert_uint_eq(link->fcs_errors.grown, 0);
	send_link(105, 0x3d);
	ck_assert(port_link_forwards(link));
	ck_assert_uint_eq(link->lag.aggregate_ifindex, CHANNEL);
	ck_assert_uint_eq(link->lag.actor.bits, 0x020000000010);
	ck_assert_uint_eq(link->fcs_errors.grown, 5);
	ck_assert_uint_eq(link->alignment_errors.grown, 5);
	send_link(3, 0x3d); /* the agent restarted */
	ck_assert_uint_eq(link->fcs_errors.grown, 5);
	send_link(10, 0x3d);
	ck_assert_uint_eq(link->fcs_errors.grown, 12);
	/* not supported, from the second counter on */
	send_link(UINT32_MAX - 1, 0x3d);
	ck_assert(link->alignment_errors.known && !link->fcs_errors.known);
	ck_assert_uint_eq(in.agents.switches[0].vlan_counters, 5);
}
END_TEST

START_TEST(a_switch_keeps_its_processor_s_state)
{
	static const int32_t loads[2][3] = { { 1, 2, 3 }, { 400, -1, 600 } };
	const struct switch_state *s = &in.agents.switches[0];

	ck_assert(!s->has_processor);
	for (int i = 0; i < 2; i++) {
		start();
		sflow_build_counters(&b, &(struct sflow_build_counters){
					     .expanded = true,
					     .source_class = 2,
					     .source_index = 1,
					 });
		sflow_build_processor(&b, loads[i], 1000, 100);
		sflow_build_sample_end(&b);
		send();
	}
	ck_assert(s->has_processor);
	ck_assert_int_eq(s->processor.load_5s, 400);
	ck_assert_int_eq(s->processor.load_1m, -1);
	ck_assert_int_eq(s->processor.load_5m, 600);
	ck_assert_uint_eq(s->processor.memory_free_bytes, 100);
}
END_TEST

/* Which station may send on which port of a LAG. */
static const struct {
	uint32_t port;
	uint8_t src;
	enum drop_reason reason;
} lag_rows[] = {
	{ CHANNEL, 1, DROP_NONE },	{ CHANNEL, 2, DROP_WRONG_PORT },
	{ LISTED, 1, DROP_NONE },	{ LISTED, 2, DROP_WRONG_PORT },
	{ NAMED, 1, DROP_NONE },	{ NAMED, 2, DROP_WRONG_PORT },
	{ SHARED, 2, DROP_NONE },	{ SHARED, 3, DROP_NONE },
	{ SHARED, 1, DROP_WRONG_PORT }, { OF_SHARED, 2, DROP_NONE },
	{ OF_SHARED, 3, DROP_NONE },	{ OF_SHARED, 4, DROP_WRONG_PORT },
	{ TRUNK, 1, DROP_CORE_PORT },	{ OF_TRUNK, 1, DROP_CORE_PORT },
	{ LEARNED, 1, DROP_NONE },	{ LEARNED, 2, DROP_NONE },
};

START_TEST(a_lag_and_its_member_ports_have_the_same_members)
{
	start();
	open_flow(lag_rows[_i].port);
	put_header(lag_rows[_i].src, 0x99);
	sflow_build_sample_end(&b);
	send();
	if (lag_rows[_i].reason == DROP_NONE)
		ck_assert_uint_eq(in.ledger.attributed, 1);
	else
		ck_assert_uint_eq(in.ledger.dropped[lag_rows[_i].reason], 1);
}
END_TEST

/* The agent's own name for a port may be what puts it in a LAG. */
START_TEST(a_port_joins_its_lag_when_its_name_is_heard)
{
	start();
	sflow_build_counters(
	    &b, &(struct sflow_build_counters){ .expanded = true,
						.source_index = LEARNED });
	sflow_build_port_name(&b, "Ethernet1/48");
	sflow_build_sample_end(&b);
	open_flow(LEARNED);
	put_header(1, 2);
	sflow_build_sample_end(&b);
	send();
	ck_assert_uint_eq(in.ledger.dropped[DROP_CORE_PORT], 1);
}
END_TEST

/* Members that a LAG gets from elsewhere are counted as on one port. */
START_TEST(a_member_is_on_as_many_ports_as_are_said)
{
	ck_assert_uint_eq(registry_member(e.registry, 64500)->port_count, 1);
	ck_assert_uint_eq(registry_member(e.registry, 64501)->port_count, 1);
	ck_assert_uint_eq(exchange_port(&e, 0, LISTED)->member_count, 1);
	ck_assert_uint_eq(exchange_port(&e, 0, LISTED)->only_vlan, 100);
	ck_assert_uint_eq(exchange_port(&e, 0, SHARED)->member_count, 2);
	ck_assert_uint_eq(exchange_port(&e, 0, SHARED)->only_vlan, 0);
	ck_assert_uint_eq(exchange_port(&e, 0, TRUNK)->member_count, 0);
}
END_TEST

START_TEST(a_datagram_of_the_largest_size_counts_whole)
{
	uint32_t samples = 0;
	struct cell_ends ends;

	start();
	while (b.len + 200 < sizeof(b.data)) {
		open_flow(LEARNED);
		put_header(1, 2);
		sflow_build_sample_end(&b);
		samples++;
	}
	sflow_build_sample(&b, 6); /* fills it to the last byte but three */
	while (b.len + 4 <= sizeof(b.data))
		sflow_build_u32(&b, 0);
	sflow_build_sample_end(&b);
	ck_assert_uint_gt(b.len, 65503);
	ck_assert_uint_gt(samples, 600);
	send();
	ck_assert_uint_eq(in.input.accepted, 1);
	ck_assert_uint_eq(in.ledger.attributed, samples);
	ck_assert_uint_eq(only_cell(&ends)->samples, samples);
}
END_TEST

START_TEST(an_agent_may_have_an_ipv6_address)
{
	static const uint8_t agent[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
	struct ipaddr source = ipaddr_of(agent, sizeof(agent));
	struct sflow_build_head head = { .agent_len = 16, .sequence = 1 };

	memcpy(head.agent, agent, sizeof(agent));
	sflow_build_start(&b, &head);
	open_flow(LEARNED);
	put_header(1, 2);
	sflow_build_sample_end(&b);
	intake_datagram(&in, &source, b.data, b.len, STEP * STEP_US, STEP);
	intake_settle(&in);
	ck_assert_uint_eq(in.input.accepted, 1);
	ck_assert_uint_eq(in.agents.switches[1].flow_samples, 1);
	ck_assert_uint_eq(in.ledger.attributed, 1);
}
END_TEST

/* Versions 2 and 4 have other heads; they are told by their first word. */
START_TEST(other_versions_are_counted_as_such)
{
	static const uint32_t versions[] = { 2, 4, 0, 6, UINT32_MAX };

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		start();
		open_flow(LEARNED);
		put_header(1, 2);
		sflow_build_sample_end(&b);
		sflow_build_patch(&b, 0, versions[i]);
		send();
	}
	ck_assert_uint_eq(in.input.unsupported_version, COUNT_OF(versions));
	ck_assert_uint_eq(in.ledger.observations, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_sample_described_five_times_counts_once, 0 },
		{ an_ethernet_record_alone_is_attributed, 0 },
		{ an_ip_record_alone_counts_on_its_port_only, 0 },
		{ a_switch_record_tells_the_vlan, 0 },
		{ discarded_packets_are_counted_by_reason_and_nowhere_else, 0 },
		{ a_compact_sample_has_24_bits_of_its_source, 0 },
		{ a_lag_and_its_ports_are_one_source, 0 },
		{ a_port_keeps_its_link_s_state, 0 },
		{ a_switch_keeps_its_processor_s_state, 0 },
		{ a_lag_and_its_member_ports_have_the_same_members,
		  COUNT_OF(lag_rows) },
		{ a_port_joins_its_lag_when_its_name_is_heard, 0 },
		{ a_member_is_on_as_many_ports_as_are_said, 0 },
		{ a_datagram_of_the_largest_size_counts_whole, 0 },
		{ an_agent_may_have_an_ipv6_address, 0 },
		{ other_versions_are_counted_as_such, 0 },
	};

	return unit_run_with("intake_records", setup, teardown, tests,
			     COUNT_OF(tests));
}
