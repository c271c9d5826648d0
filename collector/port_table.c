/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/port_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/port_steps.h"

enum { INDEX_CUT = 0xffffff }; /* what a compact sample says of one */

static void name_port(struct port_state *p)
{
	/* Cisco NX-OS numbers Ethernet ports by slot and port, and
	 * port-channels from another base; only a hint. */
	enum {
		NEXUS_ETHERNET = 0x1a000000,
		NEXUS_ETHERNET_END = 0x1b000000,
		NEXUS_CHANNEL = 0x16000000,
		NEXUS_CHANNEL_END = 0x16001000,
	};
	uint32_t i = p->ifindex;

	if (p->configured && p->configured->config->name) {
		(void)snprintf(p->name, sizeof(p->name), "%s",
			       p->configured->config->name);
		p->named = true;
	} else if (i >= NEXUS_ETHERNET && i < NEXUS_ETHERNET_END &&
		   (i & 0xfff) == 0) {
		(void)snprintf(p->name, sizeof(p->name), "Ethernet%u/%u",
			       ((i - NEXUS_ETHERNET) >> 19) + 1,
			       (i >> 12 & 0x7f) + 1);
	} else if (i >= NEXUS_CHANNEL && i < NEXUS_CHANNEL_END) {
		(void)snprintf(p->name, sizeof(p->name), "port-channel%u",
			       i - NEXUS_CHANNEL + 1);
	} else {
		(void)snprintf(p->name, sizeof(p->name), "ifIndex %u", i);
	}
}

static void set_aggregate(struct port_table *t, uint32_t port)
{
	const struct port_state *p = &t->ports[port];
	uint32_t *aggregate = &t->samples[port].aggregate;

	if (p->lag)
		*aggregate = p->lag->ifindex;
	else if (p->link.has_lag && p->link.lag.aggregate_ifindex)
		*aggregate = p->link.lag.aggregate_ifindex;
	else
		*aggregate = p->ifindex;
}

static void find_rules(struct port_table *t, uint32_t port)
{
	struct port_state *p = &t->ports[port];

	p->lag = registry_lag_of(t->registry, p->switch_index, p->name);
	t->samples[port].rules = p->configured ? p->configured : p->lag;
	set_aggregate(t, port);
}

static uint32_t port_of(const struct u64map *map, uint32_t switch_index,
			uint32_t ifindex)
{
	uint32_t found =
	    u64map_find(map, registry_port_key(switch_index, ifindex));

	return found == U64MAP_NONE ? (uint32_t)PORT_NONE : found;
}

static uint32_t add_port(struct port_table *t, uint32_t switch_index,
			 uint32_t ifindex, const struct port *configured)
{
	struct port_state *p;

	if (t->count == t->capacity ||
	    (!configured &&
	     t->learned[switch_index] == PORT_LEARNED_PER_SWITCH) ||
	    u64map_put(&t->by_key, registry_port_key(switch_index, ifindex),
		       t->count) < 0) {
		t->refused++;
		return PORT_NONE;
	}
	if (ifindex > INDEX_CUT &&
	    port_of(&t->by_cut, switch_index, ifindex & INDEX_CUT) == PORT_NONE)
		(void)!u64map_put(
		    &t->by_cut,
		    registry_port_key(switch_index, ifindex & INDEX_CUT),
		    t->count);
	t->learned[switch_index] += !configured;
	p = &t->ports[t->count];
	p->switch_index = switch_index;
	p->ifindex = ifindex;
	p->configured = configured;
	p->correction = 1;
	p->in_estimate_bps = NAN;
	p->out_estimate_bps = NAN;
	name_port(p);
	find_rules(t, t->count);
	return t->count++;
}

int port_table_init(struct port_table *t, const struct registry *registry)
{
	int rc;

	*t = (struct port_table){
		.registry = registry,
		.capacity = registry->port_count + PORT_LEARNED_MAX,
	};
	t->ports = calloc(t->capacity, sizeof(*t->ports));
	t->samples = aligned_alloc(_Alignof(struct port_samples),
				   t->capacity * sizeof(*t->samples));
	t->learned =
	    calloc(registry->config->switch_count + 1, sizeof(*t->learned));
	t->variances = calloc(t->capacity, sizeof(*t->variances));
	if (!t->ports || !t->samples || !t->variances || !t->learned) {
		port_table_fini(t);
		return -ENOMEM;
	}
	memset(t->samples, 0, t->capacity * sizeof(*t->samples));
	for (size_t i = 0; i < PORT_FOUND; i++)
		t->found[i].key = UINT64_MAX;
	rc = u64map_init(&t->by_key, t->capacity);
	if (rc == 0)
		rc = u64map_init(&t->by_cut, t->capacity);
	if (rc < 0) {
		port_table_fini(t);
		return rc;
	}
	for (uint32_t i = 0; i < registry->port_count; i++) {
		const struct port *p = &registry->ports[i];

		(void)add_port(t, p->switch_index, p->ifindex, p);
	}
	return 0;
}

