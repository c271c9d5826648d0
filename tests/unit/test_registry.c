/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ixp/registry.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

#define HEAD                                                                   \
	"exchange: { name: Example-IX }\n"                                     \
	"state_dir: state\n"                                                   \
	"roster: m.json\n"

#define ROSTER(vlans, members)                                                 \
	"{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 1,\n"           \
	"\"vlan\": [" vlans "], \"switch\": [ { \"id\": 1 } ] } ],\n"          \
	"\"member_list\": [" members "] }"

#define MEMBER(asn, presences)                                                 \
	"{ \"asnum\": " asn ", \"name\": \"Name " asn "\","                    \
	" \"connection_list\": [ { \"if_list\": [ { \"if_speed\": 1000 } ],"   \
	" \"vlan_list\": [" presences "] } ] }"

#define IN(vlan, mac)                                                          \
	"{ \"vlan_id\": " vlan                                                 \
	", \"ipv4\": { \"mac_addresses\": [ \"02:00:00:00:00:" mac "\" ] } }"

#define LAN  "{ \"id\": 1, \"name\": \"LAN\" }"
#define LANS LAN ", { \"id\": 2, \"name\": \"Second LAN\" }"

static struct diagnostics messages;
static struct config *config;
static struct registry *registry;

static void set_up(void)
{
	diagnostics_init(&messages);
	config = NULL;
	registry = NULL;
}

static void tear_down(void)
{
	registry_free(registry);
	config_free(config);
	diagnostics_fini(&messages);
}

/* Build from texts; the registry is there if it returns 0. */
static int build(const char *config_text, const char *roster_text)
{
	struct roster_text from = { .path = "m.json",
				    .text = roster_text,
				    .len = strlen(roster_text) };
	struct roster *roster = NULL;
	int rc;

	tear_down();
	set_up();
	ck_assert_int_eq(config_parse(&config, "l.yaml", config_text,
				      strlen(config_text), &messages),
			 0);
	ck_assert_int_eq(roster_parse(&roster, &from, NULL, &messages), 0);
	rc = registry_build(&registry, config, roster, &messages);
	roster_free(roster);
	return rc;
}

static struct mac mac(uint8_t last)
{
	return (struct mac){ .bits = 0x020000000000 | last };
}

/* Whose a MAC is in a VLAN: an ASN, or 0. */
static uint32_t owner(struct mac of, uint16_t vlan)
{
	const struct station *s = registry_station(registry, of);

	while (s && s->vlan != vlan)
		s = s->next == U64MAP_NONE ? NULL
					   : &registry->stations[s->next];
	if (!s)
		return 0;
	return registry->members[registry->interfaces[s->interface].member].asn;
}

static bool said(const char *words)
{
	return strstr(text_str(&messages.text), words) != NULL;
}

/* The first station of an address that must be there. */
static const struct station *station_of(struct mac address)
{
	const struct station *s = registry_station(registry, address);

	if (!s)
		ck_abort_msg("no station");
	return s;
}

START_TEST(a_mac_leads_to_its_member_in_its_vlan)
{
	ck_assert_int_eq(
	    build(HEAD, ROSTER(LANS, MEMBER("64501", IN("1", "01")) "," MEMBER(
					 "64500", IN("2", "02")))),
	    0);
	ck_assert_uint_eq(owner(mac(1), 1), 64501);
	ck_assert_uint_eq(owner(mac(1), 2), 0);
	ck_assert_uint_eq(owner(mac(2), 2), 64500);
	ck_assert_ptr_null(registry_station(registry, mac(3)));
	ck_assert_ptr_null(
	    registry_station(registry, (struct mac){ 0xffffffffffff }));
}
END_TEST

