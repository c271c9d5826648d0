/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CSV_H
#define LANTERNE_WEB_CSV_H

/* csv — fields of RFC 4180. */

#include "util/text.h"

/**
 * Append a quoted field. A name that a spreadsheet would take for a formula
 * gets an apostrophe; line ends and other control characters are blanks.
 */
void csv_add_field(struct text *out, const char *string);

/** The same of a name, cut and without odd characters as pages show it. */
void csv_add_name(struct text *out, const char *name);

/** Append a comma and a whole number, rounded; nothing behind the comma where
 * it is not known. */
void csv_add_number(struct text *out, double value);

#endif
