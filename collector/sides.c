/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/sides.h"

#include <errno.h>
#include <stdlib.h>

int sides_init(struct sides *s, const struct registry *registry,
	       const struct port_table *ports)
{
	*s = (struct sides){ .registry = registry, .ports = ports };
	s->places = calloc(registry->interface_count + 1, sizeof(*s->places));
	return s->places ? 0 : -ENOMEM;
}

void sides_fini(struct sides *s)
{
	free(s->places);
	*s = (struct sides){ 0 };
}

void sides_see_elsewhere(struct sides *s, uint32_t interface, uint32_t port,
			 int64_t step)
{
	struct side_home *homes = s->places[interface].homes;
	struct side_home *oldest = &homes[0];

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		struct side_home *h = &homes[i];

		if (h->seen.last != 0 && h->port == port) {
			port_sight_see(&h->seen, step);
			return;
		}
		if (h->seen.last < oldest->seen.last)
			oldest = h;
	}
	*oldest = (struct side_home){ .port = port };
	port_sight_see(&oldest->seen, step);
}

/* True if it was seen before the step, and not too long before. */
static bool was_seen(const struct port_sight *sight, int64_t step)
{
	int64_t before = port_sight_before(sight, step);

	return before > 0 && step - before <= SIDE_STEPS;
}

static enum config_direction direction_at(const struct sides *s, uint32_t port)
{
	uint32_t at = s->ports->ports[port].switch_index;

	return s->registry->config->switches[at].direction;
}

static enum side_state state_of_ingress(enum config_direction direction)
{
	switch (direction) {
	case CONFIG_DIRECTION_BOTH:
		return SIDE_COMBINED;
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_INGRESS:
	case CONFIG_DIRECTION_ANY:
		return SIDE_PLAIN;
	case CONFIG_DIRECTION_EGRESS:
		break;
	}
	return SIDE_UNSEEN;
}

static enum side_state state_of_egress(enum config_direction direction)
{
	switch (direction) {
	case CONFIG_DIRECTION_BOTH:
		return SIDE_COMBINED;
	case CONFIG_DIRECTION_EGRESS:
		return SIDE_PLAIN;
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_INGRESS:
	case CONFIG_DIRECTION_ANY:
		break;
	}
	return SIDE_UNSEEN;
}

/* The home where an interface was seen last before the step; NULL: none. */
static const struct side_home *last_home(const struct sides *s,
					 uint32_t interface, int64_t step)
{
	const struct side_home *last = NULL;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (was_seen(&h->seen, step) &&
		    (!last || port_sight_before(&h->seen, step) >
				  port_sight_before(&last->seen, step)))
			last = h;
	}
	return last;
}

static void look_at_ingress(const struct sides *s, uint32_t interface,
			    struct side *out)
{
	const struct side_home *h = last_home(s, interface, out->step);
	const struct port_side *side;

	if (!h)
		return;
	side = &s->ports->ports[h->port].sides[0];
	out->state = state_of_ingress(direction_at(s, h->port));
	out->rate = port_side_rate(side, out->step);
	out->port = h->port;
}

/* The egress side of one port joins what is known of an interface's; one port
 * that is not sampled, and the side is not. */
static bool join_egress(const struct sides *s, uint32_t port, struct side *out)
{
	const struct port_side *side = &s->ports->ports[port].sides[1];
	enum side_state state = state_of_egress(direction_at(s, port));

	if (state == SIDE_UNSEEN || !was_seen(&side->seen, out->step)) {
		out->state = SIDE_UNSEEN;
		return false;
	}
	if (out->state != SIDE_COMBINED)
		out->state = state;
	out->rate = port_side_rate(side, out->step);
	out->port = port;
	return true;
}

/* Who sends nothing may have a port by configuration. */
static void look_at_configured(const struct sides *s, uint32_t interface,
			       struct side *out)
{
	const struct registry *r = s->registry;
	uint32_t member = r->interfaces[interface].member;

	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *p = &r->ports[i];
		uint32_t at =
		    port_table_look(s->ports, p->switch_index, p->ifindex);

		for (uint32_t k = 0; at != PORT_NONE && k < p->member_count;
		     k++) {
			if (p->members[k] == member &&
			    was_seen(&s->ports->ports[at].sides[1].seen,
				     out->step))
				(void)join_egress(s, at, out);
		}
	}
}

static void look_at_egress(const struct sides *s, uint32_t interface,
			   struct side *out)
{
	bool known = false;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (!was_seen(&h->seen, out->step))
			continue;
		known = true;
		if (!join_egress(s, h->port, out))
			return;
	}
	if (!known)
		look_at_configured(s, interface, out);
}

const struct side *sides_look(struct sides *s, uint32_t interface, bool egress,
			      int64_t step)
{
	struct side_place *p = &s->places[interface];
	struct side *side = egress ? &p->out : &p->in;
	uint32_t rate = side->rate;

	*side = (struct side){ .step = step, .port = PORT_NONE };
	if (interface == REGISTRY_NOBODY)
		return side;
	if (egress)
		look_at_egress(s, interface, side);
	else
		look_at_ingress(s, interface, side);
	/* Nothing can be weighed by a rate that is none. */
	if (side->state == SIDE_COMBINED && side->rate == 0)
		side->state = SIDE_UNSEEN;
	if (side->state != SIDE_COMBINED)
		side->rate = rate;
	return side;
}

double sides_part(struct sides *s, uint32_t from, uint32_t to, bool egress,
		  int64_t step)
{
	double in = sides_of(s, from, false, step)->rate;
	double out = sides_of(s, to, true, step)->rate;

	return (egress ? in : out) / (in + out);
}

/* A port, or two of one LAG. */
static bool are_one(const struct port_state *a, const struct port_state *b)
{
	return a->switch_index == b->switch_index &&
	       a->aggregate == b->aggregate;
}

bool sides_is_other_home(const struct sides *s, uint32_t interface,
			 uint32_t port, int64_t step)
{
	const struct port *rules = s->ports->ports[port].rules;
	bool known = false;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (h->seen.last == 0 || step - h->seen.last > SIDE_STEPS)
			continue;
		known = true;
		if (are_one(&s->ports->ports[h->port], &s->ports->ports[port]))
			return true;
	}
	for (uint32_t i = 0; rules && i < rules->member_count; i++) {
		if (rules->members[i] ==
		    s->registry->interfaces[interface].member)
			return true;
	}
	return !known;
}

uint32_t sides_home(struct sides *s, uint32_t interface, int64_t step)
{
	return sides_of(s, interface, false, step)->port;
}

void sides_continue(struct sides *s, const struct sides *from,
		    const uint32_t *interfaces, const uint32_t *switches)
{
	for (uint32_t i = 1; i < from->registry->interface_count; i++) {
		uint32_t at = interfaces[i];
		int n = 0;

		for (int k = 0; at != REGISTRY_NOBODY && k < SIDE_HOMES_MAX;
		     k++) {
			struct side_home home = from->places[i].homes[k];
			const struct port_state *p =
			    &from->ports->ports[home.port];

			if (home.seen.last == 0 ||
			    switches[p->switch_index] == SWITCH_GONE)
				continue;
			home.port = port_table_look(
			    s->ports, switches[p->switch_index], p->ifindex);
			if (home.port != PORT_NONE)
				s->places[at].homes[n++] = home;
		}
	}
}
