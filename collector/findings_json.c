/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/findings_json.h"

#include <stdlib.h>

#include "collector/clock.h"
#include "collector/proposal_print.h"
#include "collector/totals.h"

enum { PORTS_SHOWN = 2000, MOVES_SHOWN = 200, MISDELIVERED_SHOWN = 200 };

static const char *const kinds[] = {
	[PROPOSAL_OPEN] = "open",
	[PROPOSAL_MEMBERS] = "members",
	[PROPOSAL_LAG_PORT] = "lag_port",
	[PROPOSAL_CORE] = "core",
};

/* True if the configuration says what it is, or its LAG does. */
static bool is_said(const struct proposals *p, const struct proposal *port)
{
	return port->configured || proposal_is_covered(p, port);
}

static void write_port(struct json_writer *w, const struct proposals *p,
		       const struct proposal *port, const char *line)
{
	json_put_object(w, NULL);
	json_put_string(w, "switch",
			p->registry->config->switches[port->switch_index].name);
	json_put_u64(w, "ifindex", port->ifindex);
	json_put_bool(w, "configured", is_said(p, port));
	json_put_string(w, "kind", kinds[port->kind]);
	json_put_u64(w, "samples", port->samples);
	json_put_string(w, "line", line);
	json_end_object(w);
}

/* Those that are not configured, or contradict it. */
static void write_ports(struct json_writer *w, const struct proposals *p)
{
	struct text line;
	size_t shown = 0;

	text_init(&line);
	for (size_t i = 0; i < p->count && shown < PORTS_SHOWN; i++) {
		const struct proposal *port = &p->all[i];

		text_clear(&line);
		if (is_said(p, port))
			proposal_print_odd(&line, p, port);
		else
			proposal_print_line(&line, p, port);
		if (line.len == 0)
			continue;
		write_port(w, p, port, text_str(&line));
		shown++;
	}
	text_fini(&line);
}

static void write_learned(struct json_writer *w, const struct intake *in)
{
	struct proposals proposals = { 0 };
	struct learned_ports ports;
	int rc = learned_ports_of(&ports, &in->ports);

	if (rc == 0)
		rc = proposals_make(&proposals, &in->bindings, &ports);
	if (rc < 0)
		w->out->failed = true;
	json_put_array(w, "learned_ports");
	write_ports(w, &proposals);
	json_end_array(w);
	proposals_fini(&proposals);
	learned_ports_fini(&ports);
}

static void put_port(struct json_writer *w, const char *key,
		     const struct intake *in, uint32_t switch_index,
		     uint32_t ifindex)
{
	uint32_t port = port_table_look(&in->ports, switch_index, ifindex);

	if (port == PORT_NONE)
		json_put_null(w, key);
	else
		json_put_string(w, key, in->ports.ports[port].name);
}

/* A station that enters by another port than before, or by two. */
struct move {
	const struct binding *binding;
	const struct station *station;
	struct mac mac;
	uint32_t switch_index;
	bool doubled;
};

static uint32_t member_of(const struct intake *in, const struct move *m)
{
	return in->registry->interfaces[m->station->interface].member;
}

static void write_move(struct json_writer *w, const struct intake *in,
		       const struct move *m)
{
	const struct registry *r = in->registry;
	const struct binding *b = m->binding;
	uint32_t other = m->doubled ? b->other : b->moved_from;
	int64_t at_us = m->doubled ? b->other_us : b->moved_us;
	char address[MAC_TEXT_SIZE];

	json_put_object(w, NULL);
	json_put_string(w, "mac", mac_format(m->mac, address));
	json_put_u64(w, "asn", r->members[member_of(in, m)].asn);
	json_put_string(w, "switch", r->config->switches[m->switch_index].name);
	json_put_u64(w, "ifindex", b->home);
	put_port(w, "port", in, m->switch_index, b->home);
	json_put_u64(w, "other_ifindex", other);
	put_port(w, "other_port", in, m->switch_index, other);
	json_put_string(w, "what", m->doubled ? "two_ports" : "moved");
	json_put_u64(w, "samples", b->samples);
	json_put_u64(w, "other_samples", m->doubled ? b->other_samples : 0);
	json_put_double(w, "at", (double)at_us / US_PER_S, 3);
	json_end_object(w);
}

/* True if the configuration has the member on that port. */
static bool is_expected(const struct intake *in, const struct move *m,
			uint32_t ifindex)
{
	uint32_t at = port_table_look(&in->ports, m->switch_index, ifindex);
	const struct port *rules =
	    at == PORT_NONE ? NULL : in->ports.samples[at].rules;

	return rules && port_has_member(rules, member_of(in, m));
}

/* False if there is nothing to tell; else what. */
static bool is_move(const struct intake *in, struct move *m)
{
	const struct binding *b = m->binding;

	m->doubled =
	    b && binding_is_double(b, in->time_us) &&
	    !(is_expected(in, m, b->home) && is_expected(in, m, b->other));
	return m->doubled || (b && binding_has_moved(b, in->time_us));
}

static size_t write_station(struct json_writer *w, const struct intake *in,
			    struct mac mac)
{
	struct move m = { .mac = mac };
	size_t written = 0;

	m.station = registry_station(in->registry, mac);
	for (uint32_t i = 0; i < in->bindings.switch_count; i++) {
		m.switch_index = i;
		m.binding = bindings_at(&in->bindings, m.station, i);
		if (!is_move(in, &m))
			continue;
		write_move(w, in, &m);
		written++;
	}
	return written;
}

static void write_moves(struct json_writer *w, const struct intake *in)
{
	struct mac *macs = NULL;
	size_t count = 0;
	size_t written = 0;

	if (bindings_list(&in->bindings, &macs, &count) < 0)
		w->out->failed = true;
	json_put_array(w, "moved_macs");
	for (size_t i = 0; i < count && written < MOVES_SHOWN; i++)
		written += write_station(w, in, macs[i]);
	json_end_array(w);
	free(macs);
}

void findings_json(struct json_writer *w, const struct intake *in)
{
	write_learned(w, in);
	write_moves(w, in);
	totals_write_stations(w, "misdelivered_macs", in, &in->misdelivered,
			      MISDELIVERED_SHOWN);
}
