/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ixp/registry.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"

static const char mapper[] =
    "{ \"1\": { \"100\": { \"020000000001\": 44,\n"
    "    \"02:00:00:00:00:02\": \"45\" }, \"200\": [] },\n"
    "  \"2\": { \"100\": { \"020000000003\": 46 } } }";
static const char layer2[] =
    "{ \"layer2interfaces\": [ { \"name\": \"Ethernet1/1\", \"vlans\": [\n"
    "  { \"number\": 100, \"vlaninterfaceid\": 44,\n"
    "    \"macaddresses\": [ \"02:00:00:00:00:01\", \"0200.0000.0002\" ],\n"
    "    \"ipaddresses\": { \"ipv4\": \"192.0.2.1\", \"ipv6\": null } } ] },\n"
    "  { \"type\": \"core\", \"vlans\": [ { \"number\": 100,\n"
    "    \"macaddresses\": [] } ] } ] }";
static const char *const shapes[] = { mapper, layer2 };
static const uint32_t one = 1;

static struct diagnostics messages;
static struct mac_table *table;

static void set_up(void)
{
	diagnostics_init(&messages);
	table = NULL;
}

static void tear_down(void)
{
	mac_table_free(table);
	diagnostics_fini(&messages);
}

static int read_bytes(const char *text, size_t len, const uint32_t *which)
{
	struct mac_table_text from = { .path = "t.json",
				       .text = text,
				       .len = len };

	tear_down();
	set_up();
	return mac_table_parse(&table, &from, which, &messages);
}

static bool said(const char *words)
{
	return strstr(text_str(&messages.text), words) != NULL;
}

START_TEST(a_mapper_gives_its_macs_of_one_exchange)
{
	const uint32_t two = 2;

	ck_assert_int_eq(read_bytes(mapper, strlen(mapper), &one), 0);
	ck_assert_uint_eq(table->entry_count, 2);
	ck_assert_uint_eq(table->mac_count, 2);
	ck_assert_uint_eq(table->entries[0].mac.bits, 0x020000000001);
	ck_assert_uint_eq(table->entries[0].vlan, 100);
	ck_assert_uint_eq(table->entries[0].id, 44);
	ck_assert(table->entries[0].has_id);
	ck_assert_uint_eq(table->entries[1].id, 45);
	ck_assert_int_eq(read_bytes(mapper, strlen(mapper), &two), 0);
	ck_assert_uint_eq(table->entry_count, 1);
	ck_assert_uint_eq(table->entries[0].id, 46);
}
END_TEST

START_TEST(of_several_exchanges_one_must_be_chosen)
{
	const uint32_t three = 3;

	ck_assert_int_eq(read_bytes(mapper, strlen(mapper), NULL), ERR_CONFIG);
	ck_assert(said("t.json:1:1: error: found the infrastructures 1, 2"));
	ck_assert_int_eq(read_bytes(mapper, strlen(mapper), &three), 0);
	ck_assert(said("t.json:1:1: warning: found the infrastructures 1, 2"));
	ck_assert_uint_eq(table->entry_count, 0);
}
END_TEST

START_TEST(layer_2_interfaces_give_macs_and_addresses)
{
	char address[IPADDR_TEXT_SIZE];

	ck_assert_int_eq(read_bytes(layer2, strlen(layer2), &one), 0);
	ck_assert_uint_eq(messages.warnings, 0);
	ck_assert_uint_eq(table->entry_count, 3);
	ck_assert_uint_eq(table->mac_count, 2);
	ck_assert_uint_eq(table->entries[1].mac.bits, 0x020000000002);
	ck_assert_uint_eq(table->entries[1].id, 44);
	ck_assert_uint_eq(table->entries[2].mac.bits, 0);
	ck_assert_str_eq(ipaddr_format(&table->entries[2].addr, address),
			 "192.0.2.1");
}
END_TEST

START_TEST(a_place_is_line_and_column_of_the_entry)
{
	struct place place;

	ck_assert_int_eq(read_bytes(mapper, strlen(mapper), &one), 0);
	place = mac_table_place(table, &table->entries[1].where);
	ck_assert_uint_eq(place.line, 2);
	ck_assert_uint_eq(place.column, 26);
	ck_assert_int_eq(read_bytes(layer2, strlen(layer2), &one), 0);
	place = mac_table_place(table, &table->entries[1].where);
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_eq(place.column, 44);
}
END_TEST

START_TEST(no_text_but_the_whole_is_read)
{
	const char *text = shapes[_i];
	size_t len = strlen(text);

	for (size_t cut = 0; cut < len; cut++) {
		char *part = malloc(cut + 1); /* for the address sanitizer */
		int rc;

		memcpy(part, text, cut);
		rc = read_bytes(part, cut, &one);
		free(part);
		ck_assert_int_eq(rc, ERR_CONFIG);
		ck_assert_ptr_null(table);
		ck_assert_uint_ge(messages.errors, 1);
	}
	ck_assert_int_eq(read_bytes(text, len, &one), 0);
}
END_TEST

START_TEST(a_text_with_any_byte_broken_is_refused_or_read)
{
	static const char bytes[] = { '\0', '"', '{', '}', '[',	   '0', '-',
				      ':',  ',', ' ', 'e', '\xff', '\\' };
	char text[sizeof(layer2) + sizeof(mapper)];
	size_t len = strlen(shapes[_i]);

	for (size_t at = 0; at < len; at++) {
		for (size_t b = 0; b < sizeof(bytes); b++) {
			int rc;

			memcpy(text, shapes[_i], len);
			text[at] = bytes[b];
			rc = read_bytes(text, len, &one);
			ck_assert(rc == 0 ||
				  (rc == ERR_CONFIG && messages.errors > 0));
		}
	}
}
END_TEST

