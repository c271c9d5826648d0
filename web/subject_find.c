/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which parameters name what, is said in the header. */

#include "web/subject_find.h"

#include <stdlib.h>
#include <string.h>

#include "util/number.h"
#include "web/ports.h"

static bool number_parameter(const struct call *call, const char *name,
			     uint32_t max, uint32_t *out)
{
	const char *value = request_parameter(call->request, name);

	return value && number_u32(value, strlen(value), max, out) == 0;
}

static bool asn_parameter(const struct call *call, const char *name,
			  uint32_t *asn)
{
	const char *value = request_parameter(call->request, name);

	return value && request_asn(value, asn) == 0;
}

static const struct member *member_parameter(const struct call *call,
					     const char *name)
{
	uint32_t asn;

	if (!asn_parameter(call, name, &asn))
		return NULL;
	return registry_member(call->registry, asn);
}

static bool find_exchange(struct subject *out, const struct call *call)
{
	subject_of_exchange(out, call->language);
	return true;
}

static bool find_member(struct subject *out, const struct call *call)
{
	const struct member *member = member_parameter(call, "asn");

	uint32_t asn;

	if (member)
		subject_of_member(out, call->language, member);
	return member || (asn_parameter(call, "asn", &asn) &&
			  subject_of_former(out, call, asn));
}

static bool find_interface(struct subject *out, const struct call *call)
{
	const struct registry *registry = call->registry;
	const struct member *member = member_parameter(call, "asn");
	uint32_t ordinal = 1;
	uint32_t vlan;

	if (!member || !number_parameter(call, "vlan", 4094, &vlan))
		return false;
	if (request_parameter(call->request, "ordinal") &&
	    !number_parameter(call, "ordinal", UINT16_MAX, &ordinal))
		return false;
	for (uint32_t i = 1; i < registry->interface_count; i++) {
		const struct vlan_interface *interface =
		    &registry->interfaces[i];

		if (interface->member !=
			(uint32_t)(member - registry->members) ||
		    interface->vlan != vlan || interface->ordinal != ordinal)
			continue;
		/* The only one has no file: it is the member. */
		if (member->interface_count < 2)
			subject_of_member(out, call->language, member);
		else
			subject_of_interface(out, call->language, member,
					     interface);
		return true;
	}
	return false;
}

/* One of the exchange's, or one of which there is something from before. */
static bool is_pair_vlan(const struct call *call, uint32_t a, uint32_t b,
			 uint16_t vlan)
{
	const struct series series = { .kind = SERIES_PAIR,
				       .asn = a < b ? a : b,
				       .other_asn = a < b ? b : a,
				       .vlan = vlan };

	return vlan == 0 || registry_vlan(call->registry, vlan) ||
	       traffic_has_file(call->config->state_dir, &series);
}

static bool find_pair(struct subject *out, const struct call *call)
{
	const struct member *a = member_parameter(call, "a");
	const struct member *b = member_parameter(call, "b");
	bool in_vlan = request_parameter(call->request, "vlan") != NULL;
	uint32_t vlan;

	if (!a || !b ||
	    (in_vlan && (!number_parameter(call, "vlan", 4094, &vlan) ||
			 !is_pair_vlan(call, a->asn, b->asn, (uint16_t)vlan))))
		return false;
	subject_of_pair(out, call->language, a->asn, b->asn);
	if (in_vlan)
		subject_in_vlan(out, (uint16_t)vlan);
	return true;
}

static bool find_port(struct subject *out, const struct call *call)
{
	const char *name = request_parameter(call->request, "switch");
	struct port_row *rows;
	bool found = false;
	uint32_t ifindex;
	size_t count;

	if (!name || !number_parameter(call, "ifindex", UINT32_MAX, &ifindex) ||
	    ports_list(&rows, &count, call) < 0)
		return false;
	for (size_t i = 0; !found && i < count; i++) {
		struct series series = ports_series(call, &rows[i]);
		struct text owner;

		if (rows[i].ifindex != ifindex ||
		    strcmp(series.switch_name, name) != 0)
			continue;
		text_init(&owner);
		ports_add_owner(&owner, call, &rows[i]);
		subject_of_port(out, call->language, &series, rows[i].name,
				text_str(&owner));
		text_fini(&owner);
		found = true;
	}
	free(rows);
	return found;
}

/* There is one, that of the roster. */
static bool find_infrastructure(struct subject *out, const struct call *call)
{
	uint32_t id = call->registry->infrastructure_id;

	if (call->registry->infrastructure.switch_count == 0)
		return false;
	if (request_parameter(call->request, "id") &&
	    !number_parameter(call, "id", UINT32_MAX, &id))
		return false;
	if (id == call->registry->infrastructure_id)
		subject_of_infrastructure(out, call->language, call->registry);
	return id == call->registry->infrastructure_id;
}

static bool find_location(struct subject *out, const struct call *call)
{
	const char *name = request_parameter(call->request, "name");
	const struct registry_group *location =
	    name ? registry_location(call->registry, name) : NULL;

	if (location)
		subject_of_location(out, call->language, location);
	return location != NULL;
}

static bool find_switch(struct subject *out, const struct call *call)
{
	const char *name = request_parameter(call->request, "name");
	const struct config *config = call->config;

	for (size_t i = 0; name && i < config->switch_count; i++) {
		if (strcmp(config->switches[i].name, name) != 0)
			continue;
		subject_of_switch(out, call->language,
				  config->switches[i].name);
		return true;
	}
	return false;
}

static bool find_vlan(struct subject *out, const struct call *call)
{
	const struct vlan *vlan;
	uint32_t tag;

	if (!number_parameter(call, "vlan", 4094, &tag))
		return false;
	vlan = registry_vlan(call->registry, (uint16_t)tag);
	if (vlan)
		subject_of_vlan(out, call->language, vlan);
	return vlan != NULL;
}

static const struct {
	const char *name;
	bool (*find)(struct subject *out, const struct call *call);
} kinds[] = {
	{ "exchange", find_exchange },
	{ "member", find_member },
	{ "interface", find_interface },
	{ "pair", find_pair },
	{ "port", find_port },
	{ "infrastructure", find_infrastructure },
	{ "location", find_location },
	{ "switch", find_switch },
	{ "vlan", find_vlan },
};

bool subject_find(struct subject *out, const struct call *call,
		  const char *kind, size_t len)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) == len &&
		    memcmp(kinds[i].name, kind, len) == 0)
			return kinds[i].find(out, call);
	}
	return false;
}
