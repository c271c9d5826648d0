/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ixp/registry.h"

enum { NUMBER_SIZE = 12, LABELS_MAX = 6 };

/* A port's labels: those of all, and those of one sample behind them. */
struct label_set {
	struct exposition_label labels[LABELS_MAX];
	size_t count;
	char ifindex[NUMBER_SIZE];
};

static void put(struct label_set *set, const char *name, const char *value)
{
	set->labels[set->count++] = (struct exposition_label){ name, value };
}

static void put_port(struct label_set *set, const struct metrics *m,
		     const struct port_row *row)
{
	const struct config *config = m->call->config;

	set->count = 0;
	(void)snprintf(set->ifindex, sizeof(set->ifindex), "%" PRIu32,
		       row->ifindex);
	put(set, "switch", config->switches[row->switch_index].name);
	put(set, "ifindex", set->ifindex);
	put(set, "port", row->name);
}

static const char *const ways[] = { "in", "out" };
static const char *const casts[] = { "unicast", "multicast", "broadcast" };

/* What ports count, each in both directions. */
enum counted { OCTETS, FRAMES, ERRORS, DISCARDS, ESTIMATE, COUNTED_COUNT };

static const struct exposition_family counted_families[COUNTED_COUNT] = {
	[OCTETS] = { "lanterne_port_bytes", EXPOSITION_COUNTER, "bytes",
		     "Octets by the port's own counters, seen from the "
		     "switch: what it reported in counter samples." },
	[FRAMES] = { "lanterne_port_packets", EXPOSITION_COUNTER, "packets",
		     "Frames by the port's own counters." },
	[ERRORS] = { "lanterne_port_errors", EXPOSITION_COUNTER, NULL,
		     "Errors by the port's own counters." },
	[DISCARDS] = { "lanterne_port_discards", EXPOSITION_COUNTER, NULL,
		       "Discarded frames by the port's own counters." },
	[ESTIMATE] = { "lanterne_port_estimated_bytes", EXPOSITION_COUNTER,
		       "bytes",
		       "Octets by the samples that were taken at the port." },
};

static void add_counter(struct metrics *m, struct label_set *set,
			const struct cumulative_item *item, size_t column)
{
	exposition_add_u64(
	    &m->e, (struct exposition_labels){ set->labels, set->count },
	    item->values[column], (double)item->since_s);
}

static void add_counted(struct metrics *m, const struct port_row *row,
			const struct cumulative_item *item,
			enum counted counted)
{
	static const size_t columns[COUNTED_COUNT][2] = {
		[OCTETS] = { PORT_IN_OCTETS, PORT_OUT_OCTETS },
		[FRAMES] = { PORT_IN_UCAST, PORT_OUT_UCAST },
		[ERRORS] = { PORT_IN_ERRORS, PORT_OUT_ERRORS },
		[DISCARDS] = { PORT_IN_DISCARDS, PORT_OUT_DISCARDS },
		[ESTIMATE] = { PORT_IN_ESTIMATE, PORT_OUT_ESTIMATE },
	};
	struct label_set set;

	put_port(&set, m, row);
	for (size_t way = 0; way < 2; way++) {
		size_t column = columns[counted][way];

		put(&set, "direction", ways[way]);
		for (size_t c = 0; counted == FRAMES && c < 3; c++) {
			put(&set, "cast", casts[c]);
			add_counter(m, &set, item, column + c);
			set.count--;
		}
		if (counted != FRAMES)
			add_counter(m, &set, item, column);
		set.count--;
	}
}

static void add_family(struct metrics *m, enum counted counted)
{
	bool is_begun = false;

	for (size_t i = 0; i < m->port_count; i++) {
		const struct series series =
		    ports_series(m->call, &m->ports[i]);
		const struct cumulative_item *item =
		    cumulative_find(&m->counters, &series);

		if (!item)
			continue;
		if (!is_begun)
			exposition_begin(&m->e, &counted_families[counted]);
		is_begun = true;
		add_counted(m, &m->ports[i], item, counted);
	}
}

static void add_gauge(struct metrics *m, struct label_set *set, double value)
{
	exposition_add(&m->e,
		       (struct exposition_labels){ set->labels, set->count },
		       value, (double)NAN);
}

/* How a port is: one figure each. */
enum state { UP, SPEED, SEEN, FCS, LAG, STATE_COUNT };

