/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_WATCHDOG_H
#define LANTERNE_WEB_WATCHDOG_H

/* watchdog — a thread that ends connections which take too long. */

#include <stdint.h>

#include "util/attr.h"
#include "web/connections.h"

struct watchdog;

/** @param all  borrowed until watchdog_stop. @return 0, -ENOMEM or -EAGAIN */
MUST_CHECK int watchdog_start(struct watchdog **out, struct connections *all);

/** End the thread, and free. NULL is fine. */
void watchdog_stop(struct watchdog *watchdog);

/** The clock that it goes by, in milliseconds. */
int64_t watchdog_clock_ms(void);

#endif
