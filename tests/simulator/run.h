/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_RUN_H
#define LANTERNE_SIMULATOR_RUN_H

/*
 * run — let the exchange run: slice after slice, its sampled passages and its
 * counters become samples, these datagrams, in the order of time.
 */

#include <stdint.h>

#include "agent.h"
#include "mirror.h"
#include "model.h"
#include "options.h"
#include "sink.h"
#include "traffic.h"
#include "util/attr.h"

/* Where a frame was sampled. */
enum passage {
	PASSAGE_EDGE_INGRESS,
	PASSAGE_EDGE_EGRESS,
	PASSAGE_CORE_INGRESS,
	PASSAGE_CORE_EGRESS,
	PASSAGE_COUNT,
};

struct run_stats {
	uint64_t datagrams;
	uint64_t samples[PASSAGE_COUNT];
	uint64_t flow_samples; /* their sum */
	uint64_t counter_samples;
	uint64_t dropped; /* sampled, but dropped in the switch */
};

/* A port as a data source. */
struct source {
	uint32_t sequence;
	uint32_t pool;
	uint32_t counter_sequence;
	struct port_counters offset; /* what it counted before the run */
};

struct run {
	const struct options *options; /* borrowed */
	const struct model *model;     /* borrowed */
	struct traffic traffic;
	struct prng details; /* hosts, ports, drops */
	struct agent *agents;
	struct source *sources; /* per port */
	struct sink *sink;	/* NULL: no sFlow is sent */
	struct mirror *mirror;	/* NULL: nothing is mirrored */
	struct run_stats stats;
	uint64_t from_us;
	uint64_t to_us; /* how far it has come */
	uint64_t slice_us;
	uint64_t slice_from_us; /* the slice being played */
	uint64_t slice_to_us;
	uint64_t next_poll; /* counts the polls of all ports */
	uint64_t expiry_us; /* no datagram must leave before */
};

/**
 * Prepare; the run owns sink and mirror from here on. Either may be NULL.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int run_init(struct run *r, const struct options *o,
			const struct model *m, struct sink *sink,
			struct mirror *mirror);

/** From the start to the end. @return 0, or the first error */
MUST_CHECK int run_all(struct run *r);

/** Close sink and mirror and free; NULL parts are fine. @return 0 or -errno */
MUST_CHECK int run_close(struct run *r);

#endif
