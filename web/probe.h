/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PROBE_H
#define LANTERNE_WEB_PROBE_H

/* probe — /livez and /readyz, for what watches this program. */

#include "web/page.h"

/** The process answers. */
void probe_live(const struct call *call, struct response *r);

/** There is data, and it is not old. */
void probe_ready(const struct call *call, struct response *r);

#endif
