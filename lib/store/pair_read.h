/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_PAIR_READ_H
#define LANTERNE_STORE_PAIR_READ_H

/*
 * pair_read — a range of a pair, whose file is written only when the pair has
 * traffic.
 *
 * Where the file ends, a direction is zero as long as its sender was observed,
 * and unknown else: what the file will hold once the pair has traffic again.
 */

#include "store/rrd_read.h"
#include "util/attr.h"

/** Read a range of a pair. @return and out as series_read */
MUST_CHECK int pair_read(struct series_data *out, const char *state_dir,
			 const struct series *pair,
			 const struct series_range *range);

#endif
