/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What an address of Grapher's names. */

#include <string.h>

#include "util/language.h"
#include "util/number.h"
#include "web/grapher.h"

static const char *const types[] = {
	[GRAPHER_PNG] = "png",
	[GRAPHER_LOG] = "log",
	[GRAPHER_RRD] = "rrd",
	[GRAPHER_JSON] = "json",
};

static const char *const categories[] = {
	[GRAPHER_BITS] = "bits",
	[GRAPHER_PKTS] = "pkts",
	/* those of interfaces that this version does not serve */
	[GRAPHER_OTHERS] = "errs",
	"discs",
	"bcasts"
};

static const char *const protocols[] = {
	[GRAPHER_ALL] = "all",
	[GRAPHER_IPV4] = "ipv4",
	[GRAPHER_IPV6] = "ipv6",
};

enum { HOUR_S = 3600, DAY_S = 86400 };

/* Lengths as in IXP Manager, which has them from MRTG; rows as in its files. */
static const struct grapher_period periods[] = {
	{ "day", 119988, 300, 300 },
	{ "week", 719712, 1800, 300 },
	{ "month", 2879712, 7200, 300 },
	{ "year", 31622400, DAY_S, HOUR_S },
};

enum {
	TYPES = sizeof(types) / sizeof(*types),
	CATEGORIES = sizeof(categories) / sizeof(*categories),
	PROTOCOLS = sizeof(protocols) / sizeof(*protocols),
	PERIODS = sizeof(periods) / sizeof(*periods),
};

static size_t word_of(const struct request *request, const char *name,
		      const char *const *words, size_t count)
{
	const char *said = request_parameter(request, name);

	for (size_t i = 0; said && i < count; i++) {
		if (strcmp(said, words[i]) == 0)
			return i;
	}
	return 0;
}

struct grapher_query grapher_query_of(const struct request *request)
{
	const char *period = request_parameter(request, "period");
	size_t category = word_of(request, "category", categories, CATEGORIES);
	struct grapher_query query = {
		.type =
		    (enum grapher_type)word_of(request, "type", types, TYPES),
		.category = category > GRAPHER_OTHERS
				? GRAPHER_OTHERS
				: (enum grapher_category)category,
		.protocol = (enum grapher_protocol)word_of(
		    request, "protocol", protocols, PROTOCOLS),
		.period = &periods[0],
	};

	for (size_t i = 0; period && i < PERIODS; i++) {
		if (strcmp(period, periods[i].name) == 0)
			query.period = &periods[i];
	}
	return query;
}

const char *grapher_type_name(enum grapher_type type)
{
	return types[type];
}

const char *grapher_category_name(enum grapher_category category)
{
	return categories[category];
}

const char *grapher_protocol_name(enum grapher_protocol protocol)
{
	return protocols[protocol];
}

const struct grapher_period *grapher_period_at(size_t i)
{
	return i < PERIODS ? &periods[i] : NULL;
}

static bool number_parameter(const struct call *call, const char *name,
			     uint32_t *out)
{
	const char *said = request_parameter(call->request, name);

	return said && number_u32(said, strlen(said), UINT32_MAX, out) == 0;
}

static bool find_ixp(struct grapher_graph *g, const struct call *call)
{
	subject_of_exchange(&g->subject, call->language);
	text_add(&g->ids, "id=1");
	return true;
}

static bool find_infrastructure(struct grapher_graph *g,
				const struct call *call)
{
	uint32_t id;

	if (!number_parameter(call, "id", &id) ||
	    id != call->registry->infrastructure_id ||
	    call->registry->infrastructure.switch_count == 0)
		return false;
	subject_of_infrastructure(&g->subject, call->language, call->registry);
	tr_add(&g->subject.way[WAY_TO], "exchange \xe2\x86\x92 members");
	text_addf(&g->ids, "id=%u", id);
	return true;
}

static bool find_location(struct grapher_graph *g, const struct call *call)
{
	const char *name = request_parameter(call->request, "id");
	const struct registry_group *location =
	    name ? registry_location(call->registry, name) : NULL;

	if (!location)
		return false;
	subject_of_location(&g->subject, call->language, location);
	g->sense = GRAPHER_BOTH_ARE_FROM;
	/* As it stands there: escaped, name=. */
	text_addf(&g->ids, "id%s", strchr(text_str(&g->subject.query), '='));
	return true;
}

