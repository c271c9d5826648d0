/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_LIST_H
#define LANTERNE_STORE_SERIES_LIST_H

/* series_list — which pairs have files, by reading the folders. */

#include "store/series.h"
#include "util/attr.h"

/** Called for each pair; the series is valid during the call. */
typedef void series_visitor(void *context, const struct series *series);

/**
 * Visit every pair that has a file under a state_dir, in no order.
 * Names that are none of ours are passed over.
 * @return 0, also where there are no pairs yet; -errno
 */
MUST_CHECK int series_list_pairs(const char *state_dir, series_visitor *visit,
				 void *context);

#endif
