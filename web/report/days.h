/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_DAYS_H
#define LANTERNE_WEB_REPORT_DAYS_H

/*
 * days — day by day what the exchange, a member or every member came to, by the
 * books of the days: a table of a year for other programs.
 */

#include "util/attr.h"
#include "web/report/run.h"

/** The command days. @return an exit code; what is wrong was said */
MUST_CHECK int run_days(struct exchange *exchange, const struct options *o);

#endif
