/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_HISTORY_MAP_H
#define LANTERNE_STORE_HISTORY_MAP_H

/*
 * history_map — which of our series something of another program's is.
 *
 * A CSV file of two fields: what it is there ("vlaninterface:7", or the path of
 * a file), and the series' name, or "-" for what is to be passed over. Lines
 * that are empty or begin with "#" count for nothing; "source,series" may head
 * it. "vlaninterface:007" is "vlaninterface:7".
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/diagnostics.h"

enum { HISTORY_SOURCE_SIZE = 256, HISTORY_MAP_SIZE_MAX = 16 << 20 };

struct history_entry {
	char *source;
	bool passed_over; /* else series is valid */
	struct series series;
	char *switch_name; /* that series borrows, or NULL */
};

struct history_map {
	struct history_entry *entries; /* in order of their sources */
	size_t count;
	size_t room;
};

/**
 * Read the text of a map; what is wrong is told with line and column.
 *
 * @param text  len bytes, which are changed
 * @param path  for messages
 * @param out   to be freed with history_map_fini, also on failure
 * @return 0; ERR_CONFIG (d says why), -ENOMEM
 */
MUST_CHECK int history_map_read(struct history_map *out, char *text, size_t len,
				const char *path, struct diagnostics *d);

/** Read a file. @return as history_map_read, or as file_read */
MUST_CHECK int history_map_load(struct history_map *out, const char *path,
				struct diagnostics *d);

void history_map_fini(struct history_map *m);

/** The entry of a source, or NULL. */
const struct history_entry *history_map_find(const struct history_map *m,
					     const char *source);

#endif
