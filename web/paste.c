/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/paste.h"

#include <math.h>
#include <stdio.h>
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

static bool same_agent(const char *text, const struct ipaddr *agent)
{
	struct ipaddr addr;

	return ipaddr_parse(text, strlen(text), &addr) == 0 &&
	       ipaddr_equal(&addr, agent);
}

static bool same_box(const struct status_refused *a,
		     const struct status_refused *b)
{
	return strcmp(a->agent, b->agent) == 0 && a->sub_agent == b->sub_agent;
}

/* Whether an earlier entry is the same box. */
static bool is_repeated(const struct status *s, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (same_box(&s->refused[i], &s->refused[index]))
			return true;
	}
	return false;
}

/* The switch that an agent is of, or NULL. */
static const struct config_switch *
find_switch(const struct config *config, const struct status_refused *refused)
{
	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *w = &config->switches[i];

		if (same_agent(refused->agent, &w->agent) &&
		    (!w->has_sub_agent ||
		     (double)w->sub_agent == refused->sub_agent))
			return w;
	}
	return NULL;
}

/* Whether other boxes have the same agent: then each needs its sub-agent. */
static bool shares_agent(const struct status *s, size_t index,
			 const struct config *config)
{
	const struct status_refused *refused = &s->refused[index];

	for (size_t i = 0; i < s->refused_count; i++) {
		if (strcmp(s->refused[i].agent, refused->agent) == 0 &&
		    s->refused[i].sub_agent != refused->sub_agent)
			return true;
	}
	for (size_t i = 0; i < config->switch_count; i++) {
		if (same_agent(refused->agent, &config->switches[i].agent))
			return true;
	}
	return false;
}

static bool is_name(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->switch_count; i++) {
		if (strcmp(config->switches[i].name, name) == 0)
			return true;
	}
	return false;
}

/* "switch1", or the next that neither a switch nor an earlier entry has. */
static void propose_name(char name[32], const struct status *s, size_t index,
			 const struct config *config)
{
	unsigned number = 0;

	for (size_t i = 0; i <= index; i++) {
		if (i < index &&
		    (*s->refused[i].agent == '\0' || is_repeated(s, i) ||
		     find_switch(config, &s->refused[i])))
			continue;
		do
			(void)snprintf(name, 32, "switch%u", ++number);
		while (is_name(config, name));
	}
}

/* Its own addresses, if it has any, and where it was seen to send from. */
static void add_sources(struct text *out, const struct status *s, size_t index,
			const struct config_switch *own)
{
	const char *before = "";
	char name[IPADDR_TEXT_SIZE];

	text_add(out, "  from: [ ");
	for (size_t i = 0; own && i < own->from_count; i++) {
		text_addf(out, "%s\"%s\"", before,
			  ipaddr_format(&own->from[i], name));
		before = ", ";
	}
	if (own && own->from_count == 0) {
		text_addf(out, "\"%s\"", ipaddr_format(&own->agent, name));
		before = ", ";
	}
	for (size_t i = index; i < s->refused_count; i++) {
		if (!same_box(&s->refused[i], &s->refused[index]))
			continue;
		text_add(out, before);
		add_address(out, s->refused[i].source);
		before = ", ";
	}
	text_add(out, " ]\n");
}

enum paste_agent paste_agent(struct text *out, const struct status *s,
			     size_t index, const struct config *config,
			     const char **switch_name)
{
	const struct status_refused *refused = &s->refused[index];
	const struct config_switch *own;
	char name[32];

	if (*refused->agent == '\0' || is_repeated(s, index))
		return PASTE_NOTHING;
	own = find_switch(config, refused);
	if (own) {
		*switch_name = own->name;
		add_sources(out, s, index, own);
		return PASTE_FROM;
	}
	propose_name(name, s, index, config);
	text_addf(out, "- name: %s\n  agent: ", name);
	add_address(out, refused->agent);
	text_add(out, "\n");
	if (refused->sub_agent > 0 || shares_agent(s, index, config)) {
		text_add(out, "  sub_agent: ");
		add_integer(out, refused->sub_agent, 4294967295.0);
		text_add(out, "\n");
	}
	add_sources(out, s, index, NULL);
	return PASTE_SWITCH;
}

