/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/combine.h"
#include "collector/mirror_ports.h"

/* Old numbers to new ones. */
struct mapping {
	uint32_t *switches;   /* SWITCH_GONE: not there any more */
	uint32_t *interfaces; /* REGISTRY_NOBODY: not there any more */
};

static void mapping_fini(struct mapping *m)
{
	free(m->switches);
	free(m->interfaces);
}

static uint32_t find_switch(const struct config *c, const char *name)
{
	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (strcmp(c->switches[i].name, name) == 0)
			return i;
	}
	return SWITCH_GONE;
}

static uint32_t find_interface(const struct registry *to, uint32_t asn,
			       const struct vlan_interface *v)
{
	const struct member *m = registry_member(to, asn);

	if (!m)
		return REGISTRY_NOBODY;
	for (uint32_t i = 0; i <= m->interface_count; i++) {
		const struct vlan_interface *other =
		    &to->interfaces[m->catch_all + i];

		if (other->vlan == v->vlan && other->ordinal == v->ordinal)
			return m->catch_all + i;
	}
	return REGISTRY_NOBODY;
}

static int mapping_init(struct mapping *m, const struct registry *from,
			const struct registry *to)
{
	size_t switches = from->config->switch_count;

	m->switches = calloc(switches + 1, sizeof(*m->switches));
	m->interfaces = calloc(from->interface_count, sizeof(*m->interfaces));
	if (!m->switches || !m->interfaces)
		return -ENOMEM;
	for (size_t i = 0; i < switches; i++)
		m->switches[i] =
		    find_switch(to->config, from->config->switches[i].name);
	for (uint32_t i = 1; i < from->interface_count; i++) {
		const struct vlan_interface *v = &from->interfaces[i];

		m->interfaces[i] =
		    find_interface(to, from->members[v->member].asn, v);
	}
	return 0;
}

/* The state of a switch goes on; a verdict only if direction stays as it is. */
static void continue_agents(struct intake *next, const struct agents *from,
			    const struct mapping *m)
{
	struct agents *to = &next->agents;

	for (size_t i = 0; i < from->config->switch_count; i++) {
		struct switch_state fresh;
		struct switch_state *s;

		if (m->switches[i] == SWITCH_GONE)
			continue;
		s = &to->switches[m->switches[i]];
		fresh = *s;
		*s = from->switches[i];
		if (s->mirrored)
			intake_mirror_switch(next, m->switches[i]);
		s->passes = from->switches[i].passes;
		if (from->config->switches[i].direction !=
		    to->config->switches[m->switches[i]].direction) {
			s->counted = fresh.counted;
			s->undecided = fresh.undecided;
		}
	}
}

/*
 * Move the cells whose ends both configurations know, and put the others at
 * the front of the array. Returns how many these are.
 */
static size_t move_cells(struct intake *to, const struct mapping *m,
			 struct cell *cells, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);
		uint32_t from = m->interfaces[e.from];
		uint32_t receiver = m->interfaces[e.to];
		uint32_t at = m->switches[e.switch_index];
		struct tally *t = NULL;

		if ((from || !e.from) && (receiver || !e.to) &&
		    at != SWITCH_GONE)
			t = aggregate_tally(
			    &to->open, raw_key((struct raw_ends){
					   .from = from,
					   .to = receiver,
					   .source = to->ports.capacity + at,
					   .family = e.family,
					   .final = true }));
		if (t)
			tally_add(t, &cells[i].tally);
		else
			cells[left++] = cells[i];
	}
	return left;
}

/* Samples held for a verdict follow their switch. */
static void move_held(struct intake *in, const struct port_table *ports,
		      struct port_table *to, const struct mapping *m)
{
	for (size_t i = 0; i < in->held_count; i++) {
		struct observation *o = &in->held[i];

		o->switch_index = m->switches[o->switch_index];
		if (o->port != PORT_NONE)
			o->port = port_table_find(
			    to, o->switch_index, ports->ports[o->port].ifindex);
	}
}

/* What is held for a switch that goes, or needs no verdict any more, is decided
 * while the old configuration holds. */
static void decide_for_the_gone(struct intake *in, const struct mapping *m,
				const struct config *to)
{
	const struct config *from = in->registry->config;

	for (uint32_t i = 0; i < from->switch_count; i++) {
		uint32_t at = m->switches[i];

		if (in->agents.switches[i].undecided &&
		    (at == SWITCH_GONE ||
		     to->switches[at].direction != from->switches[i].direction))
			intake_decide(in, i);
	}
}

static struct earlier_cells *make_list(struct generation *from)
{
	struct earlier_cells *list = calloc(1, sizeof(*list));

	if (list)
		list->generation = generation_ref(from);
	return list;
}

int intake_reload(struct intake *in, struct generation *from,
		  struct generation *to, struct earlier_cells **earlier)
{
	struct intake next = { .registry = to->registry };
	struct earlier_cells *list = make_list(from);
	struct mapping m = { 0 };
	int rc = intake_init(&next, to->registry);

	if (!list)
		rc = -ENOMEM;
	if (rc == 0)
		rc = mapping_init(&m, from->registry, to->registry);
	if (rc == 0)
		decide_for_the_gone(in, &m, to->config);
	intake_settle(in);
	if (rc == 0)
		rc = aggregate_take(&in->open, &list->cells, &list->count);
	if (rc != 0 || !list)
		goto out;

	/* Nothing can fail from here on. */
	mirror_ports_note(in, list->cells, list->count, in->step);
	combine_cells(in, list->cells, list->count, in->step);
	list->count = move_cells(&next, &m, list->cells, list->count);
	continue_agents(&next, &in->agents, &m);
	port_table_continue(&next.ports, &in->ports, m.switches);
	sides_continue(&next.sides, &in->sides, m.interfaces, m.switches);
	losses_continue(&next.losses, &in->losses, m.interfaces);
	bindings_continue(&next.bindings, &in->bindings, m.switches);
	move_held(in, &in->ports, &next.ports, &m);
	memcpy(next.held, in->held, in->held_count * sizeof(*in->held));
	next.held_count = in->held_count;
	next.expects_datagrams = in->expects_datagrams;
	next.first_us = in->first_us;
	next.input = in->input;
	next.mirrored = in->mirrored;
	next.ledger = in->ledger;
	next.skipped = in->skipped;
	next.time_us = in->time_us;
	next.step = in->step;
	intake_fini(in);
	*in = next;
	in->sides.ports = &in->ports;
	next = (struct intake){ 0 };
	*earlier = NULL;
	if (list->count > 0) {
		*earlier = list;
		list = NULL;
	}
out:
	earlier_cells_free(list);
	mapping_fini(&m);
	intake_fini(&next);
	return rc;
}
