/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PROPOSAL_PRINT_H
#define LANTERNE_COLLECTOR_PROPOSAL_PRINT_H

/*
 * proposal_print — what is proposed, as YAML that the configuration takes.
 *
 * Names come off the wire: they are quoted where they could be anything else.
 * How sure a line is, and what contradicts it, stands in its comment.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/proposal.h"
#include "util/text.h"

/**
 * Append the whole section switches:, what is configured as it is.
 *
 * @param until_us  when that was known
 */
void proposals_print(struct text *out, const struct proposals *p,
		     int64_t until_us);

/** Append the entry of a port that is not configured, nor covered by its LAG:
 * one line without end. */
void proposal_print_line(struct text *out, const struct proposals *p,
			 const struct proposal *port);

/** Append what contradicts the configuration of any other port; one line
 * without end, nothing if all agrees. */
void proposal_print_odd(struct text *out, const struct proposals *p,
			const struct proposal *port);

#endif
