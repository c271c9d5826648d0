/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PORT_TABLE_H
#define LANTERNE_COLLECTOR_PORT_TABLE_H

/*
 * port_table — every port that is configured or was heard of, with its
 * counters, its estimates and its steps not yet complete (port_steps.h).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/calibration.h"
#include "collector/counters.h"
#include "collector/port_link.h"
#include "collector/port_samples.h"
#include "collector/rate_window.h"
#include "ixp/registry.h"
#include "store/record.h"
#include "util/attr.h"
#include "util/u64map.h"

enum {
	PORT_NONE = 0xffffffff,
	SWITCH_GONE = 0xffffffff,
	PORT_NAME_SIZE = 64,
	PORT_LEARNED_MAX = 8192, /* ports held beside the configured ones */
	PORT_LEARNED_PER_SWITCH = 1024, /* no box has more; forgers may */
	PORT_PENDING_STEPS = 16,
	PORT_FOUND = 1 << 10,
};

/* In which steps something was seen: the last one, and the last before that.
 * 0: in none. */
struct port_sight {
	int64_t last;
	int64_t before;
};

static inline void port_sight_see(struct port_sight *s, int64_t step)
{
	if (s->last != step) {
		s->before = s->last;
		s->last = step;
	}
}

/** The last step before another in which it was seen; 0: none is known. */
static inline int64_t port_sight_before(const struct port_sight *s,
					int64_t step)
{
	if (s->last < step)
		return s->last;
	return s->before < step ? s->before : 0;
}

/* What a port samples of one direction. */
struct port_side {
	struct port_sight seen;
	uint32_t rate;	      /* of the last sample */
	uint32_t rate_before; /* as the last step in which it was seen began */
};

static inline void port_side_see(struct port_side *s, int64_t step,
				 uint32_t rate)
{
	if (s->seen.last != step)
		s->rate_before = s->rate;
	port_sight_see(&s->seen, step);
	s->rate = rate;
}

/** The sampling rate before a step; valid if it was seen before it. */
static inline uint32_t port_side_rate(const struct port_side *s, int64_t step)
{
	return s->seen.last < step ? s->rate : s->rate_before;
}

/* A step of a port that is still being filled. */
struct port_step {
	int64_t step;	    /* steps since the epoch; 0: free */
	int64_t covered_us; /* by accepted deltas */
	uint64_t grown[COUNTER_COUNT];
	uint32_t unknown;     /* as in counter_delta */
	uint64_t in_estimate; /* bytes */
	uint64_t out_estimate;
	double variance[2];   /* of these, bytes² */
	uint64_t restored[2]; /* of the estimates, from before a restart: it is
			       * corrected, and has no variance */
	/* known once the step was closed, which a silence leaves out */
	int64_t observed_us; /* of the step's 60 s */
	bool edge;	     /* first or last step of a replay */
	bool estimate_known; /* the switch was alive */
	bool corrected;	     /* the estimates are */
};

struct port_state {
	uint32_t switch_index;
	uint32_t ifindex;
	const struct port *configured; /* NULL: learned */
	const struct port *lag;	       /* that names it; NULL: none does */
	char name[PORT_NAME_SIZE];     /* see port_table_name */
	bool named;		       /* by configuration or the agent */
	struct counter_reading last;   /* valid if counted */
	bool counted;		       /* a counter sample came in */
	bool forgotten;		       /* last is not to be compared with */
	struct port_link link;
	bool has_rate;
	double in_bps; /* of the last accepted delta; valid if has_rate */
	double out_bps;
	uint64_t grown[COUNTER_COUNT]; /* accepted since the start */
	uint64_t in_estimate;	       /* bytes since the start */
	uint64_t out_estimate;
	double in_estimate_bps; /* of the last closed step; NaN unknown */
	double out_estimate_bps;
	bool sampled;	  /* flow samples came, or had before a restart */
	bool mirrored[2]; /* what came in, what went out: a mirror is to see
			   * all of it (mirror_ports.h) */
	struct port_side sides[2]; /* ingress, egress */
	struct rate_window window;
	double correction; /* of its estimates: samples taken for each that
			    * came, lately; 1 if it is not corrected */
	struct calibration calibration[2]; /* ingress, egress */
	struct port_step pending[PORT_PENDING_STEPS];
	int64_t given_out;   /* the last step given out; 0: none */
	int64_t interval_us; /* between the last two counter samples */
};

/* A port's complete step. */
struct port_row {
	uint32_t port;
	uint32_t switch_index;
	uint32_t ifindex;
	struct record_port amounts;
};

/* A port that was found lately. */
struct port_found {
	uint64_t key; /* registry_port_key; UINT64_MAX: none */
	uint32_t port;
};

