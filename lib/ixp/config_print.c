/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The canonical form of a configuration. Names and paths always stand in
 * double quotes, so that no text can be taken for anything else; values hold
 * no control characters, which yaml_tree saw to.
 */

#include <string.h>

#include "ixp/config.h"
#include "util/utc.h"

static void print_escaped(struct text *out, const char *string)
{
	for (const char *c = string; *c; c++) {
		if (*c == '"' || *c == '\\')
			text_add_char(out, '\\');
		text_add_char(out, *c);
	}
}

static void print_quoted(struct text *out, const char *string)
{
	text_add_char(out, '"');
	print_escaped(out, string);
	text_add_char(out, '"');
}

/* A path as it reads back: from the file's own directory on. */
static void print_path(struct text *out, const struct config *c,
		       const char *path)
{
	const char *slash = strrchr(c->path, '/');
	size_t len = slash ? (size_t)(slash - c->path) + 1 : 0;

	if (path[0] != '/' && strncmp(path, c->path, len) == 0)
		path += len;
	print_quoted(out, path);
}

static void print_address(struct text *out, const struct ipaddr *a)
{
	char text[IPADDR_TEXT_SIZE];

	text_addf(out, "\"%s\"", ipaddr_format(a, text));
}

static void print_endpoint(struct text *out, const struct config_endpoint *e)
{
	char text[IPADDR_TEXT_SIZE];

	text_addf(out, e->addr.version == 4 ? "\"%s:%u\"" : "\"[%s]:%u\"",
		  ipaddr_format(&e->addr, text), e->port);
}

static void print_addresses(struct text *out, const char *key,
			    const struct ipaddr *addresses, size_t count)
{
	text_addf(out, "%s: [", key);
	for (size_t i = 0; i < count; i++) {
		text_add(out, i ? ", " : "");
		print_address(out, &addresses[i]);
	}
	text_add(out, "]\n");
}

/* In the largest unit that leaves no fraction. */
void config_print_speed(uint64_t bps, struct text *out)
{
	static const char units[] = "KMGT";
	size_t unit = 0;

	while (unit < sizeof(units) - 1 && bps % 1000 == 0) {
		bps /= 1000;
		unit++;
	}
	text_add_u64(out, bps);
	if (unit)
		text_add_char(out, units[unit - 1]);
}