void port_table_fini(struct port_table *t)
{
	free(t->ports);
	free(t->samples);
	free(t->variances);
	free(t->learned);
	u64map_fini(&t->by_key);
	u64map_fini(&t->by_cut);
	*t = (struct port_table){ 0 };
}

uint32_t port_table_look(const struct port_table *t, uint32_t switch_index,
			 uint32_t ifindex)
{
	return port_of(&t->by_key, switch_index, ifindex);
}

uint32_t port_table_find_cut(struct port_table *t, uint32_t switch_index,
			     uint32_t low_bits)
{
	uint32_t found = port_of(&t->by_cut, switch_index, low_bits);

	return found == PORT_NONE ? port_table_find(t, switch_index, low_bits)
				  : found;
}

uint32_t port_table_find_anew(struct port_table *t, uint32_t switch_index,
			      uint32_t ifindex, struct port_found *place)
{
	uint32_t found;

	if (ifindex == 0)
		return PORT_NONE;
	found = port_table_look(t, switch_index, ifindex);
	if (found == PORT_NONE)
		found = add_port(t, switch_index, ifindex, NULL);
	if (found != PORT_NONE)
		*place = (struct port_found){ .key = registry_port_key(
						  switch_index, ifindex),
					      .port = found };
	return found;
}

/* Take over a port's state, but not what the configuration says of it. */
static void continue_port(struct port_state *p, const struct port_state *from)
{
	struct port_state own = *p;

	*p = *from;
	p->switch_index = own.switch_index;
	p->configured = own.configured;
	p->named = own.named;
	memcpy(p->name, own.name, sizeof(p->name));
	/* A name that the agent gave stays, if the configuration gives none. */
	if (!own.named && from->named && !from->configured) {
		memcpy(p->name, from->name, sizeof(p->name));
		p->named = true;
	}
}

void port_table_continue(struct port_table *t, const struct port_table *from,
			 const uint32_t *switches)
{
	for (uint32_t i = 0; i < from->count; i++) {
		const struct port_state *p = &from->ports[i];
		uint32_t at;

		if (switches[p->switch_index] == SWITCH_GONE)
			continue;
		/* One that was only configured, and is no more. */
		if (p->configured && !p->counted && !p->sampled)
			continue;
		at = port_table_find(t, switches[p->switch_index], p->ifindex);
		if (at == PORT_NONE)
			continue;
		continue_port(&t->ports[at], p);
		t->samples[at] = from->samples[i];
		memcpy(t->variances[at], from->variances[i],
		       sizeof(t->variances[at]));
		find_rules(t, at);
	}
	t->refused += from->refused;
	t->restarts += from->restarts;
	t->odd_deltas += from->odd_deltas;
}

uint64_t port_speed(const struct port_state *p)
{
	if (p->configured && p->configured->config->speed_bps)
		return p->configured->config->speed_bps;
	return p->counted ? p->last.raw.speed_bps : 0;
}

static void take_delta(struct port_state *p, const struct counter_delta *delta,
		       int64_t from_us, int64_t to_us)
{
	double seconds = (double)(to_us - from_us) / US_PER_S;

	for (int i = 0; i < COUNTER_COUNT; i++)
		p->grown[i] += delta->grown[i];
	port_steps_spread(p, delta, from_us, to_us);
	p->interval_us = to_us - from_us;
	p->in_bps = 8 * (double)delta->grown[PORT_IN_OCTETS] / seconds;
	p->out_bps = 8 * (double)delta->grown[PORT_OUT_OCTETS] / seconds;
	p->has_rate =
	    !(delta->unknown & (1u << PORT_IN_OCTETS | 1u << PORT_OUT_OCTETS));
}