START_TEST(a_mac_of_two_members_in_two_vlans_is_a_chain_by_vlan)
{
	const struct station *s;

	ck_assert_int_eq(
	    build(HEAD, ROSTER(LANS, MEMBER("64500", IN("2", "01")) "," MEMBER(
					 "64501", IN("1", "01")))),
	    0);
	s = station_of(mac(1));
	ck_assert_uint_eq(s->vlan, 1);
	ck_assert_uint_ne(s->next, U64MAP_NONE);
	ck_assert_uint_eq(registry->stations[s->next].vlan, 2);
	ck_assert_uint_eq(registry->stations[s->next].next, U64MAP_NONE);
	ck_assert_uint_eq(owner(mac(1), 1), 64501);
	ck_assert_uint_eq(owner(mac(1), 2), 64500);
}
END_TEST

START_TEST(one_mac_of_two_members_in_one_vlan_is_refused)
{
	ck_assert_int_eq(
	    build(HEAD, ROSTER(LAN, MEMBER("64500", IN("1", "01")) ",\n" MEMBER(
					"64501", IN("1", "01")))),
	    ERR_CONFIG);
	ck_assert_ptr_null(registry);
	ck_assert(said("m.json:4:115: error: found 02:00:00:00:00:01 in VLAN "
		       "1 under AS64501, expected it under one member: "
		       "AS64500 has it at m.json:3:131"));
}
END_TEST

START_TEST(one_mac_twice_of_one_member_in_one_vlan_counts_once)
{
	ck_assert_int_eq(
	    build(
		HEAD "macs: [ { asn: 64500, mac: 0200.0000.0001 } ]",
		ROSTER(LAN, MEMBER("64500", IN("1", "01") "," IN("1", "01")))),
	    0);
	ck_assert_uint_eq(registry->station_count, 1);
	ck_assert_uint_eq(registry->members[0].mac_count, 1);
	ck_assert_uint_eq(
	    registry->interfaces[registry->stations[0].interface].ordinal, 1);
}
END_TEST

START_TEST(interfaces_of_a_member_follow_its_catch_all)
{
	const struct vlan_interface *v;
	const struct member *m;

	ck_assert_int_eq(
	    build(HEAD,
		  ROSTER(LANS, MEMBER("64500", "") "," MEMBER(
				   "64501", IN("2", "01") "," IN(
						"1", "02") "," IN("2", "03")))),
	    0);
	ck_assert_uint_eq(registry->interfaces[REGISTRY_NOBODY].member,
			  REGISTRY_NO_MEMBER);
	m = registry_member(registry, 64501);
	v = &registry->interfaces[m->catch_all];
	ck_assert_uint_eq(m->interface_count, 3);
	ck_assert_uint_eq(registry->interface_count, m->catch_all + 4);
	ck_assert_uint_eq(v[0].vlan, 0);
	ck_assert_uint_eq(v[0].ordinal, 0);
	ck_assert_uint_eq(v[1].vlan, 1);
	ck_assert_uint_eq(v[1].ordinal, 1);
	ck_assert_uint_eq(v[2].vlan, 2);
	ck_assert_uint_eq(v[2].ordinal, 1);
	ck_assert_uint_eq(v[3].ordinal, 2);
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_eq(&registry->members[v[i].member], m);
	ck_assert_uint_eq(station_of(mac(3))->interface, m->catch_all + 3);
}
END_TEST

START_TEST(a_mac_of_the_configuration_makes_the_presence_it_needs)
{
	ck_assert_int_eq(
	    build(HEAD "macs: [ { asn: 64500, vlan: 2, mac: 0200.0000.0009 } ]",
		  ROSTER(LANS, MEMBER("64500", IN("1", "01")))),
	    0);
	ck_assert_uint_eq(registry->members[0].interface_count, 2);
	ck_assert_uint_eq(registry->members[0].mac_count, 2);
	ck_assert_uint_eq(owner(mac(9), 2), 64500);
	ck_assert_uint_eq(owner(mac(9), 1), 0);
}
END_TEST

