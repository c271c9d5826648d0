/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_JOURNAL_PRINT_H
#define LANTERNE_COLLECTOR_JOURNAL_PRINT_H

/*
 * journal_print — a file of the journal as text, one JSON object a record, in
 * the shape of the totals. Needs no configuration.
 */

#include <stdio.h>

#include "util/attr.h"

/**
 * Print the records that count. What is wrong is said on standard error.
 *
 * @param out  borrowed; a failed write stays in its error flag
 * @return 0; ERR_MALFORMED: it is damaged, the records before it were printed,
 *         or no journal; ERR_UNSUPPORTED: of a later version; -errno
 */
MUST_CHECK int journal_print(const char *path, FILE *out);

#endif
