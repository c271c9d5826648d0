/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_OUTPUT_H
#define LANTERNE_WEB_REPORT_OUTPUT_H

/* output — what was written down, to standard output or into a folder. */

#include <stdbool.h>

#include "util/attr.h"
#include "util/text.h"

/**
 * Put a text where it belongs. A file that says the same is left as it is; any
 * other is replaced whole, by a temporary file beside it and a rename.
 *
 * @param dir   NULL: standard output; else made if need be
 * @param name  of the file in it
 * @return 0 or -errno; the log says what could not be done
 */
MUST_CHECK int output_put(const char *dir, const char *name,
			  const struct text *text);

/** Whether there is such a file; never of standard output. */
bool output_exists(const char *dir, const char *name);

#endif