START_TEST(a_mac_without_a_vlan_is_in_its_members_vlans)
{
	ck_assert_int_eq(build(HEAD "macs:\n"
				    "  - { asn: 64500, mac: 0200.0000.0008 }\n"
				    "  - { asn: 64501, mac: 0200.0000.0009 }\n",
			       ROSTER(LANS, MEMBER("64500", IN("1", "01")))),
			 0);
	ck_assert_uint_eq(owner(mac(8), 1), 64500);
	ck_assert_uint_eq(owner(mac(8), 2), 0);
	/* nothing says where AS64501 is: everywhere */
	ck_assert_uint_eq(owner(mac(9), 1), 64501);
	ck_assert_uint_eq(owner(mac(9), 2), 64501);
	ck_assert_uint_eq(registry_member(registry, 64501)->mac_count, 1);
}
END_TEST

START_TEST(an_unknown_asn_becomes_a_member_named_after_it)
{
	ck_assert_int_eq(build(HEAD
			       "macs: [ { asn: 64510, mac: 0200.0000.0009 } ]\n"
			       "switches: [ { name: s, agent: 192.0.2.1, ports:"
			       " [ { ifindex: 1, asn: [64511, 64510] } ] } ]\n",
			       ROSTER(LAN, MEMBER("64500", IN("1", "01")))),
			 0);
	ck_assert_uint_eq(registry->member_count, 3);
	ck_assert_str_eq(registry_member(registry, 64510)->name, "AS64510");
	ck_assert_str_eq(registry_member(registry, 64511)->name, "AS64511");
	ck_assert(said("l.yaml:4:9: warning: found AS64510"));
	ck_assert(said("l.yaml:5:51: warning: found AS64511"));
}
END_TEST

START_TEST(listed_vlans_give_roster_vlans_their_tags)
{
	ck_assert_int_eq(
	    build(
		HEAD "vlans: [ { id: 100, roster_vlan: 1 } ]",
		ROSTER(LANS, MEMBER("64500", IN("1", "01") "," IN("2", "02")))),
	    0);
	ck_assert_uint_eq(registry->vlan_count, 1);
	ck_assert_str_eq(registry_vlan(registry, 100)->name, "LAN");
	ck_assert_uint_eq(registry_vlan(registry, 100)->roster_vlan, 1);
	ck_assert_ptr_null(registry_vlan(registry, 1));
	ck_assert_uint_eq(owner(mac(1), 100), 64500);
	ck_assert_ptr_null(registry_station(registry, mac(2)));
	ck_assert(said("found interfaces of members (1) in VLAN 2"));
}
END_TEST

static const char ports[] =
    HEAD "switches:\n"
	 "  - name: sw1\n"
	 "    agent: 192.0.2.1\n"
	 "    ports:\n"
	 "      - { ifindex: 7, asn: 64500 }\n"
	 "      - { ifindex: 8, asn: [64501, 64500] }\n"
	 "      - { ifindex: 9, role: core }\n"
	 "  - { name: sw2, agent: 192.0.2.2, ports: [ { ifindex: 7,"
	 "      asn: 64501 } ] }\n";

START_TEST(a_port_is_found_by_switch_and_ifindex)
{
	const struct port *p;
	uint32_t at;

	ck_assert_int_eq(
	    build(ports, ROSTER(LAN, MEMBER("64500", IN("1", "01")) "," MEMBER(
					 "64501", IN("1", "02")))),
	    0);
	ck_assert_uint_eq(registry->port_count, 4);
	at = u64map_find(&registry->by_port, registry_port_key(1, 7));
	p = &registry->ports[at];
	ck_assert_uint_eq(p->switch_index, 1);
	ck_assert_uint_eq(p->ifindex, 7);
	ck_assert_ptr_eq(p->config, &config->switches[1].ports[0]);
	ck_assert_uint_eq(p->member_count, 1);
	ck_assert_uint_eq(registry->members[p->members[0]].asn, 64501);
	ck_assert_uint_eq(
	    u64map_find(&registry->by_port, registry_port_key(1, 8)),
	    U64MAP_NONE);
	at = u64map_find(&registry->by_port, registry_port_key(0, 9));
	ck_assert(registry->ports[at].core);
}
END_TEST

