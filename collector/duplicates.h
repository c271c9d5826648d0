/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_DUPLICATES_H
#define LANTERNE_COLLECTOR_DUPLICATES_H

/*
 * duplicates — frames that a mirror copies twice: as they come in, and as they
 * go out.
 *
 * Two copies of one frame have the same addresses and the same content behind
 * the VLAN tags (a Nexus tags what it copies on the way out), and come within
 * ten milliseconds. Copies are paired: the second one of a frame is its
 * duplicate, a third one the first of another pair. So what is sent n times
 * over, all alike, and copied twice each, is found n times, in whatever order
 * the copies come. A frame to a group leaves by many ports: there all but the
 * first are duplicates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/frame.h"
#include "util/attr.h"
#include "util/cursor.h"

struct duplicates;

/** @return 0 or -ENOMEM */
MUST_CHECK int duplicates_new(struct duplicates **out);

/** Free; NULL is fine. */
void duplicates_free(struct duplicates *d);

/**
 * What two copies of a frame have alike: a keyed hash of addresses, content
 * behind the tags as far as both hold it, and length without tags.
 *
 * @param c           the frame as far as it was captured
 * @param wire_bytes  its length without check sequence
 */
uint64_t duplicates_key(const struct duplicates *d, const struct frame *frame,
			struct cursor c, size_t wire_bytes);

/** Take a frame in; true if it is the copy of one that came just before. */
bool duplicates_take(struct duplicates *d, const struct frame *frame,
		     uint64_t key, int64_t time_us);

#endif
