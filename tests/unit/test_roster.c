/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "ixp/roster.h"
#include "support/unit.h"
#include "util/err.h"

static const char full[] =
    "{ \"version\": \"1.0\",\n"
    "  \"ixp_list\": [\n"
    "    { \"ixp_id\": 1, \"shortname\": \"Example-IX\",\n"
    "      \"vlan\": [ { \"id\": 1, \"name\": \"LAN\" }, { \"id\": 2 } ],\n"
    "      \"switch\": [ { \"id\": 5, \"name\": \"sw1\" } ] } ],\n"
    "  \"member_list\": [\n"
    "    { \"asnum\": 64501, \"name\": \"Second\",\n"
    "      \"connection_list\": [\n"
    "        { \"ixp_id\": 1, \"state\": \"active\",\n"
    "          \"if_list\": [ { \"switch_id\": 5, \"if_speed\": 10000 } ],\n"
    "          \"vlan_list\": [\n"
    "            { \"vlan_id\": 1,\n"
    "              \"ipv4\": { \"address\": \"192.0.2.11\",\n"
    "                \"mac_addresses\": [ \"02:00:00:00:00:12\" ] },\n"
    "              \"ipv6\": { \"mac_addresses\": [ \"0200.0000.0011\",\n"
    "                \"020000000012\" ] } } ] } ] },\n"
    "    { \"asnum\": 64500, \"name\": \"Soci\xc3\xa9t\xc3\xa9\" } ] }";

static struct diagnostics messages;
static struct roster *roster;

static void set_up(void)
{
	diagnostics_init(&messages);
	roster = NULL;
}

static void tear_down(void)
{
	roster_free(roster);
	diagnostics_fini(&messages);
}

static int read_bytes(const char *text, size_t len, const uint32_t *ixp_id)
{
	struct roster_text from = { .path = "m.json",
				    .text = text,
				    .len = len };

	tear_down();
	set_up();
	return roster_parse(&roster, &from, ixp_id, &messages);
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text), NULL);
}

START_TEST(the_exchange_is_read)
{
	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(messages.errors + messages.warnings, 0);
	ck_assert_str_eq(roster->version, "1.0");
	ck_assert_str_eq(roster->shortname, "Example-IX");
	ck_assert_uint_eq(roster->ixp_id, 1);
	ck_assert_uint_eq(roster->vlan_count, 2);
	ck_assert_str_eq(roster->vlans[0].name, "LAN");
	ck_assert_ptr_null(roster->vlans[1].name);
	ck_assert_uint_eq(roster->switch_count, 1);
	ck_assert_str_eq(roster->switches[0].name, "sw1");
}
END_TEST

START_TEST(members_stand_in_order_of_their_asns)
{
	ck_assert_int_eq(read_text(full), 0);
	ck_assert_uint_eq(roster->member_count, 2);
	ck_assert_uint_eq(roster->members[0].asn, 64500);
	ck_assert_str_eq(roster->members[0].name, "Soci\xc3\xa9t\xc3\xa9");
	ck_assert_uint_eq(roster->members[0].connection_count, 0);
	ck_assert_uint_eq(roster->members[1].asn, 64501);
}
END_TEST

START_TEST(a_mac_of_both_families_counts_once)
{
	const struct roster_connection *c;

	ck_assert_int_eq(read_text(full), 0);
	c = &roster->members[1].connections[0];
	ck_assert_uint_eq(c->interfaces[0].speed_bps, 10000000000);
	ck_assert_uint_eq(c->interfaces[0].switch_id, 5);
	ck_assert_uint_eq(c->presence_count, 1);
	ck_assert_uint_eq(c->presences[0].mac_count, 2);
	ck_assert_uint_eq(c->presences[0].macs[0].bits, 0x020000000011);
	ck_assert_uint_eq(c->presences[0].macs[1].bits, 0x020000000012);
}
END_TEST

START_TEST(a_presence_keeps_its_addresses)
{
	const struct roster_presence *p;
	char address[IPADDR_TEXT_SIZE];

	ck_assert_int_eq(read_text(full), 0);
	p = &roster->members[1].connections[0].presences[0];
	ck_assert_str_eq(ipaddr_format(&p->addresses[0], address),
			 "192.0.2.11");
	ck_assert_uint_eq(p->addresses[1].version, 0);
}
END_TEST

START_TEST(a_place_is_line_and_column_of_the_text)
{
	struct place place;

	ck_assert_int_eq(read_text(full), 0);
	place = roster_place(
	    roster, &roster->members[1].connections[0].presences[0].where);
	ck_assert_str_eq(place.path, "m.json");
	ck_assert_uint_eq(place.line, 12);
	ck_assert_uint_eq(place.column, 13);
	place = roster_place(roster, &roster->members[0].where);
	ck_assert_uint_eq(place.line, 17);
	ck_assert_uint_eq(place.column, 5);
}
END_TEST

START_TEST(no_text_but_the_whole_is_read)
{
	for (size_t len = 0; len < sizeof(full) - 1; len++) {
		char *cut = malloc(len + 1); /* for the address sanitizer */
		int rc;

		memcpy(cut, full, len);
		rc = read_bytes(cut, len, NULL);
		free(cut);
		ck_assert_msg(rc == ERR_CONFIG && messages.errors == 1,
			      "at %zu: %d", len, rc);
	}
	ck_assert_int_eq(read_text(full), 0);
}
END_TEST

START_TEST(a_text_with_any_byte_broken_is_refused_or_read)
{
	static const char bytes[] = { '\0', '"', '0', '[', '}', ',', '\xff' };
	char broken[sizeof(full)];

	for (size_t i = 0; i < sizeof(full) - 1; i++) {
		int rc;

		memcpy(broken, full, sizeof(full));
		broken[i] = bytes[i % sizeof(bytes)];
		rc = read_bytes(broken, sizeof(full) - 1, NULL);
		ck_assert_msg(rc == 0 || (rc == ERR_CONFIG && messages.errors),
			      "at %zu: %d", i, rc);
	}
}
END_TEST

