/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/access.h"

#include <stdlib.h>
#include <string.h>

#include "util/number.h"
#include "web/auth/accounts.h"
#include "web/grapher.h"

bool access_all(const struct call *call)
{
	return principal_sees_all(call->principal);
}

bool access_is_known(const struct call *call)
{
	return call->principal->role != ROLE_NOBODY;
}

void access_hide(const struct call *call, struct response *r)
{
	page_refuse(call, r, 404, TR("There is no such page."));
}

/* What becomes of something that one may not see. */
static enum access_verdict denied(const struct call *call)
{
	return access_is_known(call) ? ACCESS_HIDDEN : ACCESS_LOGIN;
}

/* Whether all of some kind are shown to whoever asks. */
static bool is_for_all(const struct call *call, enum config_shown kind)
{
	enum config_show show = call->config->web.show[kind];

	return show == CONFIG_SHOW_PUBLIC ||
	       (show == CONFIG_SHOW_LOGGED_IN && access_is_known(call));
}

static enum access_verdict of_all(const struct call *call,
				  enum config_shown kind)
{
	return access_all(call) || is_for_all(call, kind) ? ACCESS_SHOWN
							  : denied(call);
}

bool access_kind(const struct call *call, enum config_shown kind)
{
	return of_all(call, kind) == ACCESS_SHOWN;
}

/* Whether a member is there and lets others see. */
static bool shows_itself(const struct call *call, uint32_t asn)
{
	struct accounts *accounts = site_accounts(call->site);

	return registry_member(call->registry, asn) &&
	       !(accounts && optouts_has(accounts->optouts, asn));
}

enum access_verdict access_of_members(const struct call *call,
				      enum config_shown kind, uint32_t asn,
				      uint32_t peer_asn)
{
	const struct principal *p = call->principal;
	bool is_own =
	    principal_has_asn(p, asn) || principal_has_asn(p, peer_asn);

	if (access_all(call))
		return ACCESS_SHOWN;
	if (is_own && call->config->web.show[kind] != CONFIG_SHOW_STAFF)
		return ACCESS_SHOWN;
	if (!is_for_all(call, kind))
		return denied(call);
	return shows_itself(call, asn) && shows_itself(call, peer_asn)
		   ? ACCESS_SHOWN
		   : ACCESS_HIDDEN;
}

bool access_member(const struct call *call, uint32_t asn)
{
	return access_of_members(call, CONFIG_SHOWN_MEMBER, asn, asn) ==
	       ACCESS_SHOWN;
}

bool access_pair(const struct call *call, uint32_t asn, uint32_t peer_asn)
{
	return access_of_members(call, CONFIG_SHOWN_PAIR, asn, peer_asn) ==
	       ACCESS_SHOWN;
}

typedef bool (*asn_test)(const struct call *call, uint32_t asn);

static bool of_members_of(const struct call *call, const struct port *port,
			  asn_test is_fine)
{
	for (uint32_t i = 0; i < port->member_count; i++) {
		if (!is_fine(call,
			     call->registry->members[port->members[i]].asn))
			return false;
	}
	return true;
}

/* Whether all members of a port are one's own, or all let others see: those of
 * other times as well, for its past is shown with it. */
static bool of_all_members(const struct call *call, const struct port_row *row,
			   asn_test is_fine)
{
	const struct registry *r = call->registry;

	if (!row->port || row->port->member_count == 0)
		return false;
	for (uint32_t i = 0; i < r->all_port_count; i++) {
		if (r->ports[i].switch_index == row->switch_index &&
		    r->ports[i].ifindex == row->ifindex &&
		    !of_members_of(call, &r->ports[i], is_fine))
			return false;
	}
	return true;
}

static bool is_own(const struct call *call, uint32_t asn)
{
	return principal_has_asn(call->principal, asn);
}