START_TEST(a_port_has_a_vlan_if_all_its_members_are_in_that_alone)
{
	ck_assert_int_eq(
	    build(
		ports,
		ROSTER(
		    LANS,
		    MEMBER("64500", IN("1", "01") "," IN("1", "02")) "," MEMBER(
			"64501", IN("2", "03")))),
	    0);
	ck_assert_uint_eq(registry->ports[0].only_vlan, 1);
	ck_assert_uint_eq(registry->ports[1].only_vlan, 0); /* two VLANs */
	ck_assert_uint_eq(registry->ports[2].only_vlan, 0); /* no member */
	ck_assert_uint_eq(registry->ports[3].only_vlan, 2);
	ck_assert_uint_eq(registry->members[0].port_count, 2);
}
END_TEST

START_TEST(members_without_macs_or_ports_are_named_once_each)
{
	ck_assert_int_eq(
	    build(HEAD "switches: [ { name: s, agent: 192.0.2.1, ports:"
		       " [ { ifindex: 1, asn: [64500, 64501] } ] } ]\n",
		  ROSTER(LAN,
			 MEMBER("64500", IN("1", "01")) "," MEMBER(
			     "64501",
			     "") "," MEMBER("64502",
					    IN("1", "02")) "," MEMBER("64503",
								      ""))),
	    0);
	ck_assert_uint_eq(messages.warnings, 3);
	ck_assert(said("AS64501 (Name 64501): found no MAC address, "));
	ck_assert(said("AS64502 (Name 64502): found no port, "));
	ck_assert(said("AS64503 (Name 64503): found no MAC address and no "
		       "port, "));
}
END_TEST

/* What is refused when the two files are joined. */
static const struct {
	const char *config;
	const char *said;
} refused[] = {
	{ HEAD "macs: [ { asn: 64500, vlan: 7, mac: 0200.0000.0009 } ]",
	  "l.yaml:4:9: error: found VLAN 7, expected one of the exchange" },
	{ HEAD "vlans: [ { id: 100, roster_vlan: 7 } ]",
	  "l.yaml:4:10: error: found roster_vlan 7, expected the id of" },
	{ HEAD "switches: [ { name: s, agent: 192.0.2.1, roster_switch: 2 } ]",
	  "l.yaml:4:57: error: found roster_switch 2, expected the id of" },
	{ HEAD "macs: [ { asn: 64501, mac: 0200.0000.0001 } ]",
	  "l.yaml:4:9: error: found 02:00:00:00:00:01 in VLAN 1 under "
	  "AS64501" },
};

START_TEST(what_does_not_fit_together_is_refused)
{
	ck_assert_int_eq(build(refused[_i].config,
			       ROSTER(LAN, MEMBER("64500", IN("1", "01")))),
			 ERR_CONFIG);
	ck_assert_msg(said(refused[_i].said), "expected %s, found %s",
		      refused[_i].said, text_str(&messages.text));
}
END_TEST

START_TEST(switches_stand_where_the_roster_says)
{
	static const char places[] =
	    "{ \"ixp_list\": [ { \"ixp_id\": 7, \"shortname\": \"X-IX\", "
	    "\"switch\": [ { \"id\": 1, \"colo\": \"Quay\", \"city\": "
	    "\"Hill\" }, { \"id\": 2, \"city\": \"Bay\" }, { \"id\": 3, "
	    "\"colo\": \"\", \"city\": \"Quay\" }, { \"id\": 4 } ] } ], "
	    "\"member_list\": [] }";
	const struct registry_group *quay;

	ck_assert_int_eq(
	    build(HEAD "switches:\n"
		       "  - { name: a, agent: 192.0.2.1, roster_switch: 3 }\n"
		       "  - { name: b, agent: 192.0.2.2, roster_switch: 2 }\n"
		       "  - { name: c, agent: 192.0.2.3, roster_switch: 1 }\n"
		       "  - { name: d, agent: 192.0.2.4, roster_switch: 4 }\n"
		       "  - { name: e, agent: 192.0.2.5 }\n",
		  places),
	    0);
	ck_assert_uint_eq(registry->infrastructure_id, 7);
	ck_assert_str_eq(registry->infrastructure.name, "X-IX");
	ck_assert_uint_eq(registry->infrastructure.switch_count, 5);
	ck_assert_uint_eq(registry->location_count, 2);
	ck_assert_str_eq(registry->locations[0].name, "Bay");
	quay = registry_location(registry, "Quay");
	ck_assert_ptr_eq(quay, &registry->locations[1]);
	ck_assert_uint_eq(quay->switch_count, 2);
	ck_assert_uint_eq(quay->switches[0], 0);
	ck_assert_uint_eq(quay->switches[1], 2);
	ck_assert_ptr_null(registry_location(registry, "Hill"));
}
END_TEST

