/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_BILLING_H
#define LANTERNE_WEB_REPORT_BILLING_H

/*
 * billing — the 95th percentiles of a month, as bills are made of them: of each
 * member, port and LAG.
 *
 * Five-minute means in ascending order, the one at place ceil(0.95 n) of the n
 * that are known; unknown ones are counted and never taken as zero. "Larger" is
 * the larger of the two directions' percentiles, "sum" the percentile of both
 * directions' sum, mean by mean. Figures are those of the site.
 */

#include "util/attr.h"
#include "web/report/run.h"

/** The command billing. @return an exit code; what is wrong was said */
MUST_CHECK int run_billing(struct exchange *exchange, const struct options *o);

#endif
