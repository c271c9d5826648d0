/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_PARSE_H
#define LANTERNE_STORE_SERIES_PARSE_H

/*
 * series_parse — the names of series, read again. A series' name is that of
 * its file below rrd/ without ".rrd": "member/as64500", "port/sw1/436207616",
 * "pair/v100/as64500/as64501". Read as series_file writes it and no other way.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/series.h"
#include "util/attr.h"

enum { SERIES_NAME_LEVELS = 3 }; /* pair/v100/as64500/as64501.rrd */

/** The folder of a kind's files below rrd/; static. */
const char *series_folder(enum series_kind kind);

/** How many names stand behind that folder: up to SERIES_NAME_LEVELS. */
size_t series_levels(enum series_kind kind);

/**
 * Read one name of a series' path.
 *
 * @param series       its kind is known; gets what the name says
 * @param switch_name  gets the switch's name, which series borrows then
 * @param level        0 is the name behind the folder
 * @return whether it is one
 */
bool series_parse_level(struct series *series,
			char switch_name[SERIES_SWITCH_NAME_SIZE],
			const char *name, size_t level);

/**
 * Read the name of a series.
 *
 * @param switch_name  as in series_parse_level
 * @return 0 or ERR_SYNTAX: there is no series of this name
 */
MUST_CHECK int series_parse(struct series *out,
			    char switch_name[SERIES_SWITCH_NAME_SIZE],
			    const char *name, size_t len);

/**
 * Write the name of a series.
 * @param to  SERIES_FILE_SIZE bytes
 * @return 0 or as series_file
 */
MUST_CHECK int series_print(char to[SERIES_FILE_SIZE],
			    const struct series *series);

#endif