bool access_port(const struct call *call, const struct port_row *row)
{
	enum config_show show = call->config->web.show[CONFIG_SHOWN_PORT];

	if (access_all(call))
		return true;
	if (show != CONFIG_SHOW_STAFF && of_all_members(call, row, is_own))
		return true;
	return is_for_all(call, CONFIG_SHOWN_PORT) &&
	       of_all_members(call, row, shows_itself);
}

/* A port by the name of its switch and its ifIndex as text. */
static enum access_verdict of_port(const struct call *call, const char *name,
				   const char *number)
{
	bool is_all = is_for_all(call, CONFIG_SHOWN_PORT);
	bool shown = false;
	struct port_row *rows;
	uint32_t ifindex;
	size_t count;

	if (access_all(call))
		return ACCESS_SHOWN;
	if (!is_all && !access_is_known(call))
		return ACCESS_LOGIN;
	if (!name || !number ||
	    number_u32(number, strlen(number), UINT32_MAX, &ifindex) < 0 ||
	    ports_list(&rows, &count, call) < 0)
		return ACCESS_HIDDEN;
	for (size_t i = 0; i < count; i++) {
		const char *on =
		    call->config->switches[rows[i].switch_index].name;

		if (access_port(call, &rows[i]) && rows[i].ifindex == ifindex &&
		    strcmp(on, name) == 0)
			shown = true;
	}
	free(rows);
	return shown ? ACCESS_SHOWN : ACCESS_HIDDEN;
}

/* AS numbers as text; one that is none is nobody's. */
static enum access_verdict of_texts(const struct call *call,
				    enum config_shown kind, const char *asn,
				    const char *peer_asn)
{
	uint32_t asns[2];

	if (access_all(call))
		return ACCESS_SHOWN;
	if (!asn || !peer_asn || request_asn(asn, &asns[0]) < 0 ||
	    request_asn(peer_asn, &asns[1]) < 0)
		return is_for_all(call, kind) ? ACCESS_HIDDEN : denied(call);
	return access_of_members(call, kind, asns[0], asns[1]);
}

bool access_peers(const struct call *call, uint32_t asn)
{
	return access_all(call) ||
	       (principal_has_asn(call->principal, asn) &&
		call->config->web.show[CONFIG_SHOWN_PAIR] != CONFIG_SHOW_STAFF);
}

static enum access_verdict of_peers(const struct call *call, const char *text)
{
	uint32_t asn;

	if (access_all(call))
		return ACCESS_SHOWN;
	return text && request_asn(text, &asn) == 0 && access_peers(call, asn)
		   ? ACCESS_SHOWN
		   : denied(call);
}

/* What the segments from one on name. */
static const char *segment(const struct call *call, size_t at)
{
	const struct request *request = call->request;

	at += call->is_api ? 2 : 0;
	return at < request->segment_count ? request->segments[at] : NULL;
}

static const char *parameter(const struct call *call, const char *name)
{
	return request_parameter(call->request, name);
}

/* "member.svg" is of members. What is of no kind is for its page to refuse. */
static enum access_verdict of_series(const struct call *call)
{
	const char *name = call->request->segments[call->is_api ? 3 : 1];
	size_t len = strcspn(name, ".");
	const char *asn = parameter(call, "asn");

	if (len == 9 && strncmp(name, "interface", len) == 0)
		return of_texts(call, CONFIG_SHOWN_MEMBER, asn, asn);
	for (enum config_shown k = 0; k < CONFIG_SHOWN_COUNT; k++) {
		const char *kind = config_shown_name(k);

		if (strlen(kind) != len || strncmp(name, kind, len) != 0)
			continue;
		switch (k) {
		case CONFIG_SHOWN_MEMBER:
			return of_texts(call, k, asn, asn);
		case CONFIG_SHOWN_PAIR:
			return of_texts(call, k, parameter(call, "a"),
					parameter(call, "b"));
		case CONFIG_SHOWN_PORT:
			return of_port(call, parameter(call, "switch"),
				       parameter(call, "ifindex"));
		default:
			return of_all(call, k);
		}
	}
	return ACCESS_SHOWN;
}

