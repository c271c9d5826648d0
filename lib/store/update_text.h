/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_UPDATE_TEXT_H
#define LANTERNE_STORE_UPDATE_TEXT_H

/*
 * update_text — what librrd is told in words: updates and definitions.
 *
 * One printer for all who tell it, through a call or through rrdcached, so
 * that the same row gives the same file. For lib/store alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_header.h"
#include "store/series.h"

enum {
	UPDATE_STAMP_SIZE = 24,
	UPDATE_VALUE_SIZE = 32, /* ":1.2345678901234567e+308" and more */
	UPDATE_TEXT_SIZE =
	    UPDATE_STAMP_SIZE + SERIES_COLUMNS_MAX * UPDATE_VALUE_SIZE,
	DEFINITION_SIZE = 64,
	DEFINITIONS_MAX = SERIES_COLUMNS_MAX + SERIES_ARCHIVES_MAX,
};

/**
 * Print an update: "1700000060:1:2.5:U". A value that is no rate (negative,
 * infinite, NaN) is U; whole numbers arrive exactly.
 *
 * @param at_s    its stamp: the end of the row's step
 * @param values  column_count of them; NULL: all unknown
 * @return its length, below UPDATE_TEXT_SIZE; a NUL stands behind it
 */
size_t update_print(char to[UPDATE_TEXT_SIZE],
		    const struct series_layout *layout, int64_t at_s,
		    const double *values);

/**
 * Print the data sources and archives of a layout, each a word.
 * @return how many, at most DEFINITIONS_MAX
 */
size_t definitions_print(char to[][DEFINITION_SIZE],
			 const struct series_layout *layout);

#endif
