/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/sides.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_LEAST_US = 5000000,
	KNOWN_AFTER_US = 30000000,
	BATCHES_USUAL = 8,
	/* Samples that are usual: that none comes is then one chance in e^7. */
	SILENCE_IS_SURE = 7,
	HALF_IS_SURE = 30,
};

int sides_init(struct sides *s, const struct registry *registry,
	       const struct port_table *ports)
{
	size_t bytes =
	    ((size_t)registry->interface_count + 1) * sizeof(*s->places);

	*s = (struct sides){ .registry = registry, .ports = ports };
	s->places = aligned_alloc(_Alignof(struct side_place), bytes);
	s->switches =
	    calloc(registry->config->switch_count + 1, sizeof(*s->switches));
	if (!s->places || !s->switches)
		return -ENOMEM;
	memset(s->places, 0, bytes);
	return 0;
}

void sides_fini(struct sides *s)
{
	free(s->places);
	free(s->switches);
	*s = (struct sides){ 0 };
}

void sides_see_switch(struct sides *s, uint32_t switch_index, bool egress,
		      int64_t step)
{
	port_sight_see(&s->switches[switch_index].sent[egress], step);
	if (!egress)
		s->ingress_step = step;
}

void sides_note_batch(struct sides *s, uint32_t switch_index, int64_t since_us,
		      int64_t time_us, const uint64_t samples[2])
{
	struct side_switch *w = &s->switches[switch_index];
	bool is_short =
	    time_us >= w->noted_us && time_us - w->noted_us < BATCH_LEAST_US;
	bool is_new = time_us - since_us < KNOWN_AFTER_US;

	for (int i = 0; i < 2; i++) {
		double now = (double)(samples[i] - w->samples[i]);

		w->absent[i] = false;
		w->odd[i] = true;
		if (is_short)
			continue;
		w->absent[i] =
		    (now == 0 && w->usual[i] >= SILENCE_IS_SURE) ||
		    (now < w->usual[i] / 2 && w->usual[i] >= HALF_IS_SURE);
		w->odd[i] = is_new || now < w->usual[i] / 2;
		w->usual[i] += (now - w->usual[i]) / BATCHES_USUAL;
		w->samples[i] = samples[i];
	}
	if (is_short)
		return;
	w->noted_us = time_us;
}

bool sides_had_egress(const struct sides *s, uint32_t switch_index,
		      int64_t step)
{
	int64_t before =
	    port_sight_before(&s->switches[switch_index].sent[1], step);

	/* While nothing at all comes nothing tells that ingress has ended. */
	return before > 0 && step - before <= SIDE_SWITCH_STEPS;
}

void sides_see_elsewhere(struct sides *s, uint32_t interface, uint32_t port,
			 bool egress, int64_t step)
{
	struct side_home *homes = s->places[interface].homes;
	struct side_home *oldest = &homes[0];

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		struct side_home *h = &homes[i];

		if (h->seen.last != 0 && h->port == port) {
			port_sight_see(&h->seen, step);
			h->by_egress = egress;
			return;
		}
		if (h->seen.last < oldest->seen.last)
			oldest = h;
	}
	*oldest = (struct side_home){ .port = port, .by_egress = egress };
	port_sight_see(&oldest->seen, step);
}

/* True if it was seen before the step, and not too long before. */
static bool was_seen(const struct port_sight *sight, int64_t step)
{
	int64_t before = port_sight_before(sight, step);

	return before > 0 && step - before <= SIDE_STEPS;
}

/* True if the switch of a port sampled that direction just before the step. */
static bool is_sampling(const struct sides *s, uint32_t port, bool egress,
			int64_t step)
{
	uint32_t at = s->ports->ports[port].switch_index;
	int64_t before = port_sight_before(&s->switches[at].sent[egress], step);

	return before > 0 && step - before <= SIDE_SWITCH_STEPS;
}

static enum config_direction direction_at(const struct sides *s, uint32_t port)
{
	uint32_t at = s->ports->ports[port].switch_index;

	return s->registry->config->switches[at].direction;
}

static enum side_state state_of_ingress(enum config_direction direction)
{
	switch (direction) {
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_BOTH:
		return SIDE_COMBINED;
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
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_BOTH:
		return SIDE_COMBINED;
	case CONFIG_DIRECTION_EGRESS:
		return SIDE_PLAIN;
	case CONFIG_DIRECTION_INGRESS:
	case CONFIG_DIRECTION_ANY:
		break;
	}
	return SIDE_UNSEEN;
}

/* One port joins what is known of what an interface sends: the last one before
 * the step tells the rate. A switch that counts by itself does so whatever the
 * others do. */
static void join_ingress(const struct sides *s, const struct side_home *h,
			 int64_t step, int64_t *last, struct side *out)
{
	enum side_state state = state_of_ingress(direction_at(s, h->port));
	int64_t before = port_sight_before(&h->seen, step);

	if (state == SIDE_UNSEEN || !was_seen(&h->seen, step) ||
	    !is_sampling(s, h->port, false, step))
		return;
	if (out->state != SIDE_PLAIN)
		out->state = state;
	if (before <= *last)
		return;
	*last = before;
	out->rate = port_side_rate(&s->ports->ports[h->port].sides[0], step);
	out->port = h->port;
}

