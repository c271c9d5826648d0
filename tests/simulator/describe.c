/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "describe.h"

#include <errno.h>
#include <stdio.h>

#include "erspan_write.h"
#include "mirror.h"
#include "util/file.h"
#include "util/json_write.h"
#include "util/text.h"

/* A JSON string is a YAML string. */
static void add_quoted(struct text *t, const char *string)
{
	struct json_writer w;

	json_start(&w, t);
	json_put_string(&w, NULL, string);
}

static void add_joined(struct text *t, const char *folder, const char *name)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/%s", folder, name);
	add_quoted(t, text_str(&path));
	text_fini(&path);
}

static void config_port(const struct model *m, uint32_t index, struct text *t)
{
	const struct port *port = &m->ports[index];
	char name[32];

	model_port_name(port, name, sizeof(name));
	text_addf(t, "      - { ifindex: %u, name: %s, ", port->ifindex, name);
	if (port->core)
		text_add(t, "role: core");
	else
		text_addf(t, "asn: %u", m->members[port->member].asn);
	text_addf(t, ", speed: %lluG }\n",
		  (unsigned long long)(port->speed_bps / 1000000000u));
}

/* Which port each session of ERSPAN is about; type I has none. */
static void config_sessions(const struct model *m, const struct options *o,
			    uint32_t index, struct text *t)
{
	const char *before = "    erspan: [ ";
	char name[32];

	for (uint32_t i = 0; i < m->port_count; i++) {
		const struct port *port = &m->ports[i];

		if (port->switch_index != index || !mirror_has_port(o, port))
			continue;
		model_port_name(port, name, sizeof(name));
		text_addf(t, "%s{ session: %u, port: %s }", before,
			  mirror_session(m, i), name);
		before = ",\n              ";
	}
	if (*before == ',')
		text_add(t, " ]\n");
}

static void config_switch(const struct model *m, const struct options *o,
			  uint32_t index, struct text *t)
{
	struct ipaddr agent = model_agent(m, index);
	char address[IPADDR_TEXT_SIZE];

	(void)ipaddr_format(&agent, address);
	text_addf(t,
		  "  - name: sw%u\n"
		  "    agent: \"%s\"\n"
		  "    from: [ \"%s\", 127.0.0.1, \"::1\" ]\n"
		  "    roster_switch: %u\n"
		  "    direction: auto\n",
		  index + 1, address, address, index + 1);
	if (o->mirror_type >= ERSPAN_II)
		config_sessions(m, o, index, t);
	text_add(t, "    ports:\n");
	for (uint32_t i = 0; i < m->port_count; i++)
		if (m->ports[i].switch_index == index)
			config_port(m, i, t);
}

/* sFlow, but where nothing is sent but what is mirrored. */
static void config_source(const struct options *o, struct text *t)
{
	if (!o->mirror || o->pcap || o->live) {
		text_add(t, "  - sflow: { listen: ");
		add_quoted(t, o->listen);
	} else {
		if (o->mirror_type == ERSPAN_OFF)
			text_add(t, "  - mirror: { interface: mirror0");
		else
			text_addf(t, "  - erspan: { listen: \"%s\"",
				  o->ipv6_agents ? "::" : "0.0.0.0");
		if (o->mirror_switch)
			text_addf(t, ", switch: sw%u", o->mirror_switch);
	}
	text_add(t, " }\n");
}

static void config_text(const struct model *m, const struct options *o,
			const char *folder, struct text *t)
{
	text_add(t, "# A simulated exchange, written by lanterne-simulator.\n"
		    "exchange: { name: Example-IX, "
		    "timezone: America/Marigot, languages: [ fr, en ] }\n"
		    "state_dir: ");
	if (o->state_dir)
		add_quoted(t, o->state_dir);
	else
		add_joined(t, folder, "state");
	text_add(t, "\nroster: ");
	add_joined(t, folder, "roster.json");
	text_add(t, "\nroster_ixp: 1\nsources:\n");
	config_source(o, t);
	text_addf(t,
		  "vlans:\n"
		  "  - { id: %d, name: Peering, roster_vlan: 1 }\n"
		  "switches:\n",
		  MODEL_VLAN_TAG);
	for (uint32_t i = 0; i < m->switch_count; i++)
		config_switch(m, o, i, t);
	text_add(t, "web:\n  listen: ");
	add_quoted(t, o->web_listen);
	text_add(t, "\n  access: open\n");
}

static void roster_vlans(const struct model *m, struct json_writer *w)
{
	bool small = m->stations[0].lan_ipv4 >> 8 == 0xc63364;

	json_put_array(w, "vlan");
	json_put_object(w, NULL);
	json_put_u64(w, "id", 1);
	json_put_string(w, "name", "Peering");
	json_put_object(w, "ipv4");
	json_put_string(w, "prefix", small ? "198.51.100.0" : "198.18.0.0");
	json_put_u64(w, "mask_length", small ? 24 : 16);
	json_end_object(w);
	json_put_object(w, "ipv6");
	json_put_string(w, "prefix", "2001:db8:0:100::");
	json_put_u64(w, "mask_length", 64);
	json_end_object(w);
	json_end_object(w);
	json_end_array(w);
}