/* A size, in the largest unit that leaves no fraction. */
static void print_bytes(uint32_t bytes, struct text *out)
{
	static const char units[] = "KMG";
	size_t unit = 0;

	while (unit < sizeof(units) - 1 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	text_add_u64(out, bytes);
	if (unit)
		text_add_char(out, units[unit - 1]);
}

static const char *direction_word(enum config_direction direction)
{
	static const char *const words[] = {
		[CONFIG_DIRECTION_AUTO] = "auto",
		[CONFIG_DIRECTION_INGRESS] = "ingress",
		[CONFIG_DIRECTION_EGRESS] = "egress",
		[CONFIG_DIRECTION_BOTH] = "both",
		[CONFIG_DIRECTION_ANY] = "any",
	};

	return words[direction];
}

static void print_exchange(const struct config *c, struct text *out)
{
	text_add(out, "exchange:\n  name: ");
	print_quoted(out, c->exchange_name);
	text_add(out, "\n  timezone: ");
	print_quoted(out, c->timezone);
	text_add(out, "\n  languages: [");
	for (size_t i = 0; i < c->language_count; i++)
		text_addf(out, "%s%s", i ? ", " : "", c->languages[i]);
	text_add(out, "]\nstate_dir: ");
	print_path(out, c, c->state_dir);
	text_add(out, "\nroster: ");
	print_path(out, c, c->roster);
	text_add_char(out, '\n');
	if (c->has_roster_ixp)
		text_addf(out, "roster_ixp: %u\n", c->roster_ixp);
}

static void print_endpoint_of(const struct config_source *s, struct text *out)
{
	text_add(out, "\n      listen: ");
	if (s->kind == CONFIG_SOURCE_ERSPAN)
		print_address(out, &s->listen.addr);
	else
		print_endpoint(out, &s->listen);
}

/* A key with a text, if there is one. */
static void print_text_of(const char *key, const char *string, struct text *out)
{
	if (!string)
		return;
	text_addf(out, "\n      %s: ", key);
	print_quoted(out, string);
}

static void print_source(const struct config_source *s, struct text *out)
{
	static const char *const kinds[] = {
		[CONFIG_SOURCE_SFLOW] = "sflow",
		[CONFIG_SOURCE_MIRROR] = "mirror",
		[CONFIG_SOURCE_ERSPAN] = "erspan",
	};

	text_addf(out, "  - %s:", kinds[s->kind]);
	if (s->kind != CONFIG_SOURCE_MIRROR)
		print_endpoint_of(s, out);
	print_text_of("interface", s->interface, out);
	print_text_of("filter", s->filter, out);
	print_text_of("switch", s->switch_name, out);
	text_add_char(out, '\n');
	if (s->kind == CONFIG_SOURCE_MIRROR) {
		text_add(out, "      buffer: ");
		print_bytes(s->buffer_bytes, out);
		text_addf(out, "\n      snap_length: %u\n", s->snap_bytes);
	}
	if (s->kind != CONFIG_SOURCE_SFLOW)
		text_addf(out,
			  "      fcs: %s\n      direction: %s\n"
			  "      duplicates: %s\n      lengths: %s\n",
			  s->fcs_present ? "present" : "stripped",
			  direction_word(s->direction),
			  s->drops_duplicates ? "drop" : "count",
			  s->lengths_of_headers ? "headers" : "wire");
}

static void print_sources(const struct config *c, struct text *out)
{
	text_add(out, "sources:\n");
	for (size_t i = 0; i < c->source_count; i++) {
		const struct config_source *s = &c->sources[i];

		if (s->kind != CONFIG_SOURCE_MIRROR || s->interface)
			print_source(s, out);
	}
}

static void print_vlans(const struct config *c, struct text *out)
{
	text_add(out, c->vlan_count ? "vlans:\n" : "");
	for (size_t i = 0; i < c->vlan_count; i++) {
		const struct config_vlan *v = &c->vlans[i];

		text_addf(out, "  - id: %u\n", v->tag);
		if (v->name) {
			text_add(out, "    name: ");
			print_quoted(out, v->name);
			text_add_char(out, '\n');
		}
		if (v->has_roster_vlan)
			text_addf(out, "    roster_vlan: %u\n", v->roster_vlan);
	}
}

/* When an entry holds, each time between the two texts. */
static void print_validity(const struct validity *v, const char *before,
			   const char *behind, struct text *out)
{
	char at[UTC_TEXT_SIZE];

	if (v->from_s)
		text_addf(out, "%sfrom: \"%s\"%s", before,
			  utc_format(v->from_s, at), behind);
	if (v->until_s)
		text_addf(out, "%suntil: \"%s\"%s", before,
			  utc_format(v->until_s, at), behind);
}

static void print_macs(const struct config *c, struct text *out)
{
	char mac[MAC_TEXT_SIZE];

	text_add(out, c->mac_count ? "macs:\n" : "");
	for (size_t i = 0; i < c->mac_count; i++) {
		const struct config_mac *m = &c->macs[i];

		text_addf(out, "  - { asn: %u, ", m->asn);
		if (m->vlan)
			text_addf(out, "vlan: %u, ", m->vlan);
		text_addf(out, "mac: \"%s\"", mac_format(m->mac, mac));
		print_validity(&m->holds, ", ", "", out);
		text_add(out, " }\n");
	}
	text_add(out, c->mac_table_count ? "mac_tables:\n" : "");
	for (size_t i = 0; i < c->mac_table_count; i++) {
		text_add(out, "  - ");
		print_path(out, c, c->mac_tables[i]);
		text_add_char(out, '\n');
	}
}

static void print_asns(const struct config_port *p, struct text *out)
{
	text_add(out, "        asn: [");
	for (size_t i = 0; i < p->asn_count; i++)
		text_addf(out, "%s%u", i ? ", " : "", p->asns[i]);
	text_add(out, "]\n");
}

static void print_lag(const struct config_port *p, struct text *out)
{
	text_add(out, "        lag: [");
	for (size_t i = 0; i < p->lag_count; i++) {
		text_add(out, i ? ", " : "");
		print_quoted(out, p->lag[i]);
	}
	text_add(out, "]\n");
}

void config_print_port(const struct config_port *p, struct text *out)
{
	text_addf(out, "      - ifindex: %u\n", p->ifindex);
	if (p->name) {
		text_add(out, "        name: ");
		print_quoted(out, p->name);
		text_add_char(out, '\n');
	}
	if (p->asn_count)
		print_asns(p, out);
	if (p->speed_bps) {
		text_add(out, "        speed: ");
		config_print_speed(p->speed_bps, out);
		text_add_char(out, '\n');
	}
	if (p->contracted_bps) {
		text_add(out, "        contracted: ");
		config_print_speed(p->contracted_bps, out);
		text_add_char(out, '\n');
	}
	if (p->lag_count)
		print_lag(p, out);
	text_addf(out, "        role: %s\n",
		  p->role == CONFIG_ROLE_CORE ? "core" : "member");
	print_validity(&p->holds, "        ", "\n", out);
}

static void print_sessions(const struct config_switch *s, struct text *out)
{
	text_add(out, s->erspan_count ? "    erspan:\n" : "");
	for (size_t i = 0; i < s->erspan_count; i++) {
		const struct config_erspan *e = &s->erspan[i];

		text_addf(out, "      - { session: %u, port: ", e->session);
		if (e->port)
			print_quoted(out, e->port);
		else
			text_add_u64(out, e->ifindex);
		text_add(out, " }\n");
	}
}

void config_print_switch(const struct config_switch *s, struct text *out)
{
	static const char *const scalings[] = {
		[CONFIG_SCALING_PLAIN] = "plain",
		[CONFIG_SCALING_CORRECTED] = "corrected",
	};

	text_add(out, "  - name: ");
	print_quoted(out, s->name);
	text_add(out, "\n    agent: ");
	print_address(out, &s->agent);
	text_add_char(out, '\n');
	if (s->has_sub_agent)
		text_addf(out, "    sub_agent: %u\n", s->sub_agent);
	print_addresses(out, "    from", s->from, s->from_count);
	if (s->roster_switch)
		text_addf(out, "    roster_switch: %u\n", s->roster_switch);
	text_addf(out, "    direction: %s\n", direction_word(s->direction));
	if (s->scaling != CONFIG_SCALING_DEFAULT)
		text_addf(out, "    scaling: %s\n", scalings[s->scaling]);
	print_sessions(s, out);
}

static void print_switches(const struct config *c, struct text *out)
{
	bool any = c->switch_count > 0 && !c->switches[0].is_made;

	text_add(out, any ? "switches:\n" : "");
	for (size_t i = 0; i < c->switch_count; i++) {
		const struct config_switch *s = &c->switches[i];

		if (s->is_made)
			continue;
		config_print_switch(s, out);
		text_add(out, s->port_count ? "    ports:\n" : "");
		for (size_t j = 0; j < s->port_count; j++)
			config_print_port(&s->ports[j], out);
	}
}

static void print_relay(const struct config *c, struct text *out)
{
	text_add(out, c->relay_count ? "relay:\n" : "");
	for (size_t i = 0; i < c->relay_count; i++) {
		text_add(out, "  - to: ");
		print_endpoint(out, &c->relays[i].to);
		text_add_char(out, '\n');
		if (c->relays[i].asn)
			text_addf(out, "    asn: %u\n", c->relays[i].asn);
	}
}

static void print_ixp_manager(const struct config *c, struct text *out)
{
	const struct config_ixp_manager *m = &c->ixp_manager;

	if (!config_names_ids(c))
		return;
	text_add(out, "ixp_manager:");
	text_add(out, m->tree ? "\n  tree: " : "");
	if (m->tree)
		print_path(out, c, m->tree);
	text_add(out, m->interface_count ? "\n  interfaces: [" : "");
	for (size_t i = 0; i < m->interface_count; i++) {
		text_add(out, i ? ", " : "");
		print_path(out, c, m->interfaces[i]);
	}
	text_addf(out, "%s\n  pairs_max: %u\n  age_days: %u\n",
		  m->interface_count ? "]" : "", m->pairs_max, m->age_days);
}

static void print_store(const struct config *c, struct text *out)
{
	const struct config_rrdcached *r = &c->rrdcached;

	if (!r->used)
		return;
	text_add(out, "store:\n  rrdcached: ");
	if (r->socket) {
		text_add(out, "\"unix:");
		print_escaped(out, r->socket);
		text_add_char(out, '"');
	} else {
		print_endpoint(out, &r->tcp);
	}
	text_add(out, "\n  base: ");
	print_quoted(out, r->base);
	text_add_char(out, '\n');
}

static void print_show(const struct config_web *web, struct text *out)
{
	text_add(out, "  show: {");
	for (enum config_shown i = 0; i < CONFIG_SHOWN_COUNT; i++)
		text_addf(out, "%s %s: %s", i ? "," : "", config_shown_name(i),
			  config_show_name(web->show[i]));
	text_add(out, " }\n");
}

static void print_tls(const struct config *c, struct text *out)
{
	const struct config_web *web = &c->web;

	if (!web->tls_certificate)
		return;
	text_add(out, "  tls:\n    certificate: ");
	print_path(out, c, web->tls_certificate);
	text_add(out, "\n    key: ");
	print_path(out, c, web->tls_key);
	text_add_char(out, '\n');
}

static void print_web(const struct config *c, struct text *out)
{
	const struct config_web *web = &c->web;

	text_add(out, "web:\n  listen: [");
	for (size_t i = 0; i < web->listen_count; i++) {
		text_add(out, i ? ", " : "");
		print_endpoint(out, &web->listen[i]);
	}
	text_add(out, "]\n");
	if (web->users) {
		text_add(out, "  users: ");
		print_path(out, c, web->users);
		text_add_char(out, '\n');
	}
	if (web->state_dir) {
		text_add(out, "  state_dir: ");
		print_path(out, c, web->state_dir);
		text_add_char(out, '\n');
	}
	if (web->proxy_user) {
		text_add(out, "  proxy_user: ");
		print_quoted(out, web->proxy_user);
		text_add_char(out, '\n');
	}
	print_show(web, out);
	text_addf(out, "  access: %s\n",
		  web->access == CONFIG_ACCESS_OPEN ? "open" : "roles");
	print_tls(c, out);
	text_addf(out, "  per_address: %u\n", web->per_address);
	print_addresses(out, "  trusted_proxies", web->trusted_proxies,
			web->trusted_proxy_count);
	print_addresses(out, "  metrics_from", web->metrics_from,
			web->metrics_from_count);
	if (web->rrd_from_count)
		print_addresses(out, "  rrd_from", web->rrd_from,
				web->rrd_from_count);
}

static void print_reports(const struct config *c, struct text *out)
{
	const struct config_reports *r = &c->reports;

	text_add(out, "reports:\n");
	if (r->from) {
		text_add(out, "  from: ");
		print_quoted(out, r->from);
		text_add_char(out, '\n');
	}
	if (r->url) {
		text_add(out, "  url: ");
		print_quoted(out, r->url);
		text_add_char(out, '\n');
	}
	if (r->recipients) {
		text_add(out, "  recipients: ");
		print_path(out, c, r->recipients);
		text_add_char(out, '\n');
	}
	text_addf(out, "  threshold: %u\n", r->threshold);
}

void config_print(const struct config *config, struct text *out)
{
	print_exchange(config, out);
	print_sources(config, out);
	print_vlans(config, out);
	print_macs(config, out);
	print_switches(config, out);
	print_relay(config, out);
	print_ixp_manager(config, out);
	print_store(config, out);
	print_web(config, out);
	print_reports(config, out);
}