/* The member that has this MAC, or NULL. */
static const struct member *member_of(const struct status_mac *mac,
				      const struct registry *registry)
{
	const struct station *station = NULL;
	struct mac address;
	uint32_t member;

	if (mac_parse(mac->mac, strlen(mac->mac), &address) == 0)
		station = registry_station(registry, address);
	member = station ? registry->interfaces[station->interface].member
			 : REGISTRY_NO_MEMBER;
	return member < registry->member_count ? &registry->members[member]
					       : NULL;
}

/* The ASN of the member that has this MAC, else what a person puts in. */
static void add_asn_of(struct text *out, const struct status_mac *mac,
		       const struct registry *registry)
{
	const struct member *member = member_of(mac, registry);

	if (member)
		text_add_u64(out, member->asn);
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

static void add_name(struct text *out, const char *name)
{
	if (is_plain(name))
		text_add(out, name);
	else
		add_quoted(out, name);
}

static void add_port(struct text *out, double ifindex, const char *name)
{
	text_add(out, "- { ifindex: ");
	add_integer(out, ifindex, 4294967295.0);
	text_add(out, ", ");
	if (*name && strncmp(name, "ifIndex ", 8) != 0) {
		text_add(out, "name: ");
		add_name(out, name);
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

static bool same_place(const struct status_mac *a, const struct status_mac *b)
{
	return a->ifindex == b->ifindex &&
	       strcmp(a->switch_name, b->switch_name) == 0 &&
	       strcmp(a->reason, b->reason) == 0;
}

static bool is_on(const struct port *port, const struct member *member,
		  const struct registry *registry)
{
	for (uint32_t i = 0; port && i < port->member_count; i++) {
		if (&registry->members[port->members[i]] == member)
			return true;
	}
	return false;
}

/* The members of other stations at this place, each once. */
static void add_newcomers(struct text *out, const struct status *s,
			  size_t index, const struct port *port,
			  const struct registry *registry)
{
	for (size_t i = index; i < s->mac_count; i++) {
		const struct member *member = member_of(&s->macs[i], registry);
		bool known = !member || is_on(port, member, registry);

		if (!same_place(&s->macs[i], &s->macs[index]))
			continue;
		for (size_t j = index; !known && j < i; j++)
			known = same_place(&s->macs[j], &s->macs[index]) &&
				member_of(&s->macs[j], registry) == member;
		if (!known)
			text_addf(out, ", %u", member->asn);
	}
}

static void add_speed(struct text *out, const char *key, uint64_t bps)
{
	if (bps == 0)
		return;
	text_addf(out, "%s: ", key);
	if (bps % 1000000000 == 0) {
		text_add_u64(out, bps / 1000000000);
		text_add(out, "G, ");
	} else {
		text_add_u64(out, bps);
		text_add(out, ", ");
	}
}

/* What the entry says besides. */
static void add_rest(struct text *out, const struct config_port *config)
{
	add_speed(out, "speed", config->speed_bps);
	add_speed(out, "contracted", config->contracted_bps);
	for (size_t i = 0; i < config->lag_count; i++) {
		text_add(out, i ? ", " : "lag: [ ");
		add_name(out, config->lag[i]);
	}
	if (config->lag_count > 0)
		text_add(out, " ], ");
}

void paste_port_of_mac(struct text *out, const struct status *s, size_t index,
		       const struct registry *registry)
{
	const struct status_mac *mac = &s->macs[index];
	const struct port *port = find_port(registry, mac);
	const struct config_port *config = port ? port->config : NULL;
	struct text members;

	for (size_t i = 0; i < index; i++) {
		if (same_place(&s->macs[i], mac))
			return;
	}
	text_init(&members);
	for (uint32_t i = 0; port && i < port->member_count; i++)
		text_addf(&members, ", %u",
			  registry->members[port->members[i]].asn);
	add_newcomers(&members, s, index, port, registry);
	if (members.len > 0) {
		add_port(out, mac->ifindex,
			 config && config->name ? config->name : mac->port);
		if (config)
			add_rest(out, config);
		text_addf(out, "asn: [ %s ] }  # ", text_str(&members) + 2);
		html_name(out, mac->switch_name);
		text_add_char(out, '\n');
	}
	text_fini(&members);
}