static void roster_exchange(const struct model *m, struct json_writer *w)
{
	char name[16];

	json_put_array(w, "ixp_list");
	json_put_object(w, NULL);
	json_put_string(w, "shortname", "Example-IX");
	json_put_string(w, "name", "Example Internet Exchange");
	json_put_string(w, "country", "MF");
	json_put_u64(w, "ixf_id", 0);
	json_put_u64(w, "ixp_id", 1);
	roster_vlans(m, w);
	json_put_array(w, "switch");
	for (uint32_t i = 0; i < m->switch_count; i++) {
		(void)snprintf(name, sizeof(name), "sw%u", i + 1);
		json_put_object(w, NULL);
		json_put_u64(w, "id", i + 1);
		json_put_string(w, "name", name);
		json_put_string(w, "colo", i % 2 ? "South" : "North");
		json_put_string(w, "city", "Marigot");
		json_put_string(w, "country", "MF");
		json_put_string(w, "manufacturer", "Cisco");
		json_put_string(w, "model", "Nexus");
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
	json_end_array(w);
}

static void roster_address(struct json_writer *w, const char *key,
			   const char *address, const char *mac)
{
	json_put_object(w, key);
	json_put_string(w, "address", address);
	json_put_bool(w, "routeserver", true);
	json_put_array(w, "mac_addresses");
	json_put_string(w, NULL, mac);
	json_end_array(w);
	json_end_object(w);
}

static void roster_connection(const struct model *m, uint32_t number,
			      bool has_ipv6, struct json_writer *w)
{
	const struct station *station = &m->stations[number];
	const struct port *port = &m->ports[station->port];
	uint32_t lan = __builtin_bswap32(station->lan_ipv4);
	struct ipaddr ipv4 = ipaddr_of(&lan, sizeof(lan));
	struct ipaddr ipv6 = model_lan_ipv6(number);
	char address[IPADDR_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];

	(void)mac_format(station->mac, mac);
	json_put_object(w, NULL);
	json_put_u64(w, "ixp_id", 1);
	json_put_string(w, "state", "active");
	json_put_array(w, "if_list");
	json_put_object(w, NULL);
	json_put_u64(w, "switch_id", port->switch_index + 1u);
	json_put_u64(w, "if_speed", port->speed_bps / 1000000);
	json_end_object(w);
	json_end_array(w);
	json_put_array(w, "vlan_list");
	json_put_object(w, NULL);
	json_put_u64(w, "vlan_id", 1);
	roster_address(w, "ipv4", ipaddr_format(&ipv4, address), mac);
	if (has_ipv6)
		roster_address(w, "ipv6", ipaddr_format(&ipv6, address), mac);
	json_end_object(w);
	json_end_array(w);
	json_end_object(w);
}

static void roster_text(const struct model *m, struct text *t)
{
	struct json_writer w;
	char name[32];

	json_start(&w, t);
	json_put_object(&w, NULL);
	json_put_string(&w, "version", "1.0");
	json_put_string(&w, "generator", "lanterne-simulator");
	json_put_string(&w, "timestamp", "2026-01-01T00:00:00Z");
	roster_exchange(m, &w);
	json_put_array(&w, "member_list");
	for (size_t i = 0; i < m->member_count; i++) {
		const struct member *member = &m->members[i];

		(void)snprintf(name, sizeof(name), "Member %u", member->asn);
		json_put_object(&w, NULL);
		json_put_u64(&w, "asnum", member->asn);
		json_put_string(&w, "name", name);
		json_put_string(&w, "member_type", "peering");
		json_put_string(&w, "peering_policy", "open");
		json_put_array(&w, "connection_list");
		for (uint32_t k = 0; k < member->station_count; k++)
			roster_connection(m, member->first_station + k,
					  member->ipv6, &w);
		json_end_array(&w);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(t, '\n');
}

static int save(const struct text *t, const char *folder, const char *name)
{
	struct text path;
	int rc;

	text_init(&path);
	text_addf(&path, "%s/%s", folder, name);
	rc = text_ok(t) && text_ok(&path) ? 0 : -ENOMEM;
	if (rc == 0)
		rc = file_replace(text_str(&path), t->data, t->len);
	text_fini(&path);
	return rc;
}

int describe_write(const struct model *m, const struct options *o,
		   const char *folder)
{
	struct text t;
	int rc;

	text_init(&t);
	config_text(m, o, folder, &t);
	rc = save(&t, folder, "config.yaml");
	text_clear(&t);
	roster_text(m, &t);
	if (rc == 0)
		rc = save(&t, folder, "roster.json");
	text_fini(&t);
	return rc;
}