static const struct exposition_family state_families[STATE_COUNT] = {
	[UP] = { "lanterne_port_up", EXPOSITION_GAUGE, NULL,
		 "Whether the port's link is up, as the switch last said." },
	[SPEED] = { "lanterne_port_speed_bytes_per_second", EXPOSITION_GAUGE,
		    NULL, "The port's speed, one eighth of its bit/s." },
	[SEEN] = { "lanterne_port_counters_timestamp_seconds", EXPOSITION_GAUGE,
		   "seconds", "When the port's counters were heard of last." },
	[FCS] = { "lanterne_port_fcs_errors", EXPOSITION_COUNTER, NULL,
		  "FCS errors of the port since the collector started." },
	[LAG] = { "lanterne_port_lag_forwards", EXPOSITION_GAUGE, NULL,
		  "Whether LACP has the port collecting and distributing." },
};

static double known(int truth)
{
	return truth < 0 ? (double)NAN : truth;
}

static double state_of(const struct port_row *row, enum state state)
{
	const struct status_port *p = row->status;

	switch (state) {
	case SPEED:
		return row->speed_bps > 0 ? row->speed_bps / 8 : (double)NAN;
	case UP:
		return p ? known(p->up) : (double)NAN;
	case SEEN:
		return p ? p->last_counters : (double)NAN;
	case FCS:
		return p ? p->fcs_errors : (double)NAN;
	case LAG:
		return p ? known(p->lag_forwards) : (double)NAN;
	case STATE_COUNT:
		break;
	}
	return (double)NAN;
}

static void add_state(struct metrics *m, enum state state)
{
	const struct status *s = m->call->status;
	struct label_set set;

	exposition_begin(&m->e, &state_families[state]);
	for (size_t i = 0; i < m->port_count; i++) {
		put_port(&set, m, &m->ports[i]);
		exposition_add(
		    &m->e, (struct exposition_labels){ set.labels, set.count },
		    state_of(&m->ports[i], state),
		    s ? s->started : (double)NAN);
	}
}

/* Samples against counters. */
enum compared { RATIO, INTERVAL, DRIFT, COMPARED_COUNT };

static const struct exposition_family compared_families[COMPARED_COUNT] = {
	[RATIO] = { "lanterne_port_calibration_ratio", EXPOSITION_GAUGE,
		    "ratio",
		    "Estimate of the samples divided by the counters, of the "
		    "last five minutes that had both." },
	[INTERVAL] = { "lanterne_port_calibration_interval_ratio",
		       EXPOSITION_GAUGE, "ratio",
		       "Half the width of the 95 % interval that chance "
		       "explains of the calibration." },
	[DRIFT] = { "lanterne_port_calibration_drift", EXPOSITION_GAUGE, NULL,
		    "Whether the samples drift from the counters: 1 above "
		    "them, -1 below, 0 not." },
};

static double compared_of(const struct status_calibration *c,
			  enum compared compared)
{
	if (isnan(c->ratio))
		return (double)NAN;
	return compared == RATIO      ? c->ratio
	       : compared == INTERVAL ? c->ci95
				      : c->drift;
}

static void add_compared(struct metrics *m, enum compared compared)
{
	struct label_set set;

	exposition_begin(&m->e, &compared_families[compared]);
	for (size_t i = 0; i < m->port_count; i++) {
		const struct status_port *p = m->ports[i].status;

		if (!p)
			continue;
		for (size_t way = 0; way < 2; way++) {
			put_port(&set, m, &m->ports[i]);
			put(&set, "direction", ways[way]);
			add_gauge(m, &set,
				  compared_of(way ? &p->out_calibration
						  : &p->in_calibration,
					      compared));
		}
	}
}

/* "AS64500,AS64501", "core", or nothing: in no reader's language. */
static void add_owner(struct text *out, const struct metrics *m,
		      const struct port *port)
{
	const struct registry *r = m->call->registry;

	if (!port)
		return;
	if (port->core)
		text_add(out, "core");
	for (uint32_t i = 0; i < port->member_count; i++)
		text_addf(out, "%sAS%" PRIu32, out->len ? "," : "",
			  r->members[port->members[i]].asn);
}

static void add_info(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_port", EXPOSITION_INFO, NULL,
		"The ports, and whose they are by the configuration."
	};
	struct label_set set;
	struct text owner;

	text_init(&owner);
	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < m->port_count; i++) {
		const struct port_row *row = &m->ports[i];

		text_clear(&owner);
		add_owner(&owner, m, row->port);
		put_port(&set, m, row);
		put(&set, "owner", text_str(&owner));
		put(&set, "configured", row->port ? "yes" : "no");
		add_gauge(m, &set, 1);
	}
	text_fini(&owner);
}

void metrics_add_ports(struct metrics *m)
{
	for (enum counted c = OCTETS; c < COUNTED_COUNT; c++)
		add_family(m, c);
	for (enum state s = UP; s < STATE_COUNT; s++)
		add_state(m, s);
	for (enum compared c = RATIO; c < COMPARED_COUNT; c++)
		add_compared(m, c);
	add_info(m);
}
