/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/registry_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char exchange_roster[] =
    "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 1,\n"
    "  \"shortname\": \"Test\", \"vlan\": [ { \"id\": 1, \"name\": \"one\" },\n"
    "  { \"id\": 2, \"name\": \"two\" } ] } ], \"member_list\": [\n"
    "  { \"asnum\": 64500, \"name\": \"A\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64501, \"name\": \"B\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64502, \"name\": \"C\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64503, \"name\": \"D\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64504, \"name\": \"E\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64505, \"name\": \"F\", \"connection_list\": [] },\n"
    "  { \"asnum\": 64506, \"name\": \"G\", \"connection_list\": [] } ] }\n";

#define VLANS_AND_MACS                                                         \
	"vlans:\n"                                                             \
	"  - { id: 100, name: Peering, roster_vlan: 1 }\n"                     \
	"  - { id: 200, name: Second, roster_vlan: 2 }\n"                      \
	"macs:\n"                                                              \
	"  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"          \
	"  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"          \
	"  - { asn: 64502, vlan: 100, mac: \"02:00:00:00:00:03\" }\n"          \
	"  - { asn: 64502, vlan: 200, mac: \"02:00:00:00:00:03\" }\n"          \
	"  - { asn: 64503, vlan: 200, mac: \"02:00:00:00:00:04\" }\n"          \
	"  - { asn: 64504, vlan: 100, mac: \"02:00:00:00:00:05\" }\n"          \
	"  - { asn: 64505, vlan: 200, mac: \"02:00:00:00:00:05\" }\n"          \
	"  - { asn: 64504, vlan: 200, mac: \"02:00:00:00:00:06\" }\n"          \
	"  - { asn: 64505, vlan: 100, mac: \"02:00:00:00:00:07\" }\n"          \
	"  - { asn: 64507, vlan: 100, mac: \"02:00:00:00:00:0b\" }\n"

#define PORTS                                                                  \
	"    ports:\n"                                                         \
	"      - { ifindex: 1, name: one, asn: 64500, speed: 10G }\n"          \
	"      - { ifindex: 2, name: two, asn: 64501 }\n"                      \
	"      - { ifindex: 3, name: three, asn: 64502 }\n"                    \
	"      - { ifindex: 4, name: four, asn: 64503 }\n"                     \
	"      - { ifindex: 5, name: five, asn: [64500, 64501] }\n"            \
	"      - { ifindex: 6, name: six, asn: 64504 }\n"                      \
	"      - { ifindex: 7, name: seven, asn: 64505 }\n"                    \
	"      - { ifindex: 48, name: core, role: core }\n"

const char exchange_config[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n" VLANS_AND_MACS "switches:\n"
		  "  - name: sw1\n"
		  "    agent: 192.0.2.1\n"
		  "    direction: any\n" PORTS
		  "  - { name: sw2, agent: 192.0.2.2, direction: any }\n";

static void must(int rc, const struct diagnostics *d)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "registry_builder: %s\n", text_str(&d->text));
	abort();
}

void exchange_build_at(struct exchange *e, const char *config,
		       const char *roster, int64_t at_s)
{
	struct registry_parts parts = { .at_s = at_s };
	struct diagnostics d;
	struct roster *read;
	const char *json = roster ? roster : exchange_roster;
	struct roster_text text = { "members.json", json, strlen(json) };

	if (!config)
		config = exchange_config;
	diagnostics_init(&d);
	must(config_parse(&e->config, "test.yaml", config, strlen(config), &d),
	     &d);
	must(roster_parse(&read, &text, NULL, &d), &d);
	parts.config = e->config;
	parts.roster = read;
	must(registry_join(&e->registry, &parts, &d), &d);
	roster_free(read);
	diagnostics_fini(&d);
}

void exchange_build(struct exchange *e, const char *config, const char *roster)
{
	exchange_build_at(e, config, roster, 0);
}

void exchange_free(struct exchange *e)
{
	registry_free(e->registry);
	config_free(e->config);
	e->registry = NULL;
	e->config = NULL;
}

const struct port *exchange_port(const struct exchange *e,
				 uint32_t switch_index, uint32_t ifindex)
{
	uint32_t found = u64map_find(&e->registry->by_port,
				     registry_port_key(switch_index, ifindex));

	if (ifindex == 0)
		return NULL;
	if (found == U64MAP_NONE)
		abort();
	return &e->registry->ports[found];
}

uint32_t exchange_asn(const struct exchange *e, uint32_t interface)
{
	const struct registry *r = e->registry;

	if (interface == REGISTRY_NOBODY)
		return 0;
	return r->members[r->interfaces[interface].member].asn;
}

char *exchange_config_text(const char *direction, const char *state_dir)
{
	char *text;

	if (asprintf(&text,
		     EXCHANGE_HEAD
		     "state_dir: %s\n" VLANS_AND_MACS "switches:\n"
		     "  - name: sw1\n"
		     "    agent: 192.0.2.1\n"
		     "    direction: %s\n" PORTS
		     "  - { name: sw2, agent: 192.0.2.2, direction: %s }\n",
		     state_dir ? state_dir : "/nonexistent", direction,
		     direction) < 0)
		abort();
	return text;
}
