/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_MIRROR_PORTS_H
#define LANTERNE_COLLECTOR_MIRROR_PORTS_H

/*
 * mirror_ports — what a mirror saw of ports, to be held against their counters.
 *
 * What it saw of a member is what it saw of its port, if that is the only one
 * at the switch. A copy of what came in says nothing of the port by which it
 * left, which may be another switch's; nor the other way round.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/aggregate.h"
#include "collector/intake.h"

/**
 * Add what mirrors saw to the estimates of ports: once for each cell, before it
 * is combined.
 *
 * @param cells  as aggregate_take gave them
 * @param step   as in combine_cells
 */
void mirror_ports_note(struct intake *in, const struct cell *cells,
		       size_t count, int64_t step);

/**
 * Note of which ports mirrors are to see all, before their steps are closed: of
 * what comes in where its member has no other port at the switch, of what goes
 * out likewise if the mirror copies nothing else, and of both ways where a
 * session copies the port. A port that a session left out is seen
 * by that it lacks everything.
 */
void mirror_ports_mark(struct intake *in);

#endif
