/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_MEMBER_PORTS_H
#define LANTERNE_WEB_MEMBER_PORTS_H

/* member_ports — the ports of a member: what crosses each now, and where it has
 * several, each drawn. */

#include "web/page.h"
#include "web/period.h"

/** Append the section of a member's ports. */
void member_ports_add(struct text *out, const struct call *call,
		      const struct member *member, const struct period *period);

#endif
