/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "golden/ixp_print.h"

#include <inttypes.h>

#include "util/utc.h"

static void print_name(const char *key, const char *name, struct text *out)
{
	text_addf(out, " %s ", key);
	if (name)
		text_addf(out, "\"%s\"", name);
	else
		text_add_char(out, '-');
}

static void print_macs(const struct mac *macs, size_t count, struct text *out)
{
	char text[MAC_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		text_addf(out, " %s", mac_format(macs[i], text));
}

static void print_connection(const struct roster_connection *c,
			     struct text *out)
{
	text_add(out, "  connection\n");
	for (size_t i = 0; i < c->interface_count; i++)
		text_addf(out, "    interface switch %u speed %" PRIu64 "\n",
			  c->interfaces[i].switch_id,
			  c->interfaces[i].speed_bps);
	for (size_t i = 0; i < c->presence_count; i++) {
		const struct roster_presence *p = &c->presences[i];

		text_addf(out, "    vlan %u macs", p->vlan_id);
		print_macs(p->macs, p->mac_count, out);
		text_add_char(out, '\n');
	}
}

void roster_print(const struct roster *roster, struct text *out)
{
	print_name("version", roster->version, out);
	text_addf(out, " ixp %u", roster->ixp_id);
	if (roster->ixf_id)
		text_addf(out, " ixf %u", roster->ixf_id);
	print_name("shortname", roster->shortname, out);
	text_add_char(out, '\n');
	for (size_t i = 0; i < roster->vlan_count; i++) {
		text_addf(out, "vlan %u", roster->vlans[i].id);
		print_name("name", roster->vlans[i].name, out);
		text_add_char(out, '\n');
	}
	for (size_t i = 0; i < roster->switch_count; i++) {
		const struct roster_switch *s = &roster->switches[i];

		text_addf(out, "switch %u", s->id);
		print_name("name", s->name, out);
		print_name("city", s->city, out);
		print_name("colo", s->colo, out);
		text_add_char(out, '\n');
	}
	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *m = &roster->members[i];

		text_addf(out, "member AS%u", m->asn);
		print_name("name", m->name, out);
		text_add_char(out, '\n');
		for (size_t j = 0; j < m->connection_count; j++)
			print_connection(&m->connections[j], out);
	}
}

static void print_members(const struct registry *r, struct text *out)
{
	for (uint32_t i = 0; i < r->member_count; i++) {
		const struct member *m = &r->members[i];

		text_addf(out,
			  "member %u AS%u \"%s\" macs %u ports %u speed "
			  "%" PRIu64 " interfaces",
			  i, m->asn, m->name, m->mac_count, m->port_count,
			  m->speed_bps);
		for (uint32_t j = 0; j <= m->interface_count; j++) {
			const struct vlan_interface *v =
			    &r->interfaces[m->catch_all + j];

			text_addf(out, " %u=%u.%u", m->catch_all + j, v->vlan,
				  v->ordinal);
			if (v->ixp_id)
				text_addf(out, "#%u", v->ixp_id);
		}
		text_add_char(out, '\n');
	}
}

static void print_validity(struct validity v, struct text *out)
{
	char at[UTC_TEXT_SIZE];

	if (v.from_s)
		text_addf(out, " from %s", utc_format(v.from_s, at));
	if (v.until_s)
		text_addf(out, " until %s", utc_format(v.until_s, at));
}

static void print_ports(const struct registry *r, struct text *out)
{
	for (uint32_t i = 0; i < r->all_port_count; i++) {
		const struct port *p = &r->ports[i];

		text_add(out, i < r->port_count ? "port" : "other time: port");
		text_addf(out, " %u switch %u ifindex %u%s only_vlan %u", i,
			  p->switch_index, p->ifindex, p->core ? " core" : "",
			  p->only_vlan);
		for (uint32_t j = 0; j < p->member_count; j++)
			text_addf(out, " AS%u", r->members[p->members[j]].asn);
		print_validity(p->holds, out);
		text_add_char(out, '\n');
	}
}

static void print_stations(const struct registry *r, struct text *out)
{
	for (uint32_t i = 0; i < r->station_count; i++) {
		const struct station *s = &r->stations[i];

		text_addf(out, "station %u interface %u vlan %u next", i,
			  s->interface, s->vlan);
		if (s->next == U64MAP_NONE)
			text_add(out, " -\n");
		else
			text_addf(out, " %u\n", s->next);
	}
}

void registry_print(const struct registry *registry, struct text *out)
{
	for (uint32_t i = 0; i < registry->vlan_count; i++)
		text_addf(
		    out, "vlan %u roster %u \"%s\"\n", registry->vlans[i].tag,
		    registry->vlans[i].roster_vlan, registry->vlans[i].name);
	print_members(registry, out);
	print_stations(registry, out);
	print_ports(registry, out);
	if (!registry->since_s && !registry->next_change_s)
		return;
	text_add(out, "registry");
	print_validity(
	    (struct validity){ registry->since_s, registry->next_change_s },
	    out);
	text_add_char(out, '\n');
}
