/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/headline.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/err.h"

/* Series of ports to be added up. */
struct port_sum {
	const struct call *call;
	struct traffic sum;
	bool started;
	bool complete; /* every port so far has a file */
};

uint32_t headline_lag_of(const struct registry *registry, uint32_t port)
{
	const struct port *inner = &registry->ports[port];
	const char *name = inner->config ? inner->config->name : NULL;

	for (uint32_t i = 0; name && i < registry->port_count; i++) {
		const struct port *outer = &registry->ports[i];

		if (outer->switch_index != inner->switch_index ||
		    !outer->config)
			continue;
		for (size_t j = 0; j < outer->config->lag_count; j++) {
			if (strcmp(outer->config->lag[j], name) == 0)
				return i;
		}
	}
	return UINT32_MAX;
}

static struct series port_series(const struct registry *registry,
				 uint32_t switch_index, uint32_t ifindex)
{
	return (struct series){
		.kind = SERIES_PORT,
		.switch_name = registry->config->switches[switch_index].name,
		.ifindex = ifindex
	};
}

static bool has_file(const struct call *call, const struct series *series)
{
	char path[PATH_MAX];

	return series_path(path, sizeof(path), call->config->state_dir,
			   series) == 0 &&
	       access(path, R_OK) == 0;
}

/* The ifIndex of a port by its name: configured, else as it was heard of. */
static bool find_by_name(const struct call *call, uint32_t switch_index,
			 const char *name, uint32_t *ifindex)
{
	const struct config_switch *w = &call->config->switches[switch_index];
	const struct status *s = call->status;

	for (size_t i = 0; i < w->port_count; i++) {
		if (w->ports[i].name && strcmp(w->ports[i].name, name) == 0) {
			*ifindex = w->ports[i].ifindex;
			return true;
		}
	}
	for (size_t i = 0; s && i < s->port_count; i++) {
		if (strcmp(s->ports[i].switch_name, w->name) == 0 &&
		    strcmp(s->ports[i].name, name) == 0 &&
		    s->ports[i].ifindex >= 0 &&
		    s->ports[i].ifindex <= UINT32_MAX) {
			*ifindex = (uint32_t)s->ports[i].ifindex;
			return true;
		}
	}
	return false;
}

static int add_series(struct port_sum *p, const struct traffic *like,
		      const struct series *series)
{
	struct series_range range = traffic_range(
	    like->from_s, like->from_s + (int64_t)like->rows * like->row_s,
	    like->row_s);
	struct traffic port;
	int rc;

	if (!has_file(p->call, series)) {
		p->complete = false;
		return 0;
	}
	rc = traffic_read(&port, p->call->config->state_dir, series, &range);
	/* A damaged file of one port costs that port's counters, not the
	 * page; the reader has logged it. */
	if (rc == ERR_STORE)
		p->complete = false;
	if (rc < 0)
		return rc == ERR_STORE ? 0 : rc;
	if (port.is_estimate)
		p->complete = false;
	if (!p->started) {
		p->sum = port;
		p->started = true;
		return 0;
	}
	if (traffic_add_totals(&p->sum, &port) < 0)
		p->complete = false;
	traffic_fini(&port);
	return 0;
}

/* A LAG by its own counters, or where it has none by its member ports'. */
static int add_port(struct port_sum *p, const struct traffic *like,
		    const struct port *port)
{
	const struct registry *registry = p->call->registry;
	const struct config_port *config = port->config;
	struct series series =
	    port_series(registry, port->switch_index, port->ifindex);
	int rc = 0;

	if (!config || config->lag_count == 0 || has_file(p->call, &series))
		return add_series(p, like, &series);
	for (size_t i = 0; rc == 0 && i < config->lag_count; i++) {
		if (!find_by_name(p->call, port->switch_index, config->lag[i],
				  &series.ifindex))
			p->complete = false;
		else
			rc = add_series(p, like, &series);
	}
	return rc;
}

static bool is_on(const struct port *port, uint32_t member)
{
	for (uint32_t i = 0; i < port->member_count; i++) {
		if (port->members[i] == member)
			return true;
	}
	return false;
}

/* Whether the ports of the configuration can speak for this member. */
static bool can_speak(const struct registry *registry, uint32_t member,
		      bool shared_is_fine)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < registry->port_count; i++) {
		const struct port *port = &registry->ports[i];

		if (!is_on(port, member))
			continue;
		if (port->core || (!shared_is_fine && port->member_count > 1))
			return false;
		count++;
	}
	return count > 0;
}

static bool all_can_speak(const struct registry *registry, uint32_t member)
{
	if (member != REGISTRY_NO_MEMBER)
		return can_speak(registry, member, false);
	for (uint32_t i = 0; i < registry->member_count; i++) {
		if (!can_speak(registry, i, true))
			return false;
	}
	return registry->member_count > 0;
}

int headline_apply(struct traffic *t, const struct call *call,
		   const struct member *member, bool *exact)
{
	const struct registry *registry = call->registry;
	uint32_t index = member ? (uint32_t)(member - registry->members)
				: REGISTRY_NO_MEMBER;
	struct port_sum p = { .call = call, .complete = true };
	int rc = 0;

	*exact = false;
	if (!all_can_speak(registry, index))
		return 0;
	for (uint32_t i = 0; rc == 0 && p.complete && i < registry->port_count;
	     i++) {
		const struct port *port = &registry->ports[i];
		bool wanted = member ? is_on(port, index)
				     : port->member_count > 0 && !port->core;

		if (wanted && headline_lag_of(registry, i) == UINT32_MAX)
			rc = add_port(&p, t, port);
	}
	if (rc == 0 && p.started && p.complete)
		*exact = traffic_take_counters(t, &p.sum);
	if (p.started)
		traffic_fini(&p.sum);
	return rc;
}
