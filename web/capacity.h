/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CAPACITY_H
#define LANTERNE_WEB_CAPACITY_H

/* capacity — what the ports of a subject can carry, and what is contracted. */

#include "web/page.h"
#include "web/ports.h"
#include "web/subject.h"

/**
 * The capacity of a port, or of all ports of a member: of a LAG its own speed,
 * or that of its member ports. A member that shares a port has none, as what is
 * left of it is not known; nor have other subjects.
 *
 * @param capacity_bps    gets it in bit/s; 0: not known of all ports
 * @param contracted_bps  gets what is contracted, with the speed of ports that
 *                        have no contract of their own; 0: none has one
 */
void capacity_of(const struct call *call, const struct subject *subject,
		 double *capacity_bps, double *contracted_bps);

/** What is contracted of a port in bit/s; NaN: nothing is. */
double capacity_contracted(const struct port_row *row);

#endif
