/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the configuration says for a time. */

#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "support/registry_builder.h"
#include "util/utc.h"

#define ROSTER(mac)                                                            \
	"{ \"ixp_list\": [ { \"ixp_id\": 1, \"vlan\": [ { \"id\": 100 } ] } "  \
	"],"                                                                   \
	" \"member_list\": [ { \"asnum\": 64500, \"connection_list\": ["       \
	" { \"vlan_list\": [ { \"vlan_id\": 100, \"ipv4\": {"                  \
	" \"mac_addresses\": [" mac "] } } ] } ] }, { \"asnum\": 64501 } ] }"

static const char config[] = EXCHANGE_HEAD
    "state_dir: /nonexistent\n"
    "macs:\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:01\","
    " from: 2026-03-01T00:00:00Z, until: 2026-04-01T00:00:00Z }\n"
    "  - { asn: 64502, vlan: 100, mac: \"02:00:00:00:00:01\","
    " from: 2026-04-01T00:00:00Z, until: 2026-05-01T00:00:00Z }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500, until: 2026-03-01T00:00:00Z }\n"
    "      - { ifindex: 1, asn: 64501, from: 2026-03-01T00:00:00Z }\n"
    "      - { ifindex: 2, role: core, until: 2026-02-01T00:00:00Z }\n";

static struct exchange e;

static int64_t moment(const char *text)
{
	int64_t at_s;

	ck_assert_int_eq(utc_parse(text, strlen(text), &at_s), 0);
	return at_s;
}

static void build(const char *at, const char *roster)
{
	exchange_build_at(&e, config, roster, moment(at));
}

static void teardown(void)
{
	exchange_free(&e);
}

static uint32_t owner(void)
{
	const struct station *s =
	    registry_station(e.registry, (struct mac){ 0x020000000001 });

	return s ? exchange_asn(&e, s->interface) : 0;
}

static const struct {
	const char *at;
	uint32_t of_roster; /* whose it is where the roster gives it to 64500 */
	uint32_t alone;	    /* and where the roster has none */
	const char *since;
	const char *next;
	uint32_t on_port; /* the member on port 1 */
	uint32_t ports;
} moments[] = {
	{ "2026-01-01T00:00:00Z", 64500, 0, "1970-01-01T00:00:00Z",
	  "2026-02-01T00:00:00Z", 64500, 2 },
	{ "2026-02-28T23:59:59Z", 64500, 0, "2026-02-01T00:00:00Z",
	  "2026-03-01T00:00:00Z", 64500, 1 },
	{ "2026-03-01T00:00:00Z", 64501, 64501, "2026-03-01T00:00:00Z",
	  "2026-04-01T00:00:00Z", 64501, 1 },
	{ "2026-03-31T23:59:59Z", 64501, 64501, "2026-03-01T00:00:00Z",
	  "2026-04-01T00:00:00Z", 64501, 1 },
	{ "2026-04-01T00:00:00Z", 64502, 64502, "2026-04-01T00:00:00Z",
	  "2026-05-01T00:00:00Z", 64501, 1 },
	{ "2026-05-01T00:00:00Z", 64500, 0, "2026-05-01T00:00:00Z",
	  "1970-01-01T00:00:00Z", 64501, 1 },
};

START_TEST(an_address_is_whose_it_is_at_the_moment)
{
	build(moments[_i].at, ROSTER("\"02:00:00:00:00:01\""));
	ck_assert_uint_eq(owner(), moments[_i].of_roster);
	exchange_free(&e);
	build(moments[_i].at, ROSTER(""));
	ck_assert_uint_eq(owner(), moments[_i].alone);
}
END_TEST

START_TEST(it_is_known_when_that_changes)
{
	int64_t at_s = moment(moments[_i].at);
	int64_t next_s = moment(moments[_i].next);
	int64_t since_s = moment(moments[_i].since);

	build(moments[_i].at, ROSTER(""));
	ck_assert_int_eq(e.registry->since_s, since_s);
	ck_assert_int_eq(e.registry->next_change_s, next_s);
	ck_assert(!registry_is_over(e.registry, at_s));
	if (next_s) {
		ck_assert(!registry_is_over(e.registry, next_s - 1));
		ck_assert(registry_is_over(e.registry, next_s));
	}
	/* a clock that was ahead is put right; one that is slewed is fine */
	ck_assert(!registry_is_over(e.registry, since_s - 2));
	if (since_s)
		ck_assert(registry_is_over(e.registry, since_s - 3));
}
END_TEST

START_TEST(a_port_is_whose_it_is_at_the_moment)
{
	const struct port *p;

	build(moments[_i].at, ROSTER(""));
	ck_assert_uint_eq(e.registry->port_count, moments[_i].ports);
	ck_assert_uint_eq(e.registry->all_port_count, 3);
	p = exchange_port(&e, 0, 1);
	ck_assert_uint_eq(p->member_count, 1);
	ck_assert_uint_eq(e.registry->members[p->members[0]].asn,
			  moments[_i].on_port);
	for (uint32_t i = 0; i < e.registry->all_port_count; i++)
		ck_assert_int_eq(validity_holds(e.registry->ports[i].holds,
						e.registry->at_s),
				 i < e.registry->port_count);
}
END_TEST

/* So what is counted goes on under the same numbers. */
START_TEST(members_and_interfaces_are_the_same_at_all_times)
{
	build(moments[_i].at, ROSTER(""));
	ck_assert_uint_eq(e.registry->member_count, 3);
	ck_assert_uint_eq(e.registry->interface_count, 7);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(e.registry->members[i].interface_count, 1);
}
END_TEST

START_TEST(nothing_changes_where_no_time_is_said)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(e.registry->next_change_s, 0);
	ck_assert_int_eq(e.registry->since_s, 0);
	ck_assert(!registry_is_over(e.registry, 0));
	ck_assert(!registry_is_over(e.registry, INT64_MAX));
	ck_assert_uint_eq(e.registry->all_port_count, e.registry->port_count);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_address_is_whose_it_is_at_the_moment, COUNT_OF(moments) },
		{ it_is_known_when_that_changes, COUNT_OF(moments) },
		{ a_port_is_whose_it_is_at_the_moment, COUNT_OF(moments) },
		{ members_and_interfaces_are_the_same_at_all_times,
		  COUNT_OF(moments) },
		{ nothing_changes_where_no_time_is_said, 0 },
	};

	return unit_run_with("registry_times", NULL, teardown, tests,
			     COUNT_OF(tests));
}
