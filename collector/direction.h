/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_DIRECTION_H
#define LANTERNE_COLLECTOR_DIRECTION_H

/*
 * direction — which port a flow sample is of, and how its frame crossed it.
 *
 * The data source is one of the sample's two interfaces: the input's if the
 * frame came in by it, else the output's. A compact sample has room for 24 bits
 * of its source's index (sFlow version 5, 5.3.2: for indexes below 2^24 only;
 * a Nexus, whose are larger, sends them all the same), so these alone are
 * compared there. A LAG and its member ports stand for each other.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/port_table.h"
#include "ixp/observation.h"
#include "net/sflow.h"

/** Whether an interface is the data source of a sample. */
static inline bool direction_is_source(const struct sflow_flow *f,
				       struct sflow_interface i)
{
	uint32_t mask = f->expanded ? UINT32_MAX : 0xffffff;

	return i.format == SFLOW_INTERFACE_INDEX && i.value != 0 &&
	       i.value != SFLOW_INTERNAL &&
	       (i.value & mask) == (f->source.index & mask);
}

/** The whole ifIndex of the data source, as far as the sample says. */
static inline uint32_t direction_source_index(const struct sflow_flow *f)
{
	if (f->expanded)
		return f->source.index;
	if (direction_is_source(f, f->input))
		return f->input.value;
	return direction_is_source(f, f->output) ? f->output.value
						 : f->source.index;
}

/** How the frame crossed the port that is the data source, by the sample
 * alone. */
static inline enum direction direction_of(const struct sflow_flow *f)
{
	if (f->source.class != SFLOW_SOURCE_IFINDEX)
		return DIRECTION_UNKNOWN;
	if (direction_is_source(f, f->input))
		return DIRECTION_INGRESS;
	return direction_is_source(f, f->output) ? DIRECTION_EGRESS
						 : DIRECTION_UNKNOWN;
}

/** The same of a sample whose source is a LAG and whose interfaces are its
 * member ports, or the other way round. */
enum direction direction_in_lag(const struct port_table *ports,
				uint32_t switch_index,
				const struct sflow_flow *f);

#endif