START_TEST(many_odd_values_take_no_quadratic_time)
{
	struct text text;

	text_init(&text);
	text_add(&text, "{ \"1\": { \"100\": {");
	for (unsigned i = 0; i < 200000; i++)
		text_addf(&text, "\"x%u\": 1,\n", i);
	text_add(&text, "\"020000000001\": 44 } } }");
	ck_assert_int_eq(read_bytes(text_str(&text), text.len, &one),
			 ERR_CONFIG);
	ck_assert_uint_eq(messages.errors, 200000);
	text_fini(&text);
}
END_TEST

START_TEST(a_missing_file_is_not_there)
{
	ck_assert_int_eq(
	    mac_table_load(&table, "/nonexistent/t.json", NULL, &messages),
	    -ENOENT);
	ck_assert(said("/nonexistent/t.json: error: cannot be read: No such "
		       "file or directory\n"));
	ck_assert_int_eq(mac_table_load(&table, "/", NULL, &messages),
			 ERR_CONFIG);
	ck_assert(said("/: error: found no regular file, expected a MAC "
		       "table\n"));
}
END_TEST

#define FIRST_ASN 4200000000u

/* The text of a roster with some members, each with one MAC of its two. */
static void make_roster(struct text *out, unsigned members)
{
	text_add(out, "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": "
		      "1, \"vlan\": [ { \"id\": 100 } ] } ], "
		      "\"member_list\": [");
	for (unsigned i = 0; i < members; i++)
		text_addf(out,
			  "%s{ \"asnum\": %u, \"connection_list\": [ { "
			  "\"vlan_list\": [ { \"vlan_id\": 100, \"ipv4\": { "
			  "\"mac_addresses\": [ \"02000000%04x\" ] } } ] } ] }",
			  i ? "," : "", FIRST_ASN + i, i);
	text_add(out, "] }");
}

static void make_table(struct text *out, unsigned members)
{
	text_add(out, "{ \"1\": { \"100\": {");
	for (unsigned i = 0; i < members; i++)
		text_addf(out, "%s\"02000000%04x\": %u, \"02000001%04x\": %u",
			  i ? "," : "", i, i + 1, i, i + 1);
	text_add(out, "} } }");
}

static double seconds_of(clock_t from)
{
	return (double)(clock() - from) / CLOCKS_PER_SEC;
}

START_TEST(a_thousand_members_are_told_in_no_time)
{
	uint32_t asns[1000];
	struct config_port port = { .ifindex = 1,
				    .asns = asns,
				    .asn_count = COUNT_OF(asns) };
	struct config_switch at = { .name = "sw1",
				    .ports = &port,
				    .port_count = 1 };
	const struct config config = { .switches = &at, .switch_count = 1 };
	struct registry *registry = NULL;
	struct roster *roster = NULL;
	struct text text[2] = { 0 };
	double taken;
	clock_t from;

	/* on a port, so that nobody is warned of */
	for (uint32_t i = 0; i < COUNT_OF(asns); i++)
		asns[i] = FIRST_ASN + i;
	make_roster(&text[0], 1000);
	make_table(&text[1], 1000);
	ck_assert_int_eq(
	    roster_parse(&roster,
			 &(struct roster_text){ "m.json", text_str(&text[0]),
						text[0].len },
			 &one, &messages),
	    0);
	from = clock();
	ck_assert_int_eq(
	    mac_table_parse(&table,
			    &(struct mac_table_text){
				"t.json", text_str(&text[1]), text[1].len },
			    &one, &messages),
	    0);
	ck_assert_int_eq(
	    registry_join(&registry,
			  &(struct registry_parts){ .config = &config,
						    .roster = roster,
						    .tables = &table,
						    .table_count = 1 },
			  &messages),
	    0);
	taken = seconds_of(from);
	(void)printf("2000 MAC addresses: read and joined in %.2f ms\n",
		     taken * 1000);
	ck_assert(taken < 0.05);
	ck_assert_uint_eq(registry->by_mac.count, 2000);
	ck_assert_uint_eq(registry->table_station_count, 1000);
	registry_free(registry);
	roster_free(roster);
	text_fini(&text[0]);
	text_fini(&text[1]);
}
END_TEST

START_TEST(a_huge_file_is_refused)
{
	char *directory = tempdir_new();
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/t.json", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 100 << 20), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(mac_table_load(&table, path, NULL, &messages),
			 ERR_CONFIG);
	ck_assert(said("found more than 64 MiB, expected a MAC table"));
	tempdir_remove(directory);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_mapper_gives_its_macs_of_one_exchange, 0 },
		{ of_several_exchanges_one_must_be_chosen, 0 },
		{ layer_2_interfaces_give_macs_and_addresses, 0 },
		{ a_place_is_line_and_column_of_the_entry, 0 },
		{ no_text_but_the_whole_is_read, COUNT_OF(shapes) },
		{ a_text_with_any_byte_broken_is_refused_or_read,
		  COUNT_OF(shapes) },
		{ many_odd_values_take_no_quadratic_time, 0 },
		{ a_missing_file_is_not_there, 0 },
		{ a_thousand_members_are_told_in_no_time, 0 },
		{ a_huge_file_is_refused, 0 },
	};

	return unit_run_with("mac_table", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