/* The graphs of Grapher's that are somebody's are found by its ids first; which
 * are there, is said to nobody whose they are not. */
static enum access_verdict of_grapher(const struct call *call)
{
	static const struct {
		const char *name;
		enum config_shown kind;
	} graphs[] = {
		{ "ixp", CONFIG_SHOWN_EXCHANGE },
		{ "infrastructure", CONFIG_SHOWN_INFRASTRUCTURE },
		{ "location", CONFIG_SHOWN_LOCATION },
		{ "vlan", CONFIG_SHOWN_VLAN },
		{ "switch", CONFIG_SHOWN_SWITCH },
		{ "vlaninterface", CONFIG_SHOWN_MEMBER },
		{ "customer", CONFIG_SHOWN_MEMBER },
		{ "p2p", CONFIG_SHOWN_PAIR },
		{ "multip2p", CONFIG_SHOWN_PAIR },
	};
	const char *name = call->request->segments[1];
	struct grapher_owners owners;

	for (size_t i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++) {
		enum config_shown kind = graphs[i].kind;

		if (strcmp(graphs[i].name, name) != 0)
			continue;
		if (kind < CONFIG_SHOWN_MEMBER)
			return of_all(call, kind);
		if (access_all(call))
			return ACCESS_SHOWN;
		if (!is_for_all(call, kind) && !access_is_known(call))
			return ACCESS_LOGIN;
		owners = grapher_owners(call);
		return owners.asns[0] == 0
			   ? ACCESS_HIDDEN
			   : access_of_members(call, kind, owners.asns[0],
					       owners.asns[1]);
	}
	return ACCESS_SHOWN; /* to be refused with the reason */
}

enum access_verdict access_check(const struct call *call, enum access_of of)
{
	switch (of) {
	case ACCESS_OF_NOTHING:
		return ACCESS_SHOWN;
	case ACCESS_OF_EXCHANGE:
		return of_all(call, CONFIG_SHOWN_EXCHANGE);
	case ACCESS_OF_INFRASTRUCTURE:
		return of_all(call, CONFIG_SHOWN_INFRASTRUCTURE);
	case ACCESS_OF_LOCATION:
		return of_all(call, CONFIG_SHOWN_LOCATION);
	case ACCESS_OF_VLAN:
		return of_all(call, CONFIG_SHOWN_VLAN);
	case ACCESS_OF_SWITCH:
		return of_all(call, CONFIG_SHOWN_SWITCH);
	case ACCESS_OF_MEMBERS:
		return of_all(call, CONFIG_SHOWN_MEMBERS);
	case ACCESS_OF_MEMBER:
		return of_texts(call, CONFIG_SHOWN_MEMBER, segment(call, 1),
				segment(call, 1));
	case ACCESS_OF_PEERS:
		return of_peers(call, segment(call, 1));
	case ACCESS_OF_PAIR:
		return of_texts(call, CONFIG_SHOWN_PAIR, segment(call, 1),
				segment(call, 2));
	case ACCESS_OF_PORT:
		return of_port(call, segment(call, 1), segment(call, 2));
	case ACCESS_OF_SERIES:
		return of_series(call);
	case ACCESS_OF_SCALED:
		return of_peers(call, parameter(call, "asn"));
	case ACCESS_OF_GRAPHER:
		return of_grapher(call);
	case ACCESS_OF_USER:
		/* A token is for reading what there is to see. */
		return *call->principal->form_secret ? ACCESS_SHOWN
						     : denied(call);
	case ACCESS_OF_METRICS:
		if (client_may_scrape(call->origin, &call->config->web))
			return ACCESS_SHOWN;
		break;
	case ACCESS_OF_STAFF:
		break;
	}
	return access_all(call) ? ACCESS_SHOWN : denied(call);
}
