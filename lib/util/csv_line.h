/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_CSV_LINE_H
#define LANTERNE_UTIL_CSV_LINE_H

/*
 * csv_line — the fields of a line of RFC 4180, strictly: a quote stands at the
 * beginning of a field, at its end, or doubled in a quoted one. A field ends
 * on its line.
 */

#include <stddef.h>

enum { CSV_FIELDS_MAX = 64 };

struct csv_field {
	const char *text; /* borrowed from the line; no NUL behind it */
	size_t len;
	size_t column; /* where it begins: 1 is the line's first byte */
};

struct csv_line {
	size_t count; /* at least 1 */
	struct csv_field fields[CSV_FIELDS_MAX];
};

/**
 * Split a line, whose quoted fields lose their quotes in place.
 *
 * @param line    len bytes, of which a CR or LF at the end is no part
 * @param column  gets where what is wrong stands
 * @return what is wrong, a static text; NULL: nothing
 */
const char *csv_line_split(struct csv_line *out, char *line, size_t len,
			   size_t *column);

#endif