struct port_table {
	const struct registry *registry; /* borrowed */
	struct port_state *ports;
	struct port_samples *samples; /* per port */
	/* Per port, ingress and egress: of samples->estimate, bytes². */
	double (*variances)[2];
	uint32_t count;
	uint32_t capacity;
	struct u64map by_key; /* registry_port_key -> index */
	struct u64map by_cut; /* the same of the low 24 bits of indexes that
			       * have more -> index; of the first such port */
	struct port_found found[PORT_FOUND]; /* small enough for the cache */
	uint32_t *learned;		     /* per switch */
	uint64_t refused;    /* ports beyond the capacity, per mention */
	uint64_t restarts;   /* deltas refused: the agent restarted */
	uint64_t odd_deltas; /* deltas refused for another reason */
};

/* Which part of a step was observed at all. */
struct step_span {
	int64_t step;	    /* number of steps since the epoch */
	int64_t covered_us; /* of its 60 s; less in a first or last step */
	int64_t until_us;   /* by the wall clock; 0: start and covered_us */
	bool edge;	    /* first or last step of a replay */
	bool synced;	    /* the wall clock is known to be right */
	uint64_t jumps;	    /* how often it was set so far */
};

/** Room for the registry's ports and those learned. @return 0 or -ENOMEM */
MUST_CHECK int port_table_init(struct port_table *t,
			       const struct registry *registry);
void port_table_fini(struct port_table *t);

/**
 * Go on with the ports of another table, made for another registry.
 *
 * @param switches  per switch of from: its number here; SWITCH_GONE: its ports
 *                  are left behind
 */
void port_table_continue(struct port_table *t, const struct port_table *from,
			 const uint32_t *switches);

/** As port_table_find, of a port that was not found lately.
 * @param place  where it is noted as found */
uint32_t port_table_find_anew(struct port_table *t, uint32_t switch_index,
			      uint32_t ifindex, struct port_found *place);

/** The port of a switch, a new one if need be; PORT_NONE if full or 0. */
static inline uint32_t port_table_find(struct port_table *t,
				       uint32_t switch_index, uint32_t ifindex)
{
	/* Where boxes number by slot and port these bits differ, and those of
	 * LAGs, which they number from another base, are others again. */
	uint32_t place = ifindex ^ ifindex >> 12 ^ ifindex >> 19;
	struct port_found *f =
	    &t->found[(place ^ switch_index * 173) % PORT_FOUND];

	if (f->key == registry_port_key(switch_index, ifindex))
		return f->port;
	return port_table_find_anew(t, switch_index, ifindex, f);
}

/**
 * The same by an index of which only the low 24 bits are known: the port whose
 * index is longer, if there is one, else the port of that index.
 */
uint32_t port_table_find_cut(struct port_table *t, uint32_t switch_index,
			     uint32_t low_bits);

/** Have what a sample needs and changes of a port on its way. */
static inline void port_table_prefetch(const struct port_table *t,
				       uint32_t port)
{
	__builtin_prefetch(&t->samples[port], 1);
}

/** Begin another step of a port's samples. */
void port_table_turn(struct port_table *t, uint32_t port, int64_t step);

/** What a sample of a step changes of a port. */
static inline struct port_samples *
port_table_samples(struct port_table *t, uint32_t port, int64_t step)
{
	struct port_samples *samples = &t->samples[port];

	if (__builtin_expect(samples->step != (int32_t)step, 0))
		port_table_turn(t, port, step);
	return samples;
}

/** As port_samples_number, of a sample that is not the next one. */
void port_table_odd_number(struct port_table *t, uint32_t port,
			   uint32_t sub_agent, uint32_t sequence);

/** As port_samples_has_side says, from now on. */
void port_table_see_side(struct port_table *t, uint32_t port, bool egress,
			 uint32_t rate);

/** Move all that samples summed to the ports. */
void port_table_settle(struct port_table *t);

/** The port of a switch, or PORT_NONE: none is made. */
uint32_t port_table_look(const struct port_table *t, uint32_t switch_index,
			 uint32_t ifindex);

/** Take in a counter sample that came at time_us. */
void port_table_counters(struct port_table *t, uint32_t port,
			 const struct sflow_counters *counters, int64_t time_us,
			 uint32_t uptime_ms);

/**
 * The clock was set: compare no counter sample with an earlier one, and let
 * steps be given out that were already, for they may come again.
 */
void port_table_forget(struct port_table *t);

/** The same of ports that know of later than now, and of steps of then. */
void port_table_forget_later(struct port_table *t, int64_t now_us);

/** The speed to judge by: configured, else reported, else 0. */
uint64_t port_speed(const struct port_state *p);

#endif
