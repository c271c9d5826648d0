/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/proposal_print.h"

#include <string.h>

#include "collector/clock.h"
#include "util/json_write.h"
#include "util/utc.h"

/* A name that is no other YAML whatever stands around it: Ethernet1/1. */
static bool is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789/._-";

	return *name && strchr(letters, *name) != NULL &&
	       name[strspn(name, allowed)] == '\0' &&
	       strpbrk(name, "0123456789") != NULL;
}

/* A JSON string is a YAML one. */
static void add_name(struct text *out, const char *name)
{
	struct json_writer w;

	if (is_plain(name)) {
		text_add(out, name);
		return;
	}
	json_start(&w, out);
	json_put_string(&w, NULL, name);
}

static bool has_name(const struct proposal *port)
{
	return port->name && strncmp(port->name, "ifIndex ", 8) != 0;
}

/* For a comment: "Ethernet1/1", "ifindex 7". */
static void add_label(struct text *out, const struct proposal *port)
{
	if (port->configured && port->configured->config->name)
		text_add(out, port->configured->config->name);
	else if (has_name(port))
		text_add(out, port->name);
	else
		text_addf(out, "ifindex %u", port->ifindex);
}

static void add_samples(struct text *out, uint64_t samples)
{
	text_add_u64(out, samples);
	text_add(out, samples == 1 ? " sample" : " samples");
}

/* True for those that have an entry: with a name for sure, or in a LAG. */
static bool writes_name(const struct proposal *port)
{
	return has_name(port) && !port->name_taken &&
	       (port->named || port->kind == PROPOSAL_LAG_PORT);
}

static void add_asns(struct text *out, const struct proposals *p,
		     const struct proposal *port)
{
	const char *before = "";

	text_add(out, port->sure_count > 1 ? ", asn: [" : ", asn: ");
	for (size_t i = 0; i < port->member_count; i++) {
		const struct proposal_member *m =
		    &p->members[port->first_member + i];

		if (!m->sure)
			continue;
		text_addf(out, "%s%u", before, m->asn);
		before = ", ";
	}
	text_add(out, port->sure_count > 1 ? "]" : "");
}

/* True of a port that can stand in the lag: of this one. */
static bool is_in_lag(const struct proposal *port, const struct proposal *lag)
{
	const struct port *said = port->configured;

	return port->kind == PROPOSAL_LAG_PORT &&
	       port->switch_index == lag->switch_index &&
	       port->aggregate == lag->ifindex &&
	       !(said && (said->config->lag_count > 0 ||
			  said->core != (lag->kind == PROPOSAL_CORE)));
}

/* The member ports of a LAG that have a name to be called by. */
static void add_lag(struct text *out, const struct proposals *p,
		    const struct proposal *lag)
{
	size_t count = 0;

	for (size_t i = 0; i < p->count; i++) {
		const struct proposal *port = &p->all[i];
		const struct port *said = port->configured;

		if (!is_in_lag(port, lag))
			continue;
		text_add(out, count++ ? ", " : ", lag: [");
		add_name(out, said && said->config->name ? said->config->name
							 : port->name);
	}
	text_add(out, count ? "]" : "");
}

/* A member port has the role of its LAG. */
static bool is_core(const struct proposals *p, const struct proposal *port)
{
	if (port->kind == PROPOSAL_LAG_PORT)
		port = proposals_find(p, port->switch_index, port->aggregate);
	return port && port->kind == PROPOSAL_CORE;
}

/* Each member with its samples, where these are of several, or too few. */
static void add_evidence(struct text *out, const struct proposals *p,
			 const struct proposal *port)
{
	add_samples(out, port->samples);
	for (size_t i = 0; i < port->member_count; i++) {
		const struct proposal_member *m =
		    &p->members[port->first_member + i];

		if (port->member_count == 1 && m->sure)
			break;
		text_addf(out, "%sAS%u ", i ? ", " : ": ", m->asn);
		text_add_u64(out, m->samples);
		text_add(out, m->sure ? "" : " (too few: left out)");
	}
}

static void add_core(struct text *out, const struct proposal *port)
{
	text_addf(out,
		  "core: %u of %u stations enter another switch by a port of "
		  "their own; ",
		  port->owned_elsewhere, port->stations);
	add_samples(out, port->samples);
	text_addf(out, " of %u members", port->sure_count);
}

/* Perhaps a link between switches, and not enough is behind it to tell. */
static void add_doubt(struct text *out, const struct proposal *port)
{
	if (port->kind == PROPOSAL_MEMBERS && port->doubtful > 0)
		text_addf(out,
			  "; %u of %u stations enter another switch too: a "
			  "core port?",
			  port->doubtful, port->stations);
}

