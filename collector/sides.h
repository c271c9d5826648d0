/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_SIDES_H
#define LANTERNE_COLLECTOR_SIDES_H

/*
 * sides — which sides of the traffic between two interfaces are sampled, and
 * how much each counts.
 *
 * A frame can be sampled where it comes in and, by another switch or at
 * another rate, where it goes out. Both are samples of the same traffic, each
 * side's sum an estimate of it by itself. Weighted by the other side's rate
 * (inverse to their variances: Duffield, Lund, Thorup, Optimal combination of
 * sampled network measurements, IMC 2005) they are one estimate, as good as
 * one sampler at N1·N2/(N1+N2).
 *
 * The weights of a step are made of what was seen in the steps before it:
 * whether a side counts must not depend on what it says, unless it lacks so
 * much that it cannot be by chance. The sum of a pair's two weights is 1 at any
 * time, so that nothing is doubled and nothing is missing.
 *
 * A side counts if its port was a data source within the hour and its switch
 * within three steps: a sampler that ends, ends for the whole switch. One that
 * covers a part of an interface's ports only is found out by what it lacks
 * beside the other side (balance.h).
 *
 * What a mirror sees of an interface is all of it: its samples do not count
 * then, and those of what it gets only count where that comes in.
 *
 * Where an interface is, its ingress samples tell, or the egress ones of a
 * switch that sends no others: up to eight ports, each forgotten after an hour
 * without one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/balance.h"
#include "collector/port_table.h"
#include "ixp/registry.h"
#include "ixp/tally.h"
#include "util/attr.h"

enum {
	SIDE_HOMES_MAX = 8,
	SIDE_STEPS = 60, /* what was not seen for so long is not sampled */
	/* Nor what its switch did not send for so long. */
	SIDE_SWITCH_STEPS = 3,
};

/* A port by which an interface's frames come in. Steps; 0: never. */
struct side_home {
	uint32_t port;
	bool by_egress; /* it was seen last by a frame that went out */
	struct port_sight seen;
};

enum side_state {
	SIDE_UNSEEN,   /* nothing to be counted comes */
	SIDE_PLAIN,    /* its switch counts all that comes, by itself */
	SIDE_COMBINED, /* it may be combined with the other side */
};

/* One side of an interface's traffic in a step. */
struct side {
	uint32_t step; /* its low bits; 0: not looked at yet */
	uint32_t rate; /* frames per sample, when it was SIDE_COMBINED last */
	uint32_t port; /* where it is sampled; PORT_NONE if SIDE_UNSEEN */
	enum side_state state;
};

/* What is known of an interface: what each sample asks for in one line of the
 * cache. */
struct side_place {
	struct side in;	 /* of what it sends */
	struct side out; /* of what it gets */
	struct side_home homes[SIDE_HOMES_MAX];
	struct balance sent; /* may lack where it comes in */
	struct balance got;  /* may lack where it goes out */
	/* All its frames as they came in; and of which switch. */
	struct port_sight mirrored;
	uint32_t mirrored_at; /* valid if mirrored.last */
} __attribute__((aligned(64)));

/* What a switch samples: of ingress, of egress. */
struct side_switch {
	struct port_sight sent[2];
	struct port_sight mirrored;
	int64_t noted_us;    /* when its samples were counted last */
	uint64_t samples[2]; /* until then, since the start */
	double usual[2];     /* between two times */
	bool absent[2]; /* nothing came between the last two times, or not half
			 * of what is usual, which is not by chance */
	bool odd[2];	/* far less came than is usual, or nothing is yet */
};

struct sides {
	const struct registry *registry; /* borrowed, as the ports */
	const struct port_table *ports;
	struct side_place *places;    /* per interface */
	struct side_switch *switches; /* per switch */
	int64_t ingress_step; /* in which any switch sent ingress last */
};

/** @param ports  borrowed; @return 0 or -ENOMEM */
MUST_CHECK int sides_init(struct sides *s, const struct registry *registry,
			  const struct port_table *ports);
void sides_fini(struct sides *s);

/** A switch sent samples of a direction. */
void sides_see_switch(struct sides *s, uint32_t switch_index, bool egress,
		      int64_t step);

/**
 * Note how many samples a switch has sent up to now, before what came since the
 * last time is weighed: a side whose switch was silent meanwhile is missing,
 * and does not count; one of which far less came says nothing of the other.
 *
 * @param since_us  its first datagram
 * @param samples   of ingress and egress, since the start
 */
void sides_note_batch(struct sides *s, uint32_t switch_index, int64_t since_us,
		      int64_t time_us, const uint64_t samples[2]);

/** Whether a switch sampled what goes out lately, in steps before this one. */
bool sides_had_egress(const struct sides *s, uint32_t switch_index,
		      int64_t step);

/** Whether a switch samples nothing but what goes out, as far as steps before
 * this one tell: one that once sampled what comes in, after an hour. */
static inline bool sides_is_egress_alone(const struct sides *s,
					 uint32_t switch_index, int64_t step)
{
	int64_t ingress = s->switches[switch_index].sent[0].last;

	return (ingress == 0 || step - ingress > SIDE_STEPS) &&
	       sides_had_egress(s, switch_index, step);
}

/** As sides_see, for a port that is not the first one or was not seen yet. */
void sides_see_elsewhere(struct sides *s, uint32_t interface, uint32_t port,
			 bool egress, int64_t step);