static void look_at_ingress(const struct sides *s, uint32_t interface,
			    int64_t step, struct side *out)
{
	int64_t last = 0;

	for (int i = 0; i < SIDE_HOMES_MAX; i++)
		join_ingress(s, &s->places[interface].homes[i], step, &last,
			     out);
}

/* The egress side of one port joins what is known of an interface's; one port
 * that is not sampled, and the side is not. */
static bool join_egress(const struct sides *s, uint32_t port, int64_t step,
			struct side *out)
{
	const struct port_side *side = &s->ports->ports[port].sides[1];
	enum side_state state = state_of_egress(direction_at(s, port));

	if (state == SIDE_UNSEEN || !was_seen(&side->seen, step) ||
	    !is_sampling(s, port, true, step)) {
		out->state = SIDE_UNSEEN;
		return false;
	}
	if (out->state != SIDE_PLAIN)
		out->state = state;
	out->rate = port_side_rate(side, step);
	out->port = port;
	return true;
}

/* Who sends nothing may have a port by configuration. */
static void look_at_configured(const struct sides *s, uint32_t interface,
			       int64_t step, struct side *out)
{
	const struct registry *r = s->registry;
	uint32_t member = r->interfaces[interface].member;

	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *p = &r->ports[i];
		uint32_t at =
		    port_table_look(s->ports, p->switch_index, p->ifindex);

		if (at != PORT_NONE && port_has_member(p, member) &&
		    was_seen(&s->ports->ports[at].sides[1].seen, step))
			(void)join_egress(s, at, step, out);
	}
}

static void look_at_egress(const struct sides *s, uint32_t interface,
			   int64_t step, struct side *out)
{
	bool known = false;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (!was_seen(&h->seen, step))
			continue;
		known = true;
		if (!join_egress(s, h->port, step, out))
			return;
	}
	if (!known)
		look_at_configured(s, interface, step, out);
}

const struct side *sides_look(struct sides *s, uint32_t interface, bool egress,
			      int64_t step)
{
	struct side_place *p = &s->places[interface];
	struct side *side = egress ? &p->out : &p->in;
	uint32_t rate = side->rate;

	*side = (struct side){ .step = (uint32_t)step, .port = PORT_NONE };
	if (interface == REGISTRY_NOBODY)
		return side;
	if (sides_is_mirrored(s, interface, step)) {
		side->state = egress ? SIDE_UNSEEN : SIDE_PLAIN;
		return side;
	}
	if (egress)
		look_at_egress(s, interface, step, side);
	else
		look_at_ingress(s, interface, step, side);
	/* Nothing can be weighed by a rate that is none. */
	if (side->state == SIDE_COMBINED &&
	    (side->rate == 0 ||
	     balance_was_shut(egress ? &p->got : &p->sent, step)))
		side->state = SIDE_UNSEEN;
	if (side->state != SIDE_COMBINED)
		side->rate = rate;
	return side;
}

void sides_rates(struct sides *s, const struct side_pair *pair, int64_t step,
		 double rates[2])
{
	rates[BALANCE_IN] = sides_of(s, pair->from, false, step)->rate;
	rates[BALANCE_OUT] = sides_of(s, pair->to, true, step)->rate;
	if (pair->from == REGISTRY_NOBODY && pair->source < s->ports->count)
		rates[BALANCE_IN] = s->ports->ports[pair->source].sides[0].rate;
}

/* The switch where a side of a pair is sampled; NULL: not known. */
static const struct side_switch *
switch_of(struct sides *s, const struct side_pair *pair, int side, int64_t step)
{
	uint32_t port = side == BALANCE_OUT
			    ? sides_of(s, pair->to, true, step)->port
			    : sides_of(s, pair->from, false, step)->port;

	if (side == BALANCE_IN && pair->from == REGISTRY_NOBODY)
		port = pair->source;
	return port < s->ports->count
		   ? &s->switches[s->ports->ports[port].switch_index]
		   : NULL;
}

/* Whether nothing can be said of how the two sides agree. */
static bool is_odd(struct sides *s, const struct side_pair *pair, int64_t step)
{
	const struct side_switch *in = switch_of(s, pair, BALANCE_IN, step);
	const struct side_switch *out = switch_of(s, pair, BALANCE_OUT, step);

	return !in || !out || in->odd[BALANCE_IN] || out->odd[BALANCE_OUT];
}

static bool is_absent(struct sides *s, const struct side_pair *pair, int side,
		      int64_t step)
{
	const struct side_switch *w = switch_of(s, pair, side, step);

	return w && w->absent[side];
}

