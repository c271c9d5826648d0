/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ALL_TIME_H
#define LANTERNE_WEB_ALL_TIME_H

/*
 * all_time — the highest that the exchange ever carried, by the books of
 * months and days, which outlive every archive.
 */

#include <stdint.h>

#include "util/attr.h"
#include "web/page.h"

struct all_time {
	double peak; /* of a minute, by samples, bytes/s; NaN: no book */
	int64_t at_s;
};

/**
 * Look through the books of the closed days, once a local day.
 * @return 0 or -ENOMEM; a book that cannot be read is left out
 */
MUST_CHECK int all_time_load(struct all_time *out, const struct call *call);

#endif