START_TEST(an_exchange_without_members_or_vlans_is_fine)
{
	ck_assert_int_eq(build(HEAD, "{ \"member_list\": [] }"), 0);
	ck_assert_uint_eq(registry->member_count, 0);
	ck_assert_uint_eq(registry->interface_count, 1);
	ck_assert_ptr_null(registry_member(registry, 64500));
	ck_assert_ptr_null(registry_vlan(registry, 1));
	ck_assert_ptr_null(registry_station(registry, mac(1)));
}
END_TEST

START_TEST(without_any_vlan_a_mac_leads_to_the_catch_all)
{
	ck_assert_int_eq(build(HEAD
			       "macs: [ { asn: 64500, mac: 0200.0000.0009 } ]",
			       "{ \"member_list\": [] }"),
			 0);
	ck_assert_uint_eq(station_of(mac(9))->interface,
			  registry->members[0].catch_all);
	ck_assert_uint_eq(owner(mac(9), 0), 64500);
}
END_TEST

START_TEST(speeds_of_all_connections_add_up)
{
	ck_assert_int_eq(build(HEAD, ROSTER(LAN, MEMBER("64500", "") "," MEMBER(
						     "64500", ""))),
			 0);
	ck_assert_uint_eq(registry->members[0].speed_bps, 2000000000);
}
END_TEST

/* 3,000 members with two MACs each, in falling order of their ASNs. */
START_TEST(many_members_are_all_found)
{
	enum { MEMBERS = 3000 };
	struct text text;

	text_init(&text);
	text_add(&text, "{ \"ixp_list\": [ { \"vlan\": [ { \"id\": 1 } ] } ],"
			" \"member_list\": [ { \"asnum\": 1 }");
	for (unsigned i = 0; i < MEMBERS; i++)
		text_addf(&text,
			  ",\n{ \"asnum\": %u, \"connection_list\": [ {"
			  " \"vlan_list\": [ { \"vlan_id\": 1,"
			  " \"mac_addresses\": [ \"02000001%04x\","
			  " \"02000002%04x\" ] } ] } ] }",
			  70000 - i, i, i);
	text_add(&text, "] }");
	ck_assert_int_eq(build(HEAD, text_str(&text)), 0);
	text_fini(&text);
	ck_assert_uint_eq(registry->member_count, MEMBERS + 1);
	ck_assert_uint_eq(registry->station_count, 2 * MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		ck_assert_uint_eq(owner((struct mac){ 0x020000020000 | i }, 1),
				  70000 - i);
		ck_assert_uint_eq(registry_member(registry, 70000 - i)->asn,
				  70000 - i);
	}
}
END_TEST

START_TEST(more_interfaces_than_ordinals_are_refused)
{
	struct text text;

	text_init(&text);
	text_add(&text, "{ \"ixp_list\": [ { \"vlan\": [ { \"id\": 1 } ] } ],"
			" \"member_list\": [ { \"asnum\": 64500,"
			" \"connection_list\": [ { \"vlan_list\": [");
	for (unsigned i = 0; i < 65535; i++)
		text_add(&text, "{ \"vlan_id\": 1 },");
	text_add(&text, "\n{ \"vlan_id\": 1 } ] } ] } ] }");
	ck_assert_int_eq(build(HEAD, text_str(&text)), ERR_CONFIG);
	text_fini(&text);
	ck_assert(said("m.json:2:1: error: found AS64500 in VLAN 1 again"));
}
END_TEST

