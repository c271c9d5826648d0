/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_INTAKE_H
#define LANTERNE_COLLECTOR_INTAKE_H

/*
 * intake — the packet path: from a datagram to tallies.
 *
 * Allocates nothing, logs nothing, takes no lock, reads no clock: the time
 * comes with the datagram. Whoever feeds it closes its steps.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/agents.h"
#include "collector/aggregate.h"
#include "collector/attribute.h"
#include "collector/bindings.h"
#include "collector/clock.h"
#include "collector/ledger.h"
#include "collector/losses.h"
#include "collector/member_ports.h"
#include "collector/port_table.h"
#include "collector/sides.h"
#include "collector/stations.h"
#include "ixp/observation.h"
#include "ixp/registry.h"
#include "util/attr.h"

enum { HELD_MAX = 65536, DUE_MAX = 16 };

/* After so long a silence a source tells of nothing any more. */
#define INTAKE_SILENT_US (3 * STEP_S * (int64_t)US_PER_S)

/* What is to be added to a cell. */
struct due {
	uint64_t key;
	uint32_t wire_bytes;
	uint32_t sampling_rate;
};

struct intake {
	const struct registry *registry; /* borrowed */
	/* Some switch's two directions are combined, or some are mirrored and
	 * others sampled: it matters where members are. */
	bool combines;
	struct member_ports member_ports;
	bool expects_datagrams; /* they are received or read, too; set from
				 * outside */
	struct agents agents;
	struct port_table ports;
	struct stations stations;
	struct sides sides;
	struct losses losses;	      /* between the two sides of a pair */
	struct stations misdelivered; /* at the port that they left by */
	struct bindings bindings;
	struct aggregate open; /* tallies of the open step */
	struct input_counters input;
	struct mirror_counters mirrored;
	struct ledger ledger;
	struct sflow_skipped skipped;
	/* Egress samples of switches whose verdict is still open. */
	struct observation *held;
	size_t held_count;
	/* Attributed, and on its way to the cells: their memory is asked for
	 * some samples ahead. Empty after intake_settle. */
	struct due due[DUE_MAX];
	uint32_t due_count;
	int64_t first_us;   /* of the first datagram or frame; 0: none came */
	int64_t time_us;    /* of the one at hand */
	int64_t step;	    /* that it is counted in */
	uint32_t sub_agent; /* that it is from */
};

/** Prepare for a registry, borrowed while in use. @return 0 or -errno */
MUST_CHECK int intake_init(struct intake *in, const struct registry *registry);
void intake_fini(struct intake *in);

/**
 * Take in one UDP payload. It is in the tallies and the ledger after
 * intake_settle.
 *
 * @param source  where it came from
 * @param step    the open step's number: late datagrams count there too
 */
void intake_datagram(struct intake *in, const struct ipaddr *source,
		     const void *data, size_t len, int64_t time_us,
		     int64_t step);

/** Count one that waited while the process stood still: it is of no known time,
 * so nothing of it is used. */
void intake_waited(struct intake *in);

/**
 * Frames of a switch come from a mirror: what it samples is not counted beside
 * them, and of a frame that passes several switches it is found out which one
 * tells of it.
 */
void intake_mirror_switch(struct intake *in, uint32_t switch_index);

/**
 * Frames of a switch pass a mirror of another one, in ERSPAN that has its
 * address. So has what a member may send: its samples go on to count.
 *
 * @return whether such a frame counts: not while the switch is sampled
 */
bool intake_mirror_passes(struct intake *in, uint32_t switch_index);

/** Whether a switch counts by its mirror, and not by samples: that sends, did
 * until lately, or has not had the time to. */
static inline bool intake_is_mirrored(const struct intake *in,
				      uint32_t switch_index)
{
	const struct switch_state *s = &in->agents.switches[switch_index];
	int64_t since_us = s->mirror_us ? s->mirror_us : in->first_us;

	return s->mirrored && in->time_us - since_us <= INTAKE_SILENT_US;
}

/**
 * Take in one mirrored frame. It is in the tallies and the ledger after
 * intake_settle.
 *
 * @param o        its sampling rate is 1
 * @param counted  which frames of its mirror count
 * @param doubled  it is the second copy of one that came already
 */
void intake_mirrored(struct intake *in, const struct observation *o,
		     enum counted counted, bool doubled);

/** Have all that was taken in in the tallies and the ledger: whoever takes in
 * does so before either is read. */
void intake_settle(struct intake *in);

/** Move a counter of what is missing; it never falls below zero. */
static inline void intake_adjust(uint64_t *counter, int64_t by)
{
	if (by >= 0)
		*counter += (uint64_t)by;
	else if (*counter > 0)
		*counter -= 1;
}

/**
 * Look at a datagram only for which directions its switch samples.
 * @return true once every switch with direction auto has sent both
 */
bool intake_judge(struct intake *in, const struct ipaddr *source,
		  const void *data, size_t len);

/**
 * Decide what is counted of a switch with direction auto from what it has
 * sent so far, and count or drop what was held for that.
 */
void intake_decide(struct intake *in, uint32_t switch_index);

/** The same of every switch whose verdict is still open. */
void intake_decide_all(struct intake *in);

#endif
