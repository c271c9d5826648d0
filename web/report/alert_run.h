/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_RUN_H
#define LANTERNE_WEB_REPORT_ALERT_RUN_H

/* alert_run — the command alerts. */

#include "util/attr.h"
#include "web/report/exchange.h"
#include "web/report/options.h"

/** Tell what has changed since the last time. @return an exit code; what is
 * wrong was said */
MUST_CHECK int run_alerts(struct exchange *exchange, const struct options *o);

#endif
