/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "collector/proposal_print.h"
#include "support/registry_builder.h"

/* Six members on two switches without ports. */
static const char bare[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n"
		  "vlans: [ { id: 100, name: Peering, roster_vlan: 1 } ]\n"
		  "macs:\n"
		  "  - { asn: 64500, mac: \"02:00:00:00:00:01\" }\n"
		  "  - { asn: 64501, mac: \"02:00:00:00:00:02\" }\n"
		  "  - { asn: 64502, mac: \"02:00:00:00:00:03\" }\n"
		  "  - { asn: 64503, mac: \"02:00:00:00:00:04\" }\n"
		  "  - { asn: 64504, mac: \"02:00:00:00:00:05\" }\n"
		  "switches:\n"
		  "  - { name: sw1, agent: 192.0.2.1 }\n"
		  "  - name: sw2\n"
		  "    agent: 192.0.2.2\n"
		  "    ports:\n"
		  "      - { ifindex: 90, name: ninety, asn: 64500 }\n"
		  "      - { ifindex: 91, name: core, role: core }\n";

static struct exchange e;
static struct bindings b;
static struct proposals p;

static void setup(void)
{
	exchange_build(&e, bare, NULL);
	ck_assert_int_eq(bindings_init(&b, e.registry), 0);
}

static void teardown(void)
{
	proposals_fini(&p);
	bindings_fini(&b);
	exchange_free(&e);
}

/* A station, by its last octet, at a port of a switch. */
struct seen {
	uint8_t station;
	uint32_t switch_index;
	uint32_t port;
	uint32_t samples;
};

static void see(const struct seen *s)
{
	const struct station *station = registry_station(
	    e.registry, (struct mac){ UINT64_C(0x020000000000) + s->station });

	for (uint32_t i = 0; i < s->samples; i++)
		bindings_note(&b, station, s->switch_index, s->port, i);
}

enum { SEEN_MAX = 12 };

/* What was seen, and the line of a port then. */
static const struct row {
	const char *name;
	struct seen seen[SEEN_MAX]; /* ends with samples 0 */
	struct learned_port heard;  /* ifindex 0: none */
	uint32_t switch_index;
	uint32_t port;
	const char *line;
} rows[] = {
	{ "one member",
	  { { 1, 0, 7, 12 } },
	  { 0, 7, 7, 10000000000, true, "Ethernet1/7" },
	  0,
	  7,
	  "- { ifindex: 7, name: Ethernet1/7, asn: 64500, speed: 10G } # 12 "
	  "samples" },
	{ "a reseller with three",
	  { { 3, 0, 7, 3 }, { 1, 0, 7, 12 }, { 2, 0, 7, 4 } },
	  { 0, 7, 7, 0, true, "Ethernet1/7" },
	  0,
	  7,
	  "- { ifindex: 7, name: Ethernet1/7, asn: [64500, 64501, 64502] } # "
	  "19 samples: AS64500 12, AS64501 4, AS64502 3" },
	{ "a name by the number is a hint",
	  { { 1, 0, 436207616, 3 } },
	  { 0, 436207616, 436207616, 2500000000, false, "Ethernet1/1" },
	  0,
	  436207616,
	  "- { ifindex: 436207616, asn: 64500, speed: 2500M } # 3 samples; "
	  "Ethernet1/1 by the number" },
	{ "nothing heard but frames",
	  { { 1, 0, 7, 3 } },
	  { 0 },
	  0,
	  7,
	  "- { ifindex: 7, asn: 64500 } # 3 samples" },
	{ "too few samples",
	  { { 1, 0, 7, 2 } },
	  { 0, 7, 7, 0, false, "ifIndex 7" },
	  0,
	  7,
	  "- { ifindex: 7 } # 2 samples: AS64500 2 (too few: left out)" },
	{ "somebody else's stray",
	  { { 2, 0, 8, 900 }, { 1, 0, 7, 50 }, { 2, 0, 7, 5 } },
	  { 0 },
	  0,
	  7,
	  "- { ifindex: 7, asn: 64500 } # 55 samples: AS64500 50, AS64501 5 "
	  "(too few: left out)" },
	{ "a station at two ports is on both",
	  { { 1, 0, 7, 50 }, { 1, 0, 8, 40 } },
	  { 0 },
	  0,
	  8,
	  "- { ifindex: 8, asn: 64500 } # 40 samples" },
	{ "nobody",
	  { { 0 } },
	  { 0, 7, 7, 0, true, "weird: \"name\" #7" },
	  0,
	  7,
	  "- { ifindex: 7, name: \"weird: \\\"name\\\" #7\" } # no station of "
	  "a member was seen" },
	{ "members that are at home elsewhere: a core port",
	  { { 1, 0, 1, 9 },
	    { 2, 0, 2, 9 },
	    { 3, 0, 3, 9 },
	    { 1, 1, 49, 5 },
	    { 2, 1, 49, 5 },
	    { 3, 1, 49, 5 } },
	  { 0 },
	  1,
	  49,
	  "- { ifindex: 49, role: core } # core: 3 of 3 stations enter another "
	  "switch by a port of their own; 15 samples of 3 members" },
	{ "and theirs is their own",
	  { { 1, 0, 1, 9 }, { 2, 0, 2, 9 }, { 1, 1, 49, 5 }, { 2, 1, 49, 5 } },
	  { 0 },
	  0,
	  1,
	  "- { ifindex: 1, asn: 64500 } # 9 samples" },
	{ "a reseller behind a core port is still one",
	  { { 1, 0, 5, 9 },
	    { 2, 0, 5, 9 },
	    { 1, 1, 49, 5 },
	    { 2, 1, 49, 5 },
	    { 3, 0, 1, 9 },
	    { 3, 1, 49, 5 } },
	  { 0 },
	  0,
	  5,
	  "- { ifindex: 5, asn: [64500, 64501] } # 18 samples: AS64500 9, "
	  "AS64501 9" },
	{ "and the core port behind a reseller too",
	  { { 1, 0, 5, 9 },
	    { 2, 0, 5, 9 },
	    { 1, 1, 49, 5 },
	    { 2, 1, 49, 5 },
	    { 3, 0, 1, 9 },
	    { 3, 1, 49, 5 } },
	  { 0 },
	  1,
	  49,
	  "- { ifindex: 49, role: core } # core: 3 of 3 stations enter another "
	  "switch by a port of their own; 15 samples of 3 members" },
	{ "where both have the same members none is told",
	  { { 1, 0, 5, 9 }, { 2, 0, 5, 9 }, { 1, 1, 49, 5 }, { 2, 1, 49, 5 } },
	  { 0 },
	  1,
	  49,
	  "- { ifindex: 49, asn: [64500, 64501] } # 10 samples: AS64500 5, "
	  "AS64501 5; 2 of 2 stations enter another switch too: a core "
	  "port?" },
	{ "a name that the configuration has already",
	  { { 2, 1, 7, 9 } },
	  { 1, 7, 7, 0, true, "ninety" },
	  1,
	  7,
	  "- { ifindex: 7, asn: 64501 } # 9 samples; another port is also "
	  "called ninety" },
	{ "a speed that is none",
	  { { 1, 0, 7, 3 } },
	  { 0, 7, 7, UINT64_MAX, false, "ifIndex 7" },
	  0,
	  7,
	  "- { ifindex: 7, asn: 64500 } # 3 samples" },
};

static void make(const struct row *row)
{
	static struct learned_port one; /* the proposals borrow its name */
	const struct learned_ports ports = { &one, row->heard.ifindex != 0 };

	one = row->heard;
	for (int i = 0; i < SEEN_MAX && row->seen[i].samples; i++)
		see(&row->seen[i]);
	ck_assert_int_eq(proposals_make(&p, &b, &ports), 0);
}

static void check_line(const struct proposal *port, const char *line)
{
	struct text text;

	ck_assert_ptr_nonnull(port);
	text_init(&text);
	proposal_print_line(&text, &p, port);
	ck_assert_str_eq(text_str(&text), line);
	text_fini(&text);
}

START_TEST(a_port_is_what_was_seen_there)
{
	make(&rows[_i]);
	check_line(proposals_find(&p, rows[_i].switch_index, rows[_i].port),
		   rows[_i].line);
}
END_TEST

/* Member ports by name and by number, and one that has no name. */
START_TEST(a_lag_has_its_ports_and_they_have_no_members)
{
	struct learned_port all[] = {
		{ 0, 3, 10, 10000000000, true, "Ethernet1/3" },
		{ 0, 4, 10, 10000000000, false, "Ethernet1/4" },
		{ 0, 5, 10, 0, false, "ifIndex 5" },
		{ 1, 6, 10, 0, true, "Ethernet1/6" }, /* of another switch */
	};
	const struct learned_ports ports = { all, COUNT_OF(all) };
	const struct seen seen = { 1, 0, 10, 30 };

	see(&seen);
	ck_assert_int_eq(proposals_make(&p, &b, &ports), 0);
	check_line(proposals_find(&p, 0, 10),
		   "- { ifindex: 10, lag: [Ethernet1/3, Ethernet1/4], asn: "
		   "64500 } # 30 samples");
	check_line(proposals_find(&p, 0, 3),
		   "- { ifindex: 3, name: Ethernet1/3, speed: 10G } # member "
		   "port of ifindex 10");
	check_line(proposals_find(&p, 0, 4),
		   "- { ifindex: 4, name: Ethernet1/4, speed: 10G } # member "
		   "port of ifindex 10; Ethernet1/4 by the number");
	check_line(proposals_find(&p, 0, 5),
		   "- { ifindex: 5 } # no station of a member was seen");
}
END_TEST

START_TEST(two_ports_of_one_name_have_none)
{
	struct learned_port all[] = {
		{ 0, 3, 3, 0, true, "same" },
		{ 0, 4, 4, 0, true, "same" },
		{ 1, 3, 3, 0, true, "same" },
	};
	const struct learned_ports ports = { all, COUNT_OF(all) };

	ck_assert_int_eq(proposals_make(&p, &b, &ports), 0);
	check_line(proposals_find(&p, 0, 3),
		   "- { ifindex: 3 } # no station of a member was seen; "
		   "another port is also called same");
	check_line(proposals_find(&p, 1, 3),
		   "- { ifindex: 3, name: \"same\" } # no station of a member "
		   "was seen");
}
END_TEST

/* What is said of ports that are configured. */
static const struct row odd_rows[] = {
	{ "its member", { { 1, 1, 90, 9 } }, { 0 }, 1, 90, "" },
	{ "another member",
	  { { 1, 1, 90, 9 }, { 2, 1, 90, 7 } },
	  { 0 },
	  1,
	  90,
	  "ninety: not its members by the configuration, and seen: AS64501 (7 "
	  "samples)" },
	{ "a stray", { { 1, 1, 90, 9 }, { 2, 1, 90, 1 } }, { 0 }, 1, 90, "" },
	{ "a core port is expected to have them",
	  { { 1, 0, 1, 9 }, { 2, 0, 2, 9 }, { 1, 1, 91, 5 }, { 2, 1, 91, 5 } },
	  { 0 },
	  1,
	  91,
	  "" },
	{ "a member's port that looks like one",
	  { { 1, 0, 1, 9 }, { 2, 0, 2, 9 }, { 1, 1, 90, 5 }, { 2, 1, 90, 5 } },
	  { 0 },
	  1,
	  90,
	  "ninety: looks like core: 2 of 2 stations enter another switch by a "
	  "port of their own; 10 samples of 2 members" },
};

START_TEST(what_contradicts_the_configuration_is_told)
{
	struct text text;

	make(&odd_rows[_i]);
	text_init(&text);
	proposal_print_odd(&text, &p, proposals_find(&p, 1, odd_rows[_i].port));
	ck_assert_str_eq(text_str(&text), odd_rows[_i].line);
	text_fini(&text);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_port_is_what_was_seen_there, COUNT_OF(rows) },
		{ a_lag_has_its_ports_and_they_have_no_members, 0 },
		{ two_ports_of_one_name_have_none, 0 },
		{ what_contradicts_the_configuration_is_told,
		  COUNT_OF(odd_rows) },
	};

	return unit_run_with("proposal", setup, teardown, tests,
			     COUNT_OF(tests));
}