static bool find_switch(struct grapher_graph *g, const struct call *call)
{
	const struct config *config = call->config;
	uint32_t id;

	if (!number_parameter(call, "id", &id) || id == 0)
		return false;
	for (size_t i = 0; i < config->switch_count; i++) {
		if (config->switches[i].roster_switch != id)
			continue;
		subject_of_switch(&g->subject, call->language,
				  config->switches[i].name);
		g->sense = GRAPHER_BOTH_ARE_FROM;
		text_addf(&g->ids, "id=%u", id);
		return true;
	}
	return false;
}

static bool find_vlan(struct grapher_graph *g, const struct call *call)
{
	const struct registry *registry = call->registry;
	uint32_t id;

	if (!number_parameter(call, "id", &id))
		return false;
	for (uint32_t i = 0; i < registry->vlan_count; i++) {
		if (registry->vlans[i].roster_vlan != id)
			continue;
		subject_of_vlan(&g->subject, call->language,
				&registry->vlans[i]);
		g->sense = GRAPHER_BOTH_ARE_FROM;
		g->has_file = call->config->ixp_manager.tree != NULL;
		g->file = (struct ixp_file){ .kind = IXP_AGGREGATE,
					     .id = registry->vlans[i].tag };
		text_addf(&g->ids, "id=%u", id);
		return true;
	}
	return false;
}

/* The VLAN interface that a parameter names by IXP Manager's id. */
static const struct vlan_interface *interface_parameter(const struct call *call,
							const char *name)
{
	const struct registry *registry = call->registry;
	uint32_t id;

	if (!number_parameter(call, name, &id) || id == 0)
		return NULL;
	for (uint32_t i = 1; i < registry->interface_count; i++) {
		if (registry->interfaces[i].ixp_id == id)
			return &registry->interfaces[i];
	}
	return NULL;
}

static bool find_vlaninterface(struct grapher_graph *g, const struct call *call)
{
	const struct vlan_interface *interface =
	    interface_parameter(call, "id");
	const struct member *member;

	if (!interface)
		return false;
	member = &call->registry->members[interface->member];
	/* The only one has no file of its own: it is the member. */
	if (member->interface_count < 2)
		subject_of_member(&g->subject, call->language, member);
	else
		subject_of_interface(&g->subject, call->language, member,
				     interface);
	g->has_file = call->config->ixp_manager.tree != NULL;
	g->file = (struct ixp_file){ .kind = IXP_INDIVIDUAL,
				     .id = interface->ixp_id };
	text_addf(&g->ids, "id=%u", interface->ixp_id);
	return true;
}

static const struct member *member_parameter(const struct call *call,
					     const char *name)
{
	const char *said = request_parameter(call->request, name);
	uint32_t asn;

	if (!said || request_asn(said, &asn) < 0)
		return NULL;
	return registry_member(call->registry, asn);
}

static bool find_customer(struct grapher_graph *g, const struct call *call)
{
	const struct member *member = member_parameter(call, "id");

	if (!member)
		return false;
	subject_of_member(&g->subject, call->language, member);
	text_addf(&g->ids, "id=%u", member->asn);
	return true;
}

static bool find_p2p(struct grapher_graph *g, const struct call *call)
{
	const struct vlan_interface *from = interface_parameter(call, "svli");
	const struct vlan_interface *to = interface_parameter(call, "dvli");
	const struct member *members = call->registry->members;

	if (!from || !to || from == to || from->vlan != to->vlan ||
	    !call->config->ixp_manager.tree)
		return false;
	subject_of_pair(&g->subject, call->language, members[from->member].asn,
			members[to->member].asn);
	subject_in_vlan(&g->subject, from->vlan);
	g->sense = GRAPHER_TO_IS_IN;
	g->has_file = true;
	g->is_of_tree = true;
	g->file = (struct ixp_file){ .kind = IXP_P2P,
				     .id = from->ixp_id,
				     .other = to->ixp_id };
	text_addf(&g->ids, "svli=%u&dvli=%u", from->ixp_id, to->ixp_id);
	return true;
}

static bool find_multip2p(struct grapher_graph *g, const struct call *call)
{
	const struct member *from = member_parameter(call, "scid");
	const struct member *to = member_parameter(call, "dcid");

	if (!from || !to)
		return false;
	subject_of_pair(&g->subject, call->language, from->asn, to->asn);
	g->sense = GRAPHER_TO_IS_IN;
	text_addf(&g->ids, "scid=%u&dcid=%u", from->asn, to->asn);
	return true;
}

