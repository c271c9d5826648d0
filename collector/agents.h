/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_AGENTS_H
#define LANTERNE_COLLECTOR_AGENTS_H

/*
 * agents — which datagrams are believed, from which switch they are, and
 * what each switch sends.
 *
 * A datagram is a switch's if its UDP source address is one that the
 * configuration lists for it and agent and sub-agent are the switch's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/attribute.h"
#include "collector/rate_window.h"
#include "collector/stream.h"
#include "ixp/config.h"
#include "net/sflow.h"
#include "util/attr.h"

enum {
	REFUSED_MAX = 64,
	SWITCH_NONE = 0xffffffff,
};

struct switch_state {
	enum counted counted;
	bool undecided;	   /* direction auto, and no verdict yet */
	bool sent_ingress; /* samples certainly of this direction came */
	bool sent_egress;
	int64_t first_us; /* of its first datagram; 0: none came */
	int64_t last_us;
	uint32_t sampling_rate; /* of its last flow sample */
	uint64_t datagrams;
	uint64_t lost_datagrams;
	uint64_t flow_samples;
	uint64_t samples_settled; /* of these: in steps that are closed */
	uint64_t by_direction[3]; /* enum direction */
	uint64_t counter_samples;
	uint64_t vlan_counters; /* counter samples of a VLAN */
	uint64_t discarded[SFLOW_DISCARD_GROUP_COUNT]; /* packets, by reason */
	bool has_processor;
	struct sflow_processor processor; /* as last said; if has_processor */
	bool mirrored;	      /* frames of it are counted, not samples */
	bool passes;	      /* but as a mirror of another switch's has it */
	int64_t flow_us;      /* of its last flow sample; 0: none came */
	uint64_t frames;      /* mirrored */
	int64_t mirror_us;    /* of its last mirrored frame; 0: none came */
	int64_t left_us;      /* of the last that is known to go out */
	int64_t frame_us;     /* of the last that came in and counts */
	uint64_t lost_frames; /* of ERSPAN, by its sequence numbers */
	uint64_t drops_grown; /* since the start, of closed steps */
	uint32_t drops;	      /* the highest reported, or the first */
	bool has_drops;	      /* drops is valid */
	bool drops_settled;   /* it is of a closed step */
	bool drops_of_box;    /* all its data sources report the same counter */
	double correction;    /* samples taken for each that came, lately; 1 if
			       * none is missing or it is not corrected */
	/* What that is made of (correction.h). */
	double correction_of_box;
	double taken;
	double received;
	struct rate_window box_drops; /* of closed steps, if it is so */
	/* a datagram or a frame came in an earlier part of the step */
	bool step_alive;
	bool step_frames; /* a frame came since */
	/* of the open step, since its last part */
	uint64_t step_datagrams;
	uint64_t step_lost;
	uint64_t step_samples;
	uint64_t step_drops; /* of the step that is being closed */
	struct streams streams;
};

/* What the configuration says of how a switch's samples count. */
struct switch_rules {
	enum config_direction direction;
	bool is_combined;  /* both directions may be combined */
	bool is_corrected; /* for samples that are missing */
};

/* Datagrams that no switch of the configuration stands for. */
struct refused_agent {
	struct ipaddr source;
	struct ipaddr agent; /* version 0: the datagram was not readable */
	uint32_t sub_agent;
	uint64_t datagrams;
	int64_t last_us;
};

struct agents {
	const struct config *config; /* borrowed */
	struct switch_state *switches;
	struct switch_rules *rules; /* per switch */
	struct refused_agent refused[REFUSED_MAX];
	uint32_t refused_count;
	uint64_t refused_not_listed; /* datagrams of those who gave way */
	uint32_t last_match;  /* the switch of the last datagram: tried first */
	uint32_t last_source; /* the same of the last ERSPAN packet */
};

MUST_CHECK int agents_init(struct agents *a, const struct config *config);
void agents_fini(struct agents *a);

/** The switch that a datagram is from, or SWITCH_NONE. */
uint32_t agents_find(struct agents *a, const struct ipaddr *source,
		     const struct sflow_head *head);

/** The switch whose datagrams and ERSPAN packets may come from this address, or
 * SWITCH_NONE. */
uint32_t agents_of_source(struct agents *a, const struct ipaddr *source);

/** True if some switch's datagrams may come from this address. */
bool agents_know_source(const struct agents *a, const struct ipaddr *source);

/** Note a datagram that no switch stands for; head NULL: not readable. */
void agents_refuse(struct agents *a, const struct ipaddr *source,
		   const struct sflow_head *head, int64_t time_us);

#endif
