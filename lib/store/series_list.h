/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_LIST_H
#define LANTERNE_STORE_SERIES_LIST_H

/* series_list — which series have files, by reading the folders. */

#include <stdbool.h>
#include <stddef.h>

#include "store/series.h"
#include "util/attr.h"

/** Called for each series; it and its names are valid during the call. */
typedef void series_visitor(void *context, const struct series *series);

/**
 * Visit every series of a kind that has a file under a state_dir, in no order.
 * Names that are none of ours are passed over.
 * @return 0, also where there are none yet; -errno
 */
MUST_CHECK int series_list_kind(const char *state_dir, enum series_kind kind,
				series_visitor *visit, void *context);

/** The same of pairs. */
MUST_CHECK int series_list_pairs(const char *state_dir, series_visitor *visit,
				 void *context);

/* Series with a copy of their names. */
struct series_set {
	struct series *items;
	size_t count;
	size_t capacity;
	char **names; /* of switches, each once */
	size_t name_count;
	bool failed; /* no memory */
};

/** Add to a set every series of a kind that has a file. @return 0 or -errno */
MUST_CHECK int series_set_add_kind(struct series_set *set,
				   const char *state_dir,
				   enum series_kind kind);

/** Order a set as series_compare does. */
void series_set_sort(struct series_set *set);

/** Free what a set holds; it is empty then. */
void series_set_fini(struct series_set *set);

#endif