static uint32_t asn_of_interface(const struct call *call, const char *name)
{
	const struct vlan_interface *one = interface_parameter(call, name);

	return one ? call->registry->members[one->member].asn : 0;
}

static uint32_t asn_of_member(const struct call *call, const char *name)
{
	const struct member *member = member_parameter(call, name);

	return member ? member->asn : 0;
}

struct grapher_owners grapher_owners(const struct call *call)
{
	static const struct {
		const char *name;
		uint32_t (*asn)(const struct call *call, const char *name);
		const char *parameters[2];
	} kinds[] = {
		{ "vlaninterface", asn_of_interface, { "id", "id" } },
		{ "customer", asn_of_member, { "id", "id" } },
		{ "p2p", asn_of_interface, { "svli", "dvli" } },
		{ "multip2p", asn_of_member, { "scid", "dcid" } },
	};
	struct grapher_owners owners = { .asns = { 0, 0 } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, call->request->segments[1]) != 0)
			continue;
		for (size_t end = 0; end < 2; end++)
			owners.asns[end] =
			    kinds[i].asn(call, kinds[i].parameters[end]);
		if (owners.asns[1] == 0)
			owners.asns[0] = 0;
	}
	return owners;
}

/* Graphs of Grapher's; those without a finder are not served. */
static const struct {
	const char *name;
	const char *class;
	bool (*find)(struct grapher_graph *g, const struct call *call);
	const char *why_not;
} graphs[] = {
	{ "ixp", "ixp", find_ixp, NULL },
	{ "infrastructure", "infrastructure", find_infrastructure,
	  "There is no such infrastructure: id is the roster's ixp_id." },
	{ "location", "location", find_location,
	  "There is no such location: id is its name in the roster, for "
	  "the roster has no other." },
	{ "switch", "switcher", find_switch,
	  "There is no such switch: id is the roster's, and the "
	  "configuration says as roster_switch which one that is." },
	{ "vlan", "vlan", find_vlan,
	  "There is no such VLAN: id is the roster's, not the tag." },
	{ "vlaninterface", "vlaninterface", find_vlaninterface,
	  "There is no such VLAN interface: id is IXP Manager's "
	  "vlaninterface.id, from ixp_manager.interfaces." },
	{ "customer", "customer", find_customer,
	  "There is no such member: id is its AS number." },
	{ "p2p", "p2p", find_p2p,
	  "There are no such VLAN interfaces in one VLAN: svli and dvli "
	  "are IXP Manager's vlaninterface.id, from "
	  "ixp_manager.interfaces, and its tree has to be written." },
	{ "multip2p", "multip2p", find_multip2p,
	  "There are no such members: scid and dcid are AS numbers." },
	{ "physicalinterface", NULL, NULL,
	  "Not served: IXP Manager exports no ids of physical interfaces. "
	  "Ports are at /graph/port.png." },
	{ "virtualinterface", NULL, NULL,
	  "Not served: IXP Manager exports no ids of virtual interfaces. "
	  "Ports and LAGs are at /graph/port.png." },
	{ "trunk", NULL, NULL,
	  "Not served: IXP Manager exports no trunks. Ports between "
	  "switches are at /graph/port.png." },
	{ "corebundle", NULL, NULL,
	  "Not served: core bundles are not known here. Ports between "
	  "switches are at /graph/port.png." },
	{ "latency", NULL, NULL, "Not served: latency is not measured here." },
};

bool grapher_find(struct grapher_graph *out, const struct call *call,
		  const char **why)
{
	const char *name = call->request->segments[1];

	*why = "There is no such graph.";
	for (size_t i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++) {
		if (strcmp(graphs[i].name, name) != 0)
			continue;
		*why = graphs[i].why_not;
		*out = (struct grapher_graph){ .name = name,
					       .class = graphs[i].class };
		text_init(&out->ids);
		return graphs[i].find && graphs[i].find(out, call);
	}
	return false;
}

void grapher_fini(struct grapher_graph *graph)
{
	subject_fini(&graph->subject);
	text_fini(&graph->ids);
}

enum way grapher_way(const struct grapher_graph *graph, bool in)
{
	switch (graph->sense) {
	case GRAPHER_FROM_IS_IN:
		return in ? WAY_FROM : WAY_TO;
	case GRAPHER_TO_IS_IN:
		return in ? WAY_TO : WAY_FROM;
	case GRAPHER_BOTH_ARE_FROM:
		break;
	}
	return WAY_FROM;
}
