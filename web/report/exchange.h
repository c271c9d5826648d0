/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_EXCHANGE_H
#define LANTERNE_WEB_REPORT_EXCHANGE_H

/*
 * exchange — what a report program knows of its exchange: configuration,
 * roster, the collector's status; as one who sees everything.
 */

#include <stdint.h>

#include "ixp/generation.h"
#include "util/attr.h"
#include "web/auth/principal.h"
#include "web/page.h"
#include "web/site.h"

struct exchange {
	struct generation *generation;
	struct site *site;
	struct principal reader;
	struct call call;
};

/**
 * Read all of it, and make the exchange's time zone the process's.
 *
 * @param out  stays where it is; to be closed with exchange_close in any case
 * @return an exit code of sysexits.h; what is wrong was said
 */
MUST_CHECK int exchange_open(struct exchange *out, const char *path);

/**
 * Take the configuration as it is for another moment: whose a port was then.
 * @return an exit code; what is wrong was said
 */
MUST_CHECK int exchange_as_of(struct exchange *exchange, int64_t at_s);

void exchange_close(struct exchange *exchange);

/** "Now" of the data: the end of a replayed capture, else the clock's time. */
int64_t exchange_now(const struct exchange *exchange);

/** Up to when all rows are stored, those of ports too; 0: that is not known. */
int64_t exchange_stored(const struct exchange *exchange);

#endif
