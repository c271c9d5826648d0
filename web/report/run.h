/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_RUN_H
#define LANTERNE_WEB_REPORT_RUN_H

/* run — the commands. Each returns an exit code of sysexits.h; what is wrong
 * was said. */

#include "util/attr.h"
#include "web/report/exchange.h"
#include "web/report/options.h"

/** daily, weekly, monthly */
MUST_CHECK int run_reports(struct exchange *exchange, const struct options *o);

/**
 * Find what a report is to be of, and whether it can be made.
 * @return EX_OK; EX_TEMPFAIL: it is not over, or not stored yet; EX_USAGE:
 * there is no such day
 */
MUST_CHECK int run_find_span(struct span *out, const struct exchange *exchange,
			     const struct options *o, enum span_kind kind);

/** Whether a member is there, if one is asked for. @return an exit code */
MUST_CHECK int run_find_member(const struct member **out,
			       const struct exchange *exchange,
			       const struct options *o);

/** The exit code of a negative code; of 0 EX_OK. */
int run_exit(int rc);

#endif
