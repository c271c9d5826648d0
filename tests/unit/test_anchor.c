/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whose counters say what a member sent and got. */

#include "collector/anchor.h"

#include "support/registry_builder.h"
#include "support/unit.h"

enum { NONE = -1 };

#define A	"asn: 64500"
#define PORT(n) "      - { ifindex: " #n ", name: e" #n ", "
#define LAG	"      - { ifindex: 9, name: lag, lag: [e1, e2], " A " }\n"
#define END	" }\n"
#define UNTIL	"until: 2023-11-15T02:00:00Z"

/* Port n has counted 1000·n in and n out, if it has counted. */
static const struct {
	const char *rule;
	const char *ports;
	uint32_t counted[4];
	int64_t in; /* expected; NONE: they cannot say */
} cases[] = {
	{ "one port", PORT(1) A END, { 1 }, 1000 },
	{ "all of several", PORT(1) A END PORT(2) A END, { 1, 2 }, 3000 },
	{ "one of them is silent", PORT(1) A END PORT(2) A END, { 1 }, NONE },
	{ "no port", PORT(1) "asn: 64501" END, { 1 }, NONE },
	{ "a port of another is not its own",
	  PORT(1) A END PORT(2) "asn: 64501" END,
	  { 1, 2 },
	  1000 },
	{ "a shared port", PORT(1) "asn: [64500, 64501]" END, { 1 }, NONE },
	{ "a shared port beside its own",
	  PORT(1) A END PORT(2) "asn: [64500, 64501]" END,
	  { 1, 2 },
	  NONE },
	{ "a LAG counts once",
	  LAG PORT(1) A END PORT(2) A END,
	  { 9, 1, 2 },
	  9000 },
	{ "a LAG without counters by its ports",
	  LAG PORT(1) A END PORT(2) A END,
	  { 1, 2 },
	  3000 },
	{ "also where these say not whose they are",
	  LAG PORT(1) "speed: 10G" END PORT(2) "speed: 10G" END,
	  { 1, 2 },
	  3000 },
	{ "not by some of them", LAG PORT(1) A END PORT(2) A END, { 2 }, NONE },
	{ "a port for a time", PORT(1) A ", " UNTIL END, { 1 }, NONE },
	{ "a port at another time",
	  PORT(1) A END PORT(2) A ", from: 2033-01-01T00:00:00Z" END,
	  { 1, 2 },
	  NONE },
};

static void count(struct port_table *t, uint32_t ifindex)
{
	uint32_t index = port_table_find(t, 0, ifindex);

	ck_assert_uint_ne(index, PORT_NONE);
	t->ports[index].grown[PORT_IN_OCTETS] = UINT64_C(1000) * ifindex;
	t->ports[index].grown[PORT_OUT_OCTETS] = ifindex;
}

START_TEST(a_members_own_ports_say_what_it_sent)
{
	struct port_table table;
	struct exchange e;
	struct text config;
	uint64_t octets[2] = { 7, 7 };
	bool can_say;

	text_init(&config);
	text_addf(&config,
		  EXCHANGE_HEAD "state_dir: /nonexistent\nswitches:\n"
				"  - name: sw1\n    agent: 192.0.2.1\n"
				"    ports:\n%s",
		  cases[_i].ports);
	exchange_build_at(&e, text_str(&config), NULL, 1700000000);
	text_fini(&config);
	ck_assert_int_eq(port_table_init(&table, e.registry), 0);
	for (size_t i = 0; i < 4 && cases[_i].counted[i]; i++)
		count(&table, cases[_i].counted[i]);
	can_say = anchor_of(&table, 0, octets);
	ck_assert_msg(can_say == (cases[_i].in != NONE), "%s", cases[_i].rule);
	ck_assert_msg(
	    octets[0] == (can_say ? (uint64_t)cases[_i].in : (uint64_t)7),
	    "%s: %llu", cases[_i].rule, (unsigned long long)octets[0]);
	ck_assert_uint_eq(octets[1], can_say ? octets[0] / 1000 : 7);
	port_table_fini(&table);
	exchange_free(&e);
}
END_TEST

START_TEST(a_port_that_grew_by_nothing_has_counted)
{
	struct port_table table;
	struct exchange e;
	uint64_t octets[2] = { 7, 7 };
	uint32_t member;

	exchange_build(&e, NULL, NULL);
	member = (uint32_t)(registry_member(e.registry, 64502) -
			    e.registry->members);
	ck_assert_int_eq(port_table_init(&table, e.registry), 0);
	ck_assert(!anchor_of(&table, member, octets));
	table.ports[port_table_find(&table, 0, 3)].has_rate = true;
	ck_assert(anchor_of(&table, member, octets));
	ck_assert_uint_eq(octets[0], 0);
	ck_assert_uint_eq(octets[1], 0);
	port_table_fini(&table);
	exchange_free(&e);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_members_own_ports_say_what_it_sent, COUNT_OF(cases) },
		{ a_port_that_grew_by_nothing_has_counted, 0 },
	};

	return unit_run("anchor", tests, COUNT_OF(tests));
}
