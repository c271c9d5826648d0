/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_INTAKE_PARTS_H
#define LANTERNE_COLLECTOR_INTAKE_PARTS_H

/*
 * intake_parts — the inside of the intake: intake.c takes in datagrams,
 * intake_mirror.c mirrored frames.
 */

#include "collector/intake.h"

/** Have an observation that counts added to its cell, some later ones ahead. */
static inline void intake_add_due(struct intake *in, uint64_t key,
				  const struct observation *o)
{
	aggregate_prefetch(&in->open, key);
	in->due[in->due_count++] =
	    (struct due){ key, o->wire_bytes, o->sampling_rate };
	if (in->due_count == DUE_MAX)
		intake_settle(in);
}

/** Note the sender of a frame that is nobody's. */
void intake_note_stranger(struct intake *in, const struct observation *o,
			  const struct attribution *at);

/**
 * The ifIndex that a frame came in by: of a member port of a LAG that is the
 * LAG's, for its frames come by all of them.
 */
uint32_t intake_entry_of(const struct intake *in, const struct observation *o);

#endif