static void add_comment(struct text *out, const struct proposals *p,
			const struct proposal *port)
{
	const struct proposal *lag =
	    proposals_find(p, port->switch_index, port->aggregate);

	if (port->kind == PROPOSAL_LAG_PORT) {
		text_add(out, "member port of ");
		add_label(out, lag ? lag : port);
	} else if (port->kind == PROPOSAL_CORE) {
		add_core(out, port);
	} else if (port->member_count > 0) {
		add_evidence(out, p, port);
		add_doubt(out, port);
	} else {
		text_add(out, "no station of a member was seen");
	}
	if (has_name(port) && !port->named) {
		text_add(out, "; ");
		text_add(out, port->name);
		text_add(out, " by the number");
	}
	if (port->name_taken) {
		text_add(out, "; another port is also called ");
		text_add(out, port->name);
	}
}

void proposal_print_line(struct text *out, const struct proposals *p,
			 const struct proposal *port)
{
	text_addf(out, "- { ifindex: %u", port->ifindex);
	if (writes_name(port)) {
		text_add(out, ", name: ");
		add_name(out, port->name);
	}
	if (port->kind != PROPOSAL_LAG_PORT)
		add_lag(out, p, port);
	if (port->kind == PROPOSAL_MEMBERS)
		add_asns(out, p, port);
	if (is_core(p, port))
		text_add(out, ", role: core");
	if (port->speed_bps > 0 && port->speed_bps <= INT64_MAX) {
		text_add(out, ", speed: ");
		config_print_speed(port->speed_bps, out);
	}
	text_add(out, " } # ");
	add_comment(out, p, port);
}

/* Members that the configuration does not have there. */
static void add_unexpected(struct text *out, const struct proposals *p,
			   const struct proposal *port)
{
	bool any = false;

	for (size_t i = 0; i < port->member_count; i++) {
		const struct proposal_member *m =
		    &p->members[port->first_member + i];

		if (!m->sure || proposal_expects(p, port, m->asn))
			continue;
		if (!any) {
			add_label(out, port);
			text_add(out, ": not its members by the "
				      "configuration, and seen: ");
		}
		text_addf(out, "%sAS%u (", any ? ", " : "", m->asn);
		add_samples(out, m->samples);
		text_add(out, ")");
		any = true;
	}
}

/* By LACP it is in a LAG that does not name it in the configuration. */
static void add_unlisted(struct text *out, const struct proposals *p,
			 const struct proposal *port)
{
	const struct proposal *lag =
	    proposals_find(p, port->switch_index, port->aggregate);
	const struct config_port *said = lag->configured->config;

	for (size_t i = 0; i < said->lag_count; i++) {
		if (strcmp(said->lag[i], port->name) == 0)
			return;
	}
	add_label(out, port);
	text_addf(out, " (ifindex %u): a member port of ", port->ifindex);
	add_label(out, lag);
	text_add(out, ", and not in its lag:");
}

void proposal_print_odd(struct text *out, const struct proposals *p,
			const struct proposal *port)
{
	const struct port *said = port->configured;

	if (!said && proposal_is_covered(p, port))
		add_unlisted(out, p, port);
	if (!said || said->core)
		return;
	if (port->kind == PROPOSAL_CORE) {
		add_label(out, port);
		text_add(out, ": looks like ");
		add_core(out, port);
	} else if (port->kind == PROPOSAL_MEMBERS) {
		add_unexpected(out, p, port);
	}
}

static void print_ports(struct text *out, const struct proposals *p,
			uint32_t switch_index)
{
	const struct config_switch *s =
	    &p->registry->config->switches[switch_index];
	struct text odd;

	for (size_t i = 0; i < s->port_count; i++)
		config_print_port(&s->ports[i], out);
	text_init(&odd);
	for (size_t i = 0; i < p->count; i++) {
		const struct proposal *port = &p->all[i];

		if (port->switch_index != switch_index)
			continue;
		if (!port->configured && !proposal_is_covered(p, port)) {
			text_add(out, "      ");
			proposal_print_line(out, p, port);
			text_add_char(out, '\n');
			continue;
		}
		text_clear(&odd);
		proposal_print_odd(&odd, p, port);
		if (odd.len > 0)
			text_addf(out, "      # %s\n", text_str(&odd));
	}
	text_fini(&odd);
}

static bool has_ports(const struct proposals *p, uint32_t switch_index)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->all[i].switch_index == switch_index)
			return true;
	}
	return p->registry->config->switches[switch_index].port_count > 0;
}

void proposals_print(struct text *out, const struct proposals *p,
		     int64_t until_us)
{
	const struct config *c = p->registry->config;
	char at[UTC_TEXT_SIZE];

	text_addf(out,
		  "# What was learned of the ports up to %s.\n"
		  "# Look at it, then put it in place of the section "
		  "switches:, or the ports: of a\n"
		  "# switch in place of its own. Members are told by their "
		  "MAC addresses; fewer\n"
		  "# than %d samples tell nothing.\n"
		  "switches:\n",
		  utc_format(until_us / US_PER_S, at), BINDING_SURE);
	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (c->switches[i].is_made)
			continue;
		config_print_switch(&c->switches[i], out);
		if (has_ports(p, i)) {
			text_add(out, "    ports:\n");
			print_ports(out, p, i);
		} else {
			text_add(out, "    # no port was heard of yet\n");
		}
	}
}
