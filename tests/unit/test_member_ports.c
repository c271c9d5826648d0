/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include "collector/member_ports.h"
#include "support/registry_builder.h"

static const char config[] = EXCHANGE_HEAD
    "state_dir: /nonexistent\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500 }\n"
    "      - { ifindex: 2, asn: 64501 }\n"
    "      - { ifindex: 3, asn: 64501 }\n"
    "      - { ifindex: 4, asn: [ 64502, 64503 ] }\n"
    "      - { ifindex: 10, name: e10 }\n"
    "      - { ifindex: 11, name: e11 }\n"
    "      - { ifindex: 100, name: lag, lag: [ e10, e11 ], asn: 64504 }\n"
    "      - { ifindex: 48, role: core }\n"
    "  - name: sw2\n"
    "    agent: 192.0.2.2\n"
    "    ports:\n"
    "      - { ifindex: 7, asn: 64502 }\n"
    "      - { ifindex: 8, asn: 64505 }\n";

/* By ASN; the switch that all are on: 2 is none. */
static const struct {
	uint32_t asn;
	uint32_t at[2]; /* each switch */
	uint32_t only;
} members[] = {
	{ 64500, { 1, MEMBER_PORTS_NONE }, 0 },
	{ 64501, { MEMBER_PORTS_SEVERAL, MEMBER_PORTS_NONE }, 0 },
	{ 64502, { 4, 7 }, 2 },
	{ 64503, { 4, MEMBER_PORTS_NONE }, 0 },
	{ 64504, { 100, MEMBER_PORTS_NONE }, 0 },
	{ 64505, { MEMBER_PORTS_NONE, 8 }, 1 },
	{ 64506, { MEMBER_PORTS_NONE, MEMBER_PORTS_NONE }, 2 },
};

START_TEST(a_members_port_is_found)
{
	struct exchange e;
	struct port_table table;
	struct member_ports p;
	uint32_t member;

	exchange_build(&e, config, NULL);
	ck_assert_int_eq(port_table_init(&table, e.registry), 0);
	ck_assert_int_eq(member_ports_init(&p, e.registry, &table), 0);
	member = (uint32_t)(registry_member(e.registry, members[_i].asn) -
			    e.registry->members);
	ck_assert_uint_eq(member_ports_at(&p, member, 0), members[_i].at[0]);
	ck_assert_uint_eq(member_ports_at(&p, member, 1), members[_i].at[1]);
	ck_assert_uint_eq(p.only_switch[member], members[_i].only);
	member_ports_fini(&p);
	port_table_fini(&table);
	exchange_free(&e);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_members_port_is_found, COUNT_OF(members) },
	};

	return unit_run("member_ports", tests, COUNT_OF(tests));
}
