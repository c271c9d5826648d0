/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_TRAFFIC_H
#define LANTERNE_SIMULATOR_TRAFFIC_H

/*
 * traffic — what is really sent, slice by slice, and which frames of it are
 * sampled.
 *
 * First the exact number of frames of each size is decided, per slice and
 * flow: the truth and the ports' counters are sums of these. Only then each
 * frame is sampled with probability 1/N at every data source that it passes,
 * each time anew. Traffic and sampling draw from two generators, so the
 * traffic is the same whatever the sampling rate.
 *
 * Sampling skips from one sampled passage to the next one by a geometric
 * number, so it costs per sample, not per frame.
 */

#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "prng.h"
#include "sflow_write.h"
#include "util/attr.h"

/* What a flow has sent so far. */
struct flow_state {
	uint64_t bytes;
	uint64_t packets;
	uint32_t variable_bytes; /* of its variable frames in this slice */
};

/* A sampled passage. */
struct event {
	uint32_t flow;
	uint16_t passage; /* which of those that a frame of the flow makes */
	uint8_t size_class;
};

/* The frames of one size that a flow sends in a slice. */
struct batch {
	uint64_t frames;
	uint64_t first; /* numbers the frames of all flows, from the start */
	uint32_t flow;
	uint32_t wire_bytes; /* of each */
};

/*
 * What a mirror copies. With a budget the traffic ends when it is spent: no
 * frame is sent then whose copies it does not cover.
 */
struct mirrored {
	const uint16_t *copies; /* of a frame, per flow; borrowed; or NULL */
	uint64_t budget;	/* of copies; UINT64_MAX: no end */
	struct batch *batches;	/* of this slice, of flows with copies */
	size_t batch_count;
	size_t batch_capacity;
	uint64_t frames; /* sent so far, mirrored or not */
};

struct traffic {
	const struct model *model; /* borrowed */
	uint64_t seed;
	struct prng amounts;
	struct prng sampling;
	uint64_t skip;	     /* passages until the next sampled one */
	double per_log_keep; /* 1 / log(1 - 1/N) */
	struct flow_state *flows;
	struct port_counters *before; /* at the slice's start */
	struct port_counters *after;  /* at its end */
	double *mood;		      /* per station, in this slice */
	struct event *events;	      /* of this slice, in random order */
	size_t event_count;
	size_t event_capacity;
	struct mirrored mirrored;
};

/** Start with nothing sent. @return 0 or -ENOMEM; free it in any case */
MUST_CHECK int traffic_init(struct traffic *t, const struct model *m,
			    uint64_t seed);

void traffic_free(struct traffic *t);

/**
 * Gather batches from here on.
 * @param copies  how many the mirror makes of each flow's frames; borrowed
 * @param budget  copies until the end; 0: no end
 */
void traffic_mirror(struct traffic *t, const uint16_t *copies, uint64_t budget);

/**
 * Decide the traffic between two times, in microseconds of the epoch.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int traffic_slice(struct traffic *t, uint64_t from, uint64_t to);

/** How busy the exchange is at a time, as a share of its peak; roughly. */
double traffic_level(uint64_t us);

#endif
