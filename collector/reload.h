/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_RELOAD_H
#define LANTERNE_COLLECTOR_RELOAD_H

/*
 * reload — go on with another configuration in the middle of a step.
 *
 * Switches are the same by name, VLAN interfaces by member, VLAN and ordinal.
 * What was counted for those that the new configuration does not have stays
 * with the old one until the step is closed. Lists of what was unknown or
 * refused begin anew; the ledger goes on.
 */

#include "collector/closed_step.h"
#include "collector/intake.h"
#include "ixp/generation.h"
#include "util/attr.h"

/**
 * Move an intake to another generation's registry, whole or not at all.
 *
 * @param from     the generation that it has used so far
 * @param to       the one to use from here on; borrowed by the intake
 * @param earlier  gets a list, to be freed with earlier_cells_free: what was
 *                 counted for those who are gone; NULL: nothing was
 * @return 0; -ENOMEM: nothing has changed
 */
MUST_CHECK int intake_reload(struct intake *in, struct generation *from,
			     struct generation *to,
			     struct earlier_cells **earlier);

#endif