bool sides_weigh(struct sides *s, const struct side_pair *pair, bool egress,
		 int64_t step, const struct tally *tally)
{
	struct balance *got = &s->places[pair->to].got;
	struct balance_part part = {
		.side = egress ? BALANCE_OUT : BALANCE_IN,
		.packets = (double)tally->packets,
		.samples = (double)tally->samples,
	};
	double rates[2];

	if (is_odd(s, pair, step))
		return false;
	sides_rates(s, pair, step, rates);
	part.other_rate = rates[!part.side];
	/* What is lost at one receiver is nothing that its senders lose. */
	balance_begin(got, step);
	if (!got->loses && pair->from != REGISTRY_NOBODY)
		balance_add(&s->places[pair->from].sent, step, &part);
	balance_add(got, step, &part);
	return true;
}

/* Whether one side of a pair counts alone, as the last of the steps that are
 * closed together tells. */
static bool counts_alone(struct sides *s, const struct side_pair *pair,
			 int side, int64_t step)
{
	enum side_state in = sides_of(s, pair->from, false, step)->state;
	enum side_state out = sides_of(s, pair->to, true, step)->state;

	if (pair->from == REGISTRY_NOBODY)
		in = SIDE_COMBINED;
	if (side == BALANCE_IN)
		return in == SIDE_PLAIN || out == SIDE_UNSEEN ||
		       is_absent(s, pair, BALANCE_OUT, step) ||
		       balance_is_shut(&s->places[pair->to].got, BALANCE_OUT,
				       step);
	return in == SIDE_UNSEEN || out == SIDE_PLAIN ||
	       is_absent(s, pair, BALANCE_IN, step) ||
	       (pair->from != REGISTRY_NOBODY &&
		balance_is_shut(&s->places[pair->from].sent, BALANCE_IN, step));
}

double sides_part(struct sides *s, const struct side_pair *pair, bool egress,
		  int64_t step)
{
	double rates[2];

	if (counts_alone(s, pair, BALANCE_IN, step))
		return egress ? 0 : 1;
	if (counts_alone(s, pair, BALANCE_OUT, step))
		return egress ? 1 : 0;
	sides_rates(s, pair, step, rates);
	return rates[egress ? BALANCE_IN : BALANCE_OUT] /
	       (rates[BALANCE_IN] + rates[BALANCE_OUT]);
}

/* A port, or two of one LAG. */
static bool are_one(const struct port_table *t, uint32_t a, uint32_t b)
{
	return t->ports[a].switch_index == t->ports[b].switch_index &&
	       t->samples[a].aggregate == t->samples[b].aggregate;
}

/* A port by which nothing comes in is one of a LAG rather than of somebody who
 * is silent. */
static bool has_senders(const struct sides *s, uint32_t port, int64_t step)
{
	int64_t last = s->ports->ports[port].sides[0].seen.last;

	return last > 0 && step - last <= SIDE_STEPS;
}

bool sides_is_other_home(const struct sides *s, uint32_t interface,
			 uint32_t port, int64_t step)
{
	const struct port *rules = s->ports->samples[port].rules;
	bool known = false;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (h->seen.last == 0 || step - h->seen.last > SIDE_STEPS)
			continue;
		known = true;
		if (are_one(s->ports, h->port, port))
			return true;
	}
	if (rules &&
	    port_has_member(rules, s->registry->interfaces[interface].member))
		return true;
	return !known || !has_senders(s, port, step);
}

uint32_t sides_home(struct sides *s, uint32_t interface, int64_t step)
{
	return sides_of(s, interface, false, step)->port;
}

bool sides_has_home(const struct sides *s, uint32_t interface, int64_t step)
{
	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];
		int64_t last = h->seen.last;

		if (last > 0 && step - last <= SIDE_STEPS && !h->by_egress)
			return true;
	}
	return false;
}

uint32_t sides_last_home(const struct sides *s, uint32_t interface)
{
	const struct side_home *last = NULL;

	for (int i = 0; i < SIDE_HOMES_MAX; i++) {
		const struct side_home *h = &s->places[interface].homes[i];

		if (h->seen.last > 0 &&
		    (!last || h->seen.last > last->seen.last))
			last = h;
	}
	return last ? last->port : (uint32_t)PORT_NONE;
}

static void continue_place(struct side_place *to, const struct side_place *from,
			   const uint32_t *switches)
{
	to->sent = from->sent;
	to->got = from->got;
	if (from->mirrored.last > 0 &&
	    switches[from->mirrored_at] != SWITCH_GONE) {
		to->mirrored = from->mirrored;
		to->mirrored_at = switches[from->mirrored_at];
	}
}

void sides_continue(struct sides *s, const struct sides *from,
		    const uint32_t *interfaces, const uint32_t *switches)
{
	s->ingress_step = from->ingress_step;
	for (size_t i = 0; i < from->registry->config->switch_count; i++) {
		if (switches[i] != SWITCH_GONE)
			s->switches[switches[i]] = from->switches[i];
	}
	for (uint32_t i = 1; i < from->registry->interface_count; i++) {
		uint32_t at = interfaces[i];
		int n = 0;

		if (at != REGISTRY_NOBODY)
			continue_place(&s->places[at], &from->places[i],
				       switches);

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
