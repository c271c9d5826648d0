/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_DIAGNOSTICS_H
#define LANTERNE_UTIL_DIAGNOSTICS_H

/*
 * diagnostics — what is wrong with a file that a person wrote.
 *
 * Collects lines of the form "file:line:column: error: what was found, what
 * was expected", so that one run shows all of them. Says nothing by itself.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"

/* Where in a file; line 0 means the file as a whole, column 0 the line. */
struct place {
	const char *path; /* borrowed; NULL: no file */
	size_t line;
	size_t column;
};

struct diagnostics {
	struct text text; /* the lines, each with its newline */
	unsigned errors;
	unsigned warnings;
};

enum { DIAGNOSTICS_SHOWN = 50 }; /* of errors and of warnings, at most */

/**
 * The place of a byte in a text; columns count characters of UTF-8. Behind
 * the end it is the place of the end.
 */
struct place place_of_byte(const char *path, const char *text, size_t len,
			   size_t offset);

/** Make an empty collection. */
void diagnostics_init(struct diagnostics *d);

/** Free what was collected. */
void diagnostics_fini(struct diagnostics *d);

/** Add an error. Past 50 of them they are only counted. */
void diagnostics_error(struct diagnostics *d, struct place place,
		       const char *format, ...) PRINTF_LIKE(3, 4);

/** Add a warning. Past 50 of them they are only counted. */
void diagnostics_warning(struct diagnostics *d, struct place place,
			 const char *format, ...) PRINTF_LIKE(3, 4);

/** Add lines that say how many more there were. Once, after all others. */
void diagnostics_end(struct diagnostics *d);

#endif