static void take_name(struct port_state *p, const char *name, size_t len)
{
	if (len == 0)
		return;
	if (len >= sizeof(p->name))
		len = sizeof(p->name) - 1;
	for (size_t i = 0; i < len; i++)
		p->name[i] = name[i] >= 0x20 && name[i] < 0x7f ? name[i] : '?';
	p->name[len] = '\0';
	p->named = true;
}

void port_table_counters(struct port_table *t, uint32_t port,
			 const struct sflow_counters *counters, int64_t time_us,
			 uint32_t uptime_ms)
{
	struct port_state *p = &t->ports[port];
	struct counter_reading now = {
		.time_us = time_us,
		.uptime_ms = uptime_ms,
		.raw = counters->interface,
	};
	struct counter_delta delta;

	if (counters->port_name && !p->named) {
		take_name(p, counters->port_name, counters->port_name_len);
		find_rules(t, port);
	}
	port_link_take(&p->link, counters);
	if (counters->has_lag)
		set_aggregate(t, port);
	if (!counters->has_interface)
		return;
	if (p->counted && !p->forgotten) {
		switch (
		    counter_difference(&p->last, &now, port_speed(p), &delta)) {
		case COUNTER_ACCEPTED:
			take_delta(p, &delta, p->last.time_us, time_us);
			break;
		case COUNTER_RESTARTED:
			t->restarts++;
			p->has_rate = false;
			break;
		case COUNTER_NO_TIME:
			/* A burst of equal times: the earlier one stays, so
			 * that no growth is lost. */
			t->odd_deltas++;
			return;
		}
	}
	p->last = now;
	p->counted = true;
	p->forgotten = false;
}

/* Move what the samples of a step have summed to their port. */
static void settle(struct port_table *t, uint32_t port)
{
	struct port_state *p = &t->ports[port];
	struct port_samples *samples = &t->samples[port];

	port_steps_add(p, samples->step, samples->estimate, t->variances[port]);
	for (int i = 0; i < 2; i++) {
		samples->estimate[i] = 0;
		t->variances[port][i] = 0;
	}
	/* The last one stays, for another to follow it. */
	if (samples->run > 1) {
		rate_window_run(&p->window, samples->step, samples->sub_agent,
				samples->run - 1);
		samples->run = 1;
	}
}

void port_table_settle(struct port_table *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->samples[i].step != 0)
			settle(t, i);
	}
}

static void forget(struct port_state *p)
{
	p->forgotten = true;
	p->given_out = 0;
}

void port_table_forget(struct port_table *t)
{
	port_table_settle(t);
	for (uint32_t i = 0; i < t->count; i++) {
		forget(&t->ports[i]);
		t->samples[i].step = 0;
	}
}

void port_table_forget_later(struct port_table *t, int64_t now_us)
{
	int64_t now = step_of_us(now_us);

	for (uint32_t i = 0; i < t->count; i++) {
		struct port_state *p = &t->ports[i];

		if (p->last.time_us > now_us || p->given_out > now)
			forget(p);
		if (t->samples[i].step > now) {
			settle(t, i);
			t->samples[i].step = 0;
		}
		for (int k = 0; k < PORT_PENDING_STEPS; k++) {
			if (p->pending[k].step > now)
				p->pending[k] = (struct port_step){ 0 };
		}
	}
}

void port_table_turn(struct port_table *t, uint32_t port, int64_t step)
{
	struct port_samples *samples = &t->samples[port];

	if (samples->step != 0)
		settle(t, port);
	samples->step = (int32_t)step;
	samples->run = 0;
	samples->rate[0] = 0;
	samples->rate[1] = 0;
	t->ports[port].sampled = true;
}

void port_table_odd_number(struct port_table *t, uint32_t port,
			   uint32_t sub_agent, uint32_t sequence)
{
	struct port_samples *samples = &t->samples[port];
	struct rate_window *w = &t->ports[port].window;

	settle(t, port);
	rate_window_sample(w, samples->step, sub_agent, sequence);
	samples->sub_agent = sub_agent;
	samples->newest = sequence;
	samples->run = rate_window_is_newest(w, sub_agent, sequence);
}

void port_table_see_side(struct port_table *t, uint32_t port, bool egress,
			 uint32_t rate)
{
	struct port_samples *samples = &t->samples[port];

	port_side_see(&t->ports[port].sides[egress], samples->step, rate);
	samples->rate[egress] = rate;
}