#define MEMBERS(list) "{ \"version\": \"1.0\", \"member_list\": [" list "] }"

/* Values that are needed and odd: the member count and what is said. */
static const struct {
	const char *text;
	size_t members;
	const char *said;
} doubtful[] = {
	{ MEMBERS(""), 0, "member_list: found no member" },
	{ MEMBERS("{ \"asnum\": \"64500\" }"), 1, "" },
	{ MEMBERS("{ \"asnum\": \"as64500\" }"), 1, "" },
	{ MEMBERS("{ \"asnum\": 0 }"), 0, "member_list[0]: found 0 as asnum" },
	{ MEMBERS("{ \"asnum\": 4294967296 }"), 0, "4294967296 as asnum" },
	{ MEMBERS("{}"), 0,
	  "m.json:1:37: warning: member_list[0]: found "
	  "nothing as asnum" },
	{ MEMBERS("7"), 0, "member_list[0]: found 7, expected an object" },
	{ MEMBERS("{ \"asnum\": 64500 }, { \"asnum\": 64500 }"), 1,
	  "member_list[1]: found AS64500 again" },
	{ MEMBERS("{ \"asnum\": 64500, \"connection_list\": null }"), 1, "" },
	{ "{ \"version\": \"0.5\", \"member_list\": [ { \"asnum\": 1 } ] }", 1,
	  "version: found \"0.5\"" },
};

START_TEST(what_is_doubtful_is_a_warning)
{
	ck_assert_int_eq(read_text(doubtful[_i].text), 0);
	ck_assert_uint_eq(messages.errors, 0);
	ck_assert_uint_eq(roster->member_count, doubtful[_i].members);
	ck_assert_msg(strstr(text_str(&messages.text), doubtful[_i].said),
		      "expected %s, found %s", doubtful[_i].said,
		      text_str(&messages.text));
}
END_TEST

START_TEST(of_several_exchanges_one_must_be_chosen)
{
	static const char text[] =
	    "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 3 },"
	    " { \"ixp_id\": 4, \"shortname\": \"Four\" } ], \"member_list\": ["
	    "{ \"asnum\": 64500, \"connection_list\": [ { \"ixp_id\": 3 } ] },"
	    "{ \"asnum\": 64501, \"connection_list\": [ { \"ixp_id\": 4 } ] }"
	    "] }";
	const uint32_t four = 4;
	const uint32_t five = 5;

	ck_assert_int_eq(read_text(text), ERR_CONFIG);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&messages.text), "ixp_ids 3, 4 (Four)"));
	ck_assert_int_eq(read_bytes(text, strlen(text), &five), ERR_CONFIG);
	ck_assert_int_eq(read_bytes(text, strlen(text), &four), 0);
	ck_assert_uint_eq(roster->member_count, 1);
	ck_assert_uint_eq(roster->members[0].asn, 64501);
	ck_assert_str_eq(roster->shortname, "Four");
}
END_TEST

START_TEST(a_connection_out_of_use_is_left_out_with_a_warning)
{
	ck_assert_int_eq(
	    read_text(MEMBERS("{ \"asnum\": 64500, \"connection_list\": ["
			      "{ \"state\": \"Inactive\" },"
			      "{ \"state\": \"active\" } ] }")),
	    0);
	ck_assert_uint_eq(roster->members[0].connection_count, 1);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&messages.text), "in state \"Inactive\""));
}
END_TEST

START_TEST(many_odd_values_take_no_quadratic_time)
{
	struct text text;

	text_init(&text);
	text_add(&text, "{ \"member_list\": [");
	for (size_t i = 0; i < 200000; i++)
		text_add(&text, "{\"asnum\":\"x\"},\n");
	text_add(&text, "{\"asnum\":64500}] }");
	ck_assert_int_eq(read_bytes(text_str(&text), text.len, NULL), 0);
	ck_assert_uint_eq(roster->member_count, 1);
	ck_assert_uint_ge(messages.warnings, 200000);
	text_fini(&text);
}
END_TEST

START_TEST(a_missing_file_is_not_there)
{
	ck_assert_int_eq(
	    roster_load(&roster, "/nonexistent/m.json", NULL, &messages),
	    -ENOENT);
	ck_assert_str_eq(text_str(&messages.text),
			 "/nonexistent/m.json: error: cannot be read: No such "
			 "file or directory\n");
}
END_TEST

START_TEST(a_directory_is_no_roster)
{
	ck_assert_int_eq(roster_load(&roster, "/", NULL, &messages),
			 ERR_CONFIG);
	ck_assert_uint_eq(messages.errors, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_exchange_is_read, 0 },
		{ members_stand_in_order_of_their_asns, 0 },
		{ a_mac_of_both_families_counts_once, 0 },
		{ a_presence_keeps_its_addresses, 0 },
		{ a_place_is_line_and_column_of_the_text, 0 },
		{ no_text_but_the_whole_is_read, 0 },
		{ a_text_with_any_byte_broken_is_refused_or_read, 0 },
		{ what_is_doubtful_is_a_warning, COUNT_OF(doubtful) },
		{ of_several_exchanges_one_must_be_chosen, 0 },
		{ a_connection_out_of_use_is_left_out_with_a_warning, 0 },
		{ many_odd_values_take_no_quadratic_time, 0 },
		{ a_missing_file_is_not_there, 0 },
		{ a_directory_is_no_roster, 0 },
	};

	return unit_run_with("roster", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