/** A frame of an interface came in by a port that is no core port, or went out
 * to it where only that is sampled. */
static inline void sides_see(struct sides *s, uint32_t interface, uint32_t port,
			     bool egress, int64_t step)
{
	const struct side_home *h = &s->places[interface].homes[0];

	if (h->port != port || h->seen.last != step || h->by_egress != egress)
		sides_see_elsewhere(s, interface, port, egress, step);
}

/** A frame was seen by the mirror of a switch; its sender, if that is known,
 * needs no samples. */
static inline void sides_see_mirrored(struct sides *s, uint32_t interface,
				      uint32_t switch_index, int64_t step)
{
	struct side_place *p = &s->places[interface];

	/* The first one in a step may be the first at all: what was found out
	 * in the step so far does not hold then. */
	if (p->mirrored.last != step) {
		p->in.step = 0;
		p->out.step = 0;
	}
	port_sight_see(&s->switches[switch_index].mirrored, step);
	s->ingress_step = step;
	port_sight_see(&p->mirrored, step);
	p->mirrored_at = switch_index;
}

/** Whether a mirror sees an interface's frames come in; also in the step at
 * hand, for what is exact depends on no chance. */
static inline bool sides_is_mirrored(const struct sides *s, uint32_t interface,
				     int64_t step)
{
	const struct side_place *p = &s->places[interface];

	return p->mirrored.last > 0 && step - p->mirrored.last <= SIDE_STEPS &&
	       step - s->switches[p->mirrored_at].mirrored.last <=
		   SIDE_SWITCH_STEPS;
}

/** Look at one side of an interface anew. */
const struct side *sides_look(struct sides *s, uint32_t interface, bool egress,
			      int64_t step);

/** One side of an interface's traffic, as it counts in a step. */
static inline const struct side *sides_of(struct sides *s, uint32_t interface,
					  bool egress, int64_t step)
{
	const struct side_place *p = &s->places[interface];
	const struct side *side = egress ? &p->out : &p->in;

	return side->step == (uint32_t)step
		   ? side
		   : sides_look(s, interface, egress, step);
}

/* How a sample counts. */
enum side_count {
	SIDE_COUNTS_NOT,
	SIDE_COUNTS_WHOLE,
	SIDE_COUNTS_IN_PART, /* as sides_part says */
};

/**
 * How the samples of one side count in a step; for the other side's it is the
 * complement.
 *
 * @param from, to  interfaces; REGISTRY_NOBODY as in an attribution
 * @param egress    it was taken where the frame went out
 */
static inline enum side_count sides_count(struct sides *s, uint32_t from,
					  uint32_t to, bool egress,
					  int64_t step)
{
	const struct side *in = sides_of(s, from, false, step);
	const struct side *out = sides_of(s, to, true, step);

	/* Floods, and what goes to nobody, count where they come in. */
	if (to == REGISTRY_NOBODY || in->state == SIDE_PLAIN ||
	    out->state == SIDE_UNSEEN)
		return egress ? SIDE_COUNTS_NOT : SIDE_COUNTS_WHOLE;
	if (out->state == SIDE_COMBINED && in->state == SIDE_COMBINED)
		return SIDE_COUNTS_IN_PART;
	return egress ? SIDE_COUNTS_WHOLE : SIDE_COUNTS_NOT;
}

/* What both sides of count in part. */
struct side_pair {
	uint32_t from; /* REGISTRY_NOBODY: a member's address by a port that is
			* others' */
	uint32_t to;
	uint32_t source; /* the port that sampled it, or beyond the ports */
};

/** Frames per sample where a pair comes in, and where it goes out. */
void sides_rates(struct sides *s, const struct side_pair *pair, int64_t step,
		 double rates[2]);

/** What a side says of a pair, corrected, where both count in part.
 * @return false if it says nothing: a switch of either side was silent */
bool sides_weigh(struct sides *s, const struct side_pair *pair, bool egress,
		 int64_t step, const struct tally *tally);

/** Of 1, what counts of a side where both count in part; the other side's part
 * is the rest, in the same step. Judged by all that was weighed so far. */
double sides_part(struct sides *s, const struct side_pair *pair, bool egress,
		  int64_t step);

/** As sides_is_home, for a port that is not the first one. */
bool sides_is_other_home(const struct sides *s, uint32_t interface,
			 uint32_t port, int64_t step);

/** Whether the frames to an interface leave by this port, as far as is known:
 * by another one, where others are, a copy goes that was flooded. */
static inline bool sides_is_home(const struct sides *s, uint32_t interface,
				 uint32_t port, int64_t step)
{
	const struct side_home *h = &s->places[interface].homes[0];

	return (h->port == port && h->seen.last == step) ||
	       sides_is_other_home(s, interface, port, step);
}

/** Where an interface's frames come in by the samples that count; PORT_NONE:
 * not known. */
uint32_t sides_home(struct sides *s, uint32_t interface, int64_t step);

/** Whether it is known where an interface's frames are sampled coming in. */
bool sides_has_home(const struct sides *s, uint32_t interface, int64_t step);

/** The port by which its frames came in last; PORT_NONE: none is known. */
uint32_t sides_last_home(const struct sides *s, uint32_t interface);

/** Go on with what another registry's sides know.
 * @param interfaces  per interface of from: its number here, or
 *                    REGISTRY_NOBODY */
void sides_continue(struct sides *s, const struct sides *from,
		    const uint32_t *interfaces, const uint32_t *switches);

#endif
