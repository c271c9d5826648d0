/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/headline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"

/* Series of ports to be added up. */
struct port_sum {
	const struct call *call;
	const struct traffic *like; /* whose rows they must have */
	uint32_t member;	    /* or REGISTRY_NO_MEMBER: everybody's */
	double *sums[WAY_COUNT];
	bool *counted; /* rows that any series said something of */
	/* Of each row, for how long the port at hand was wanted, and for how
	 * long it must not count: as a core port, or in a LAG that does. */
	uint32_t *of_member_s;
	uint32_t *left_out_s;
	bool is_lag;   /* the port at hand: before, its ports counted */
	bool complete; /* every port so far has a file */
	bool samples;  /* estimates are wanted, not counters */
};

uint32_t headline_lag_of(const struct registry *registry, uint32_t port)
{
	const struct port *inner = &registry->ports[port];
	const char *name = inner->config ? inner->config->name : NULL;

	for (uint32_t i = 0; name && i < registry->all_port_count; i++) {
		const struct port *outer = &registry->ports[i];

		if (outer->switch_index != inner->switch_index ||
		    !outer->config ||
		    !validity_overlaps(outer->holds, inner->holds))
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

/* The ifIndex of a LAG's port by its name: configured, for its own time or
 * else for another; or as it was heard of. */
static bool find_by_name(const struct call *call, const struct port *lag,
			 const char *name, uint32_t *ifindex)
{
	const struct config_switch *w =
	    &call->config->switches[lag->switch_index];
	const struct status *s = call->status;
	const struct config_port *found = NULL;

	for (size_t i = 0; i < w->port_count; i++) {
		const struct config_port *at = &w->ports[i];

		if (at->name && strcmp(at->name, name) == 0 &&
		    (!found || validity_overlaps(at->holds, lag->holds)))
			found = at;
	}
	if (found) {
		*ifindex = found->ifindex;
		return true;
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

static bool is_wanted(const struct port_sum *p, const struct port *port)
{
	if (p->member != REGISTRY_NO_MEMBER)
		return port_has_member(port, p->member);
	return port->member_count > 0 && !port->core;
}

/* Add the seconds for which something holds to those of each row. */
static void cover(const struct traffic *like, struct validity holds,
		  uint32_t *seconds)
{
	for (size_t row = 0; row < like->rows; row++) {
		int64_t from_s = like->from_s + (int64_t)row * like->row_s;
		int64_t to_s = from_s + like->row_s;

		if (holds.from_s > from_s)
			from_s = holds.from_s;
		if (validity_end_s(holds) < to_s)
			to_s = validity_end_s(holds);
		if (to_s > from_s)
			seconds[row] += (uint32_t)(to_s - from_s);
	}
}

static bool is_in_rows(const struct traffic *t, const struct port *port)
{
	const struct validity rows = {
		.from_s = t->from_s,
		.until_s = t->from_s + (int64_t)t->rows * t->row_s,
	};

	return validity_overlaps(port->holds, rows);
}

static bool is_same_port(const struct port *a, const struct port *b)
{
	return a->switch_index == b->switch_index && a->ifindex == b->ifindex;
}

/*
 * When a port was whose it is asked for, by all that is said of it. False if
 * an entry before has seen to it.
 */
static bool cover_port(struct port_sum *p, uint32_t index)
{
	const struct registry *registry = p->call->registry;
	const struct port *port = &registry->ports[index];

	memset(p->of_member_s, 0, p->like->rows * sizeof(*p->of_member_s));
	memset(p->left_out_s, 0, p->like->rows * sizeof(*p->left_out_s));
	for (uint32_t i = 0; i < registry->all_port_count; i++) {
		const struct port *other = &registry->ports[i];

		if (!is_same_port(port, other))
			continue;
		if (other->core || headline_lag_of(registry, i) != UINT32_MAX) {
			cover(p->like, other->holds, p->left_out_s);
			continue;
		}
		if (!is_wanted(p, other) || !is_in_rows(p->like, other))
			continue;
		if (i < index)
			return false;
		cover(p->like, other->holds, p->of_member_s);
	}
	return true;
}

/*
 * What a row of a port counts for: all, nothing, or it is not known, since the
 * port changed hands within it. For everybody's total it does not matter whose
 * a port was, as long as it was to be counted; where it was nobody's it may
 * well be silent.
 */
static void add_row(struct port_sum *p, size_t row, enum way way, double value)
{
	uint32_t whole_s = p->like->row_s;
	uint32_t mine_s = p->of_member_s[row];

	if (p->member != REGISTRY_NO_MEMBER) {
		if (mine_s == 0)
			return;
		if (mine_s < whole_s)
			value = NAN;
	} else {
		if (p->left_out_s[row] == whole_s ||
		    (mine_s == 0 && (isnan(value) || p->is_lag)))
			return;
		if (p->left_out_s[row] > 0)
			value = NAN;
	}
	p->sums[way][row] += value;
	p->counted[row] = true;
}

/* Estimates, as far as there are any. */
static int add_samples(struct port_sum *p, const struct series *series,
		       const struct series_range *range)
{
	const struct traffic *like = p->like;
	struct traffic port;
	int rc = traffic_read_samples(&port, p->call->config->state_dir, series,
				      range);

	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	for (size_t row = 0;
	     port.from_s == like->from_s && port.row_s == like->row_s &&
	     row < port.rows && row < like->rows;
	     row++) {
		for (int way = 0; way < WAY_COUNT; way++) {
			double value = traffic_column(&port, (enum way)way,
						      BAND_TOTAL)[row];

			if (!isnan(value))
				add_row(p, row, (enum way)way, value);
		}
	}
	traffic_fini(&port);
	return 0;
}

static int add_series(struct port_sum *p, const struct series *series)
{
	const struct traffic *like = p->like;
	struct series_range range = traffic_range(
	    like->from_s, like->from_s + (int64_t)like->rows * like->row_s,
	    like->row_s);
	struct traffic port;
	int rc;

	if (p->samples)
		return add_samples(p, series, &range);
	if (!traffic_has_file(p->call->config->state_dir, series)) {
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
	if (port.is_estimate || port.from_s != like->from_s ||
	    port.row_s != like->row_s || port.rows != like->rows)
		p->complete = false;
	for (int way = 0; p->complete && way < WAY_COUNT; way++) {
		const double *values =
		    traffic_column(&port, (enum way)way, BAND_TOTAL);

		for (size_t row = 0; row < like->rows; row++)
			add_row(p, row, (enum way)way, values[row]);
	}
	traffic_fini(&port);
	return 0;
}

static int add_lag_ports(struct port_sum *p, const struct port *lag)
{
	const struct config_port *config = lag->config;
	struct series series =
	    port_series(p->call->registry, lag->switch_index, 0);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->lag_count; i++) {
		if (find_by_name(p->call, lag, config->lag[i], &series.ifindex))
			rc = add_series(p, &series);
		else
			p->complete = false;
	}
	return rc;
}

/* A LAG by its own counters, or where it has none by its member ports'; its
 * samples are taken at these, or at itself. */
static int add_port(struct port_sum *p, const struct port *port)
{
	const struct registry *registry = p->call->registry;
	const struct config_port *config = port->config;
	struct series series =
	    port_series(registry, port->switch_index, port->ifindex);
	int rc = 0;

	p->is_lag = config && config->lag_count > 0;
	if (!p->is_lag ||
	    traffic_has_file(p->call->config->state_dir, &series)) {
		rc = add_series(p, &series);
		if (rc < 0 || !p->is_lag || !p->samples)
			return rc;
	}
	return add_lag_ports(p, port);
}

/* Whether the ports of the configuration can speak for this member. */
static enum headline_verdict can_speak(const struct registry *registry,
				       uint32_t member, const struct traffic *t)
{
	enum headline_verdict verdict = HEADLINE_NO_PORT;

	for (uint32_t i = 0; i < registry->all_port_count; i++) {
		const struct port *port = &registry->ports[i];

		if (!port_has_member(port, member) || !is_in_rows(t, port))
			continue;
		if (port->core)
			return HEADLINE_CORE_PORT;
		if (port->member_count > 1)
			return HEADLINE_SHARED_PORT;
		verdict = HEADLINE_COUNTED;
	}
	return verdict;
}

/* Whether each member is on a port, if only at some time: it had no traffic
 * at another. A port that several share is fine. */
static bool all_can_speak(const struct registry *registry)
{
	uint32_t count = 0;

	for (uint32_t m = 0; m < registry->member_count; m++) {
		bool found = false;

		for (uint32_t i = 0; !found && i < registry->all_port_count;
		     i++)
			found = port_has_member(&registry->ports[i], m) &&
				!registry->ports[i].core;
		count += found;
	}
	return count > 0 && count == registry->member_count;
}

static int start_sum(struct port_sum *p)
{
	size_t rows = p->like->rows + 1;

	for (int way = 0; way < WAY_COUNT; way++)
		p->sums[way] = calloc(rows, sizeof(double));
	p->counted = calloc(rows, sizeof(*p->counted));
	p->of_member_s = calloc(rows, sizeof(*p->of_member_s));
	p->left_out_s = calloc(rows, sizeof(*p->left_out_s));
	return p->sums[WAY_FROM] && p->sums[WAY_TO] && p->counted &&
		       p->of_member_s && p->left_out_s
		   ? 0
		   : -ENOMEM;
}

static void end_sum(struct port_sum *p)
{
	for (int way = 0; way < WAY_COUNT; way++)
		free(p->sums[way]);
	free(p->counted);
	free(p->of_member_s);
	free(p->left_out_s);
}

static int add_ports(struct port_sum *p)
{
	const struct registry *registry = p->call->registry;
	int rc = 0;

	for (uint32_t i = 0;
	     rc == 0 && p->complete && i < registry->all_port_count; i++) {
		const struct port *port = &registry->ports[i];

		if (is_wanted(p, port) && is_in_rows(p->like, port) &&
		    headline_lag_of(registry, i) == UINT32_MAX &&
		    cover_port(p, i))
			rc = add_port(p, port);
	}
	for (size_t row = 0; row < p->like->rows; row++) {
		if (!p->counted[row])
			p->sums[WAY_FROM][row] = p->sums[WAY_TO][row] = NAN;
	}
	return rc;
}

static struct port_sum sum_for(const struct traffic *like,
			       const struct call *call,
			       const struct member *member)
{
	const struct member *first = call->registry->members;

	return (struct port_sum){ .call = call,
				  .like = like,
				  .member = member ? (uint32_t)(member - first)
						   : REGISTRY_NO_MEMBER,
				  .complete = true };
}

int headline_apply(struct traffic *t, const struct call *call,
		   const struct member *member, bool *exact)
{
	const struct registry *registry = call->registry;
	struct port_sum p = sum_for(t, call, member);
	int rc;

	*exact = false;
	if (member ? can_speak(registry, p.member, t) != HEADLINE_COUNTED
		   : !all_can_speak(registry))
		return 0;
	rc = start_sum(&p);
	if (rc == 0)
		rc = add_ports(&p);
	if (rc == 0 && p.complete)
		*exact =
		    traffic_take_counters(t, p.sums[WAY_FROM], p.sums[WAY_TO]);
	end_sum(&p);
	return rc;
}

int headline_counters(double *const rows[WAY_COUNT],
		      enum headline_verdict *verdict,
		      const struct traffic *like, const struct call *call,
		      const struct member *member)
{
	struct port_sum p = sum_for(like, call, member);
	int rc;

	*verdict = can_speak(call->registry, p.member, like);
	if (*verdict != HEADLINE_COUNTED)
		return 0;
	rc = start_sum(&p);
	if (rc == 0)
		rc = add_ports(&p);
	if (!p.complete)
		*verdict = HEADLINE_NO_COUNTERS;
	for (int way = 0; rc == 0 && p.complete && way < WAY_COUNT; way++)
		memcpy(rows[way], p.sums[way], like->rows * sizeof(double));
	end_sum(&p);
	return rc;
}

int headline_samples(double *const rows[WAY_COUNT], const struct traffic *like,
		     const struct call *call, const struct member *member)
{
	struct port_sum p = sum_for(like, call, member);
	int rc;

	p.samples = true;
	rc = start_sum(&p);
	if (rc == 0)
		rc = add_ports(&p);
	for (int way = 0; rc == 0 && way < WAY_COUNT; way++) {
		for (size_t row = 0; row < like->rows; row++) {
			double value = p.sums[way][row];

			rows[way][row] = isnan(value) ? 0 : value;
		}
	}
	end_sum(&p);
	return rc;
}