/* Write a file of the test's own directory. */
static void put(const char *directory, const char *name, const char *text)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	ck_assert_int_eq(file_replace(path, text, strlen(text)), 0);
}

static int load(const char *path)
{
	return registry_load(&registry, &config,
			     &(struct registry_request){ .path = path },
			     &messages);
}

START_TEST(loading_reads_both_files_and_says_which_is_missing)
{
	char *directory = tempdir_new();
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/l.yaml", directory);
	ck_assert_int_eq(load(path), -ENOENT);
	ck_assert(said("l.yaml: error: cannot be read"));
	put(directory, "l.yaml", HEAD);
	ck_assert_int_eq(load(path), -ENOENT);
	ck_assert(said("/m.json: error: cannot be read"));
	put(directory, "m.json", "{");
	ck_assert_int_eq(load(path), ERR_CONFIG);
	ck_assert_ptr_null(registry);
	ck_assert_ptr_null(config);
	put(directory, "m.json", ROSTER(LAN, MEMBER("64500", IN("1", "01"))));
	ck_assert_int_eq(load(path), 0);
	ck_assert_uint_eq(owner(mac(1), 1), 64500);
	ck_assert_ptr_eq(registry->config, config);
	tempdir_remove(directory);
}
END_TEST

START_TEST(a_mirror_is_added_only_where_it_is_wanted)
{
	char *directory = tempdir_new();
	char path[200];
	struct registry_request request = { .path = path };

	(void)snprintf(path, sizeof(path), "%s/l.yaml", directory);
	put(directory, "l.yaml", HEAD);
	put(directory, "m.json", ROSTER(LAN, MEMBER("64500", IN("1", "01"))));
	ck_assert_int_eq(load(path), 0);
	ck_assert_ptr_null(config_mirror(config));
	ck_assert_uint_eq(registry->config->switch_count, 0);
	tear_down();
	set_up();
	request.wants_mirror = true;
	ck_assert_int_eq(registry_load(&registry, &config, &request, &messages),
			 0);
	ck_assert_ptr_nonnull(config_mirror(config));
	ck_assert_uint_eq(registry->config->switch_count, 1);
	ck_assert(registry->config->switches[0].is_made);
	tempdir_remove(directory);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_mac_leads_to_its_member_in_its_vlan, 0 },
		{ a_mac_of_two_members_in_two_vlans_is_a_chain_by_vlan, 0 },
		{ one_mac_of_two_members_in_one_vlan_is_refused, 0 },
		{ one_mac_twice_of_one_member_in_one_vlan_counts_once, 0 },
		{ interfaces_of_a_member_follow_its_catch_all, 0 },
		{ a_mac_of_the_configuration_makes_the_presence_it_needs, 0 },
		{ a_mac_without_a_vlan_is_in_its_members_vlans, 0 },
		{ an_unknown_asn_becomes_a_member_named_after_it, 0 },
		{ listed_vlans_give_roster_vlans_their_tags, 0 },
		{ a_port_is_found_by_switch_and_ifindex, 0 },
		{ a_port_has_a_vlan_if_all_its_members_are_in_that_alone, 0 },
		{ members_without_macs_or_ports_are_named_once_each, 0 },
		{ what_does_not_fit_together_is_refused, COUNT_OF(refused) },
		{ switches_stand_where_the_roster_says, 0 },
		{ an_exchange_without_members_or_vlans_is_fine, 0 },
		{ without_any_vlan_a_mac_leads_to_the_catch_all, 0 },
		{ speeds_of_all_connections_add_up, 0 },
		{ many_members_are_all_found, 0 },
		{ more_interfaces_than_ordinals_are_refused, 0 },
		{ loading_reads_both_files_and_says_which_is_missing, 0 },
		{ a_mirror_is_added_only_where_it_is_wanted, 0 },
	};

	return unit_run_with("registry", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
