/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/paste.h"

#include <math.h>
#include <string.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "web/html.h"

/* The YAML quoted scalar of a string, as HTML. */
static void add_quoted(struct text *out, const char *string)
{
	struct text yaml;

	text_init(&yaml);
	html_yaml(&yaml, string);
	html_escape(out, text_str(&yaml));
	text_fini(&yaml);
}

/* An address as it is; anything else as a quoted string. */
static void add_address(struct text *out, const char *string)
{
	char name[IPADDR_TEXT_SIZE];
	struct ipaddr addr;

	if (ipaddr_parse(string, strlen(string), &addr) == 0)
		text_addf(out, "\"%s\"", ipaddr_format(&addr, name));
	else
		add_quoted(out, string);
}

static void add_integer(struct text *out, double value, double limit)
{
	if (value >= 0 && value <= limit)
		text_add_u64(out, (uint64_t)value);
	else
		text_add(out, "0");
}

void paste_switch(struct text *out, const struct status_refused *refused,
		  size_t ordinal)
{
	text_addf(out, "- name: switch%zu\n  agent: ", ordinal);
	add_address(out, refused->agent);
	text_add(out, "\n");
	if (refused->sub_agent > 0) {
		text_add(out, "  sub_agent: ");
		add_integer(out, refused->sub_agent, 4294967295.0);
		text_add(out, "\n");
	}
	text_add(out, "  from: [ ");
	add_address(out, refused->source);
	text_add(out, " ]\n");
}

/* The ASN of the member that has this MAC, else what a person puts in. */
static void add_asn_of(struct text *out, const struct status_mac *mac,
		       const struct registry *registry)
{
	const struct station *station = NULL;
	struct mac address;
	uint32_t member;

	if (mac_parse(mac->mac, strlen(mac->mac), &address) == 0)
		station = registry_station(registry, address);
	member = station ? registry->interfaces[station->interface].member
			 : REGISTRY_NO_MEMBER;
	if (member < registry->member_count)
		text_add_u64(out, registry->members[member].asn);
	else
		text_add(out, "<mark>ASN</mark>");
}

void paste_mac(struct text *out, const struct status_mac *mac,
	       const struct registry *registry)
{
	double vlan = mac->vlan;

	/* Where the frames do not say it and only one is possible, it is that
	 * one. */
	if (!(vlan > 0) && registry->vlan_count == 1)
		vlan = registry->vlans[0].tag;
	text_add(out, "- { asn: ");
	add_asn_of(out, mac, registry);
	text_add(out, ", ");
	if (vlan > 0) {
		text_add(out, "vlan: ");
		add_integer(out, vlan, 4094);
		text_add(out, ", ");
	}
	text_add(out, "mac: ");
	add_quoted(out, mac->mac);
	text_add(out, " }");
	if (*mac->switch_name || *mac->port) {
		text_add(out, "  # ");
		html_name(out, mac->switch_name);
		text_add(out, " ");
		html_name(out, mac->port);
	}
	text_add(out, "\n");
}

/* Names that YAML takes without quotes: Ethernet1/1, port-channel1. */
static bool is_plain(const char *name)
{
	size_t len = strlen(name);

	return len > 0 &&
	       strspn(name,
		      "abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == len &&
	       ((name[0] >= 'A' && name[0] <= 'Z') ||
		(name[0] >= 'a' && name[0] <= 'z')) &&
	       strpbrk(name, "0123456789") != NULL;
}

static void add_port(struct text *out, double ifindex, const char *name)
{
	text_add(out, "- { ifindex: ");
	add_integer(out, ifindex, 4294967295.0);
	text_add(out, ", ");
	if (*name && strncmp(name, "ifIndex ", 8) != 0) {
		text_add(out, "name: ");
		if (is_plain(name))
			text_add(out, name);
		else
			add_quoted(out, name);
		text_add(out, ", ");
	}
}

void paste_port(struct text *out, const struct status_port *port)
{
	add_port(out, port->ifindex, port->name);
	text_add(out, "asn: <mark>ASN</mark> }\n");
}

static const struct port *find_port(const struct registry *registry,
				    const struct status_mac *mac)
{
	const struct config *config = registry->config;

	if (!(mac->ifindex >= 0 && mac->ifindex <= 4294967295.0))
		return NULL;
	for (uint32_t i = 0; i < config->switch_count; i++) {
		uint64_t key = registry_port_key(i, (uint32_t)mac->ifindex);
		uint32_t found;

		if (strcmp(config->switches[i].name, mac->switch_name) != 0)
			continue;
		found = u64map_find(&registry->by_port, key);
		return found == U64MAP_NONE ? NULL : &registry->ports[found];
	}
	return NULL;
}

void paste_port_of_mac(struct text *out, const struct status_mac *mac,
		       const struct registry *registry)
{
	const struct port *port = find_port(registry, mac);

	add_port(out, mac->ifindex, mac->port);
	text_add(out, "asn: [ ");
	for (uint32_t i = 0; port && i < port->member_count; i++)
		text_addf(out, "%u, ", registry->members[port->members[i]].asn);
	add_asn_of(out, mac, registry);
	text_add(out, " ] }  # ");
	html_name(out, mac->switch_name);
	text_add_char(out, '\n');
}
