/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/subject.h"

#include "util/language.h"
#include "web/html.h"
#include "web/traffic.h"

static void subject_init(struct subject *s, const struct language *language,
			 enum series_kind kind, const char *name)
{
	*s = (struct subject){ .series = { .kind = kind }, .kind = name };
	s->title.language = language;
	s->way[WAY_FROM].language = language;
	s->way[WAY_TO].language = language;
}

void subject_of_exchange(struct subject *out, const struct language *language)
{
	subject_init(out, language, SERIES_EXCHANGE, "exchange");
	out->one_way = true;
	tr_add(&out->title, "Traffic of the exchange");
	tr_add(&out->way[WAY_FROM], "members \xe2\x86\x92 exchange");
	tr_add(&out->way[WAY_TO], "exchange \xe2\x86\x92 members");
}

static void name_ways(struct subject *s, uint32_t asn)
{
	tr_addf(&s->way[WAY_FROM], "AS%u \xe2\x86\x92 exchange", asn);
	tr_addf(&s->way[WAY_TO], "exchange \xe2\x86\x92 AS%u", asn);
}

void subject_of_member(struct subject *out, const struct language *language,
		       const struct member *member)
{
	subject_init(out, language, SERIES_MEMBER, "member");
	out->series.asn = member->asn;
	out->member = member;
	text_addf(&out->title, "AS%u %s", member->asn, member->name);
	name_ways(out, member->asn);
	text_addf(&out->query, "asn=%u", member->asn);
}

bool subject_of_former(struct subject *out, const struct call *call,
		       uint32_t asn)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };

	if (registry_member(call->registry, asn) ||
	    !traffic_has_file(call->config->state_dir, &series))
		return false;
	subject_init(out, call->language, SERIES_MEMBER, "member");
	out->series.asn = asn;
	tr_addf(&out->title, "AS%u, former member", asn);
	name_ways(out, asn);
	text_addf(&out->query, "asn=%u", asn);
	return true;
}

void subject_of_interface(struct subject *out, const struct language *language,
			  const struct member *member,
			  const struct vlan_interface *interface)
{
	subject_init(out, language, SERIES_VLAN_INTERFACE, "interface");
	out->series.asn = member->asn;
	out->series.vlan = interface->vlan;
	out->series.ordinal = interface->ordinal;
	tr_addf(&out->title, "AS%u in VLAN %u", member->asn, interface->vlan);
	if (interface->ordinal > 1)
		tr_addf(&out->title, ", connection %u", interface->ordinal);
	name_ways(out, member->asn);
	text_addf(&out->query, "asn=%u&vlan=%u&ordinal=%u", member->asn,
		  interface->vlan, interface->ordinal);
}

void subject_of_pair(struct subject *out, const struct language *language,
		     uint32_t asn, uint32_t peer_asn)
{
	subject_init(out, language, SERIES_PAIR, "pair");
	out->is_swapped = asn > peer_asn;
	out->in_all_vlans = true;
	out->one_way = asn == peer_asn; /* stored once, as a to b */
	out->series.asn = out->is_swapped ? peer_asn : asn;
	out->series.other_asn = out->is_swapped ? asn : peer_asn;
	tr_addf(&out->title, "AS%u and AS%u", asn, peer_asn);
	text_addf(&out->way[WAY_FROM], "AS%u \xe2\x86\x92 AS%u", asn, peer_asn);
	text_addf(&out->way[WAY_TO], "AS%u \xe2\x86\x92 AS%u", peer_asn, asn);
	text_addf(&out->query, "a=%u&b=%u", asn, peer_asn);
}

void subject_in_vlan(struct subject *pair, uint16_t vlan)
{
	pair->in_all_vlans = false;
	pair->series.vlan = vlan;
	tr_addf(&pair->title, ", VLAN %u", vlan);
	text_addf(&pair->query, "&vlan=%u", vlan);
}

void subject_of_port(struct subject *out, const struct language *language,
		     const struct series *port, const char *name,
		     const char *who)
{
	subject_init(out, language, SERIES_PORT, "port");
	out->series = *port;
	text_addf(&out->title, "%s %s", port->switch_name, name);
	tr_add(&out->way[WAY_FROM], "into the switch");
	tr_add(&out->way[WAY_TO], "out of the switch");
	if (*who) {
		tr_addf(&out->way[WAY_FROM], " (from %s)", who);
		tr_addf(&out->way[WAY_TO], " (to %s)", who);
	}
	/* Switch names are of plain characters: nothing to escape. */
	text_addf(&out->query, "switch=%s&ifindex=%u", port->switch_name,
		  port->ifindex);
}

/* What members send, counted where it was seen: a switch that samples what
 * comes in sees its own members' traffic alone. */
static void subject_seen(struct subject *s, const struct language *language,
			 enum series_kind kind, const char *name)
{
	subject_init(s, language, kind, name);
	s->one_way = true;
	tr_add(&s->way[WAY_FROM], "members \xe2\x86\x92 exchange");
}

void subject_of_infrastructure(struct subject *out,
			       const struct language *language,
			       const struct registry *registry)
{
	subject_seen(out, language, SERIES_SWITCH, "infrastructure");
	out->group = &registry->infrastructure;
	tr_addf(&out->title, "%s, all switches", registry->infrastructure.name);
	text_addf(&out->query, "id=%u", registry->infrastructure_id);
}

void subject_of_location(struct subject *out, const struct language *language,
			 const struct registry_group *location)
{
	subject_seen(out, language, SERIES_SWITCH, "location");
	out->group = location;
	tr_addf(&out->title, "Location %s", location->name);
	tr_add(&out->way[WAY_FROM], ", seen there");
	text_add(&out->query, "name=");
	html_url(&out->query, location->name);
}

void subject_of_switch(struct subject *out, const struct language *language,
		       const char *name)
{
	subject_seen(out, language, SERIES_SWITCH, "switch");
	out->series.switch_name = name;
	tr_addf(&out->title, "Switch %s", name);
	tr_addf(&out->way[WAY_FROM], ", seen by %s", name);
	text_addf(&out->query, "name=%s", name);
}

void subject_of_vlan(struct subject *out, const struct language *language,
		     const struct vlan *vlan)
{
	subject_seen(out, language, SERIES_VLAN, "vlan");
	out->series.vlan = vlan->tag;
	text_addf(&out->title, "VLAN %u %s", vlan->tag, vlan->name);
	tr_addf(&out->way[WAY_FROM], " in VLAN %u", vlan->tag);
	text_addf(&out->query, "vlan=%u", vlan->tag);
}

static void add_query(struct text *out, const struct subject *subject,
		      const struct period *period)
{
	char query[PERIOD_QUERY_SIZE];

	text_add_char(out, '?');
	html_escape(out, text_str(&subject->query));
	text_addf(out, "%s%s", subject->query.len ? "&amp;" : "",
		  period_query(query, period));
}

void subject_add_url(struct text *out, const struct subject *subject,
		     const char *format, const struct period *period)
{
	text_addf(out, "/graph/%s.%s", subject->kind, format);
	add_query(out, subject, period);
}

void subject_add_page(struct text *out, const struct subject *subject,
		      const char *folder, const struct period *period)
{
	text_addf(out, "/%s/%s", folder, subject->kind);
	add_query(out, subject, period);
}

void subject_fini(struct subject *subject)
{
	text_fini(&subject->title);
	text_fini(&subject->way[WAY_FROM]);
	text_fini(&subject->way[WAY_TO]);
	text_fini(&subject->query);
}
