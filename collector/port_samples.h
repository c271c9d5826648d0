/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PORT_SAMPLES_H
#define LANTERNE_COLLECTOR_PORT_SAMPLES_H

/*
 * port_samples — what a flow sample needs and changes of its data source.
 *
 * All of it in one line of the cache, for a thousand ports sample in turn.
 * What it sums is of one step and moves to the port (port_table.h) when another
 * step begins, or whenever it is wanted: port_table_settle.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/registry.h"

struct port_samples {
	const struct port *rules; /* whose members and role hold here: of the
				   * port itself, else of the LAG that names
				   * it; NULL: nothing is said */
	uint64_t estimate[2];	  /* bytes that came in, and went out */
	uint32_t aggregate;   /* ifIndex of the LAG that it is a member port of,
			       * by configuration, else by LACP; its own: none */
	uint32_t drops;	      /* as last reported in a flow sample */
	uint32_t drops_grown; /* not yet settled whose they are */
	uint32_t newest;      /* number of its last sample; valid if run > 0 */
	uint32_t sub_agent;   /* that numbered it */
	uint32_t rate[2];     /* of the last sample that came in, and that went
			       * out; 0: none did */
	uint32_t run;	  /* so many samples came in a row up to the newest */
	int32_t step;	  /* that all this is of; 0: none yet */
	bool drops_known; /* drops is valid */
	bool drops_heard; /* in the open step */
	bool copied; /* by a mirror's session, whose frames say which way */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct port_samples) == 64, "one line of the cache");

/** The data source's drops so far, by a sample. A counter that fell was reset
 * with its agent. */
static inline void port_samples_drops(struct port_samples *p, uint32_t drops)
{
	uint32_t grown = drops - p->drops;

	if (p->drops_known && grown < UINT32_MAX / 2)
		p->drops_grown += grown;
	p->drops = drops;
	p->drops_heard = true;
	p->drops_known = true;
}

/** Add bytes to the estimate of a direction, up to what it holds. */
static inline void port_samples_estimate(struct port_samples *p, bool egress,
					 uint64_t bytes)
{
	uint64_t *sum = &p->estimate[egress];

	if (__builtin_add_overflow(*sum, bytes, sum))
		*sum = UINT64_MAX;
}

/** Count a sample by its number; false: it is not the next one. */
static inline bool port_samples_number(struct port_samples *p,
				       uint32_t sub_agent, uint32_t sequence)
{
	if (p->run == 0 || p->run == UINT32_MAX || sequence != p->newest + 1 ||
	    p->sub_agent != sub_agent)
		return false;
	p->newest = sequence;
	p->run++;
	return true;
}

/** True if a sample of the direction came in the step already, and the last
 * one was of this rate. */
static inline bool port_samples_has_side(const struct port_samples *p,
					 bool egress, uint32_t rate)
{
	return p->rate[egress] == rate && rate != 0;
}

#endif
