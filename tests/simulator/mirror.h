/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_MIRROR_H
#define LANTERNE_SIMULATOR_MIRROR_H

/*
 * mirror — a capture of what the switches' SPAN or ERSPAN sessions copy: every
 * frame that passes a mirrored port, not a sample of them.
 *
 * A slice's copies are made out of its traffic, put in order of time, written.
 * What leaves a port a little after the slice waits for the next one. Copies
 * carry no FCS; the counts in the statistics have it.
 */

#include <stdint.h>

#include "model.h"
#include "options.h"
#include "traffic.h"
#include "util/attr.h"

struct mirror_stats {
	uint64_t copies; /* in the capture */
	uint64_t bytes;	 /* of the frames copied, whole, with FCS */
	uint64_t lost;	 /* copies that were made and are not in it */
	uint64_t markers;
};

struct mirror;

/**
 * Make the capture of --mirror. Model and options stay the caller's and are
 * looked at until it is closed.
 *
 * @param out  owned by the caller; on success only
 * @return 0; ERR_NOT_FOUND: no frame passes a mirrored port; -errno
 */
MUST_CHECK int mirror_open(struct mirror **out, const struct model *m,
			   const struct options *o);

/** How many copies are made of each flow's frames; borrowed. */
const uint16_t *mirror_copies(const struct mirror *m);

/** The fewest that a frame of which there are copies has. */
uint16_t mirror_copies_least(const struct mirror *m);

/** Copies a second that are to be expected at the peak. */
double mirror_peak_per_s(const struct mirror *m);

/**
 * Write the copies of a slice's batches.
 * @param from, to  the slice, microseconds of the epoch
 * @return 0, -ENOMEM or -errno
 */
MUST_CHECK int mirror_slice(struct mirror *m, const struct traffic *t,
			    uint64_t from, uint64_t to);

/** Write what left a port after the last slice. @return 0 or -errno */
MUST_CHECK int mirror_finish(struct mirror *m);

/** What was written so far. */
struct mirror_stats mirror_stats(const struct mirror *m);

/** Close the capture and free; NULL is fine. @return 0 or -errno */
MUST_CHECK int mirror_close(struct mirror *m);

/** Whether a session copies what passes this port. */
bool mirror_has_port(const struct options *o, const struct port *port);

/** The session of a port: they count from 1 on each switch, members first. */
uint16_t mirror_session(const struct model *m, uint32_t port);

#endif
