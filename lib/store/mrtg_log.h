/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_MRTG_LOG_H
#define LANTERNE_STORE_MRTG_LOG_H

/*
 * mrtg_log — the rows of MRTG's own kind of file (mrtg-logfile(1)).
 *
 * After a first line with the counters, the newest first, a line is a time,
 * two means per second, in and out, and two maxima, of what ended then and
 * began at the time of the line behind it, the older one; so of the oldest line
 * no start is known. The file has no word for unknown: a log begins full of
 * zeros, so those before the first traffic are taken for that; where later MRTG
 * did not run or got no answer, it has the last rate again or, with unknaszero,
 * zeros, and both are taken for what they say.
 */

#include <stddef.h>

#include "store/history.h"
#include "util/attr.h"

/**
 * Add the rows of a log to two columns of a history.
 *
 * Rows of a length that does not divide a day are left out, as the newest one,
 * which ends when MRTG last ran.
 *
 * @param text   len bytes and a NUL behind them
 * @param fault  gets a static text where the file is at fault
 * @return 0; ERR_MALFORMED (see fault): a part was added; or as history_add
 */
MUST_CHECK int mrtg_log_add(const char *text, size_t len, struct history *to,
			    const size_t columns[2], const char **fault);

#endif
