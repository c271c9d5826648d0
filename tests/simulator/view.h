/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_VIEW_H
#define LANTERNE_SIMULATOR_VIEW_H

/*
 * view — how a frame looks from one of the data sources that it passes.
 *
 * A unicast frame passes its sender's port inwards and its receiver's
 * outwards, and, between switches, one core port outwards and one inwards. A
 * flooded one leaves every port but its own.
 */

#include "model.h"
#include "run.h"
#include "sflow_write.h"

struct view {
	enum passage passage;
	uint32_t source; /* index in model.ports */
	struct interface_field input;
	struct interface_field output;
};

/**
 * The n-th passage of a flow's frames, below model_passages: first the
 * sender's port, then ports outwards, core ports outwards, core ports inwards
 * (without those that sample nothing).
 */
struct view view_of(const struct model *m, const struct flow *flow, uint32_t n);

#endif
