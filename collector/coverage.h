/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_COVERAGE_H
#define LANTERNE_COLLECTOR_COVERAGE_H

/*
 * coverage — in which pair steps a member's sending was observed.
 *
 * A pair without traffic is not written. When it has some again, its file gets
 * what a writer of every step would have stored meanwhile: zero where the
 * sender was observed, nothing where it was not. The last two days stand here,
 * a bit a step; what is older, or of before the start, in the member's file.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"

enum { COVERAGE_STEPS = 576, COVERAGE_WORDS = COVERAGE_STEPS / 64 };

struct coverage_member {
	uint64_t bits[COVERAGE_WORDS];
	bool loaded; /* the steps before the first one, from the file */
};

struct coverage {
	struct coverage_member *members; /* by number */
	uint32_t count;
	int64_t first;	/* pair step that was noted first; 0: none yet */
	int64_t newest; /* and last */
};

void coverage_fini(struct coverage *c);

/** Note a pair step: nobody was observed in it yet, if it is a new one. */
void coverage_step(struct coverage *c, int64_t step);

/** Note that a member was observed in a noted step. @return 0 or -ENOMEM */
MUST_CHECK int coverage_note(struct coverage *c, uint32_t member, int64_t step);

/* Whom and when to ask for. */
struct coverage_range {
	const char *state_dir;
	uint32_t asn;
	uint32_t member; /* its number */
	int64_t from;	 /* pair step */
	uint32_t count;
};

/**
 * Whether a member was observed, per step of a range.
 *
 * @param seen  count of them; false too where nothing is known
 * @return 0 or -ENOMEM
 */
MUST_CHECK int coverage_of(struct coverage *c,
			   const struct coverage_range *range, bool *seen);

#endif
