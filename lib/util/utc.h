/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_UTC_H
#define LANTERNE_UTIL_UTC_H

/*
 * utc — moments as people write them: "2026-03-01T00:00:00Z".
 *
 * The one form of RFC 3339 that needs no zone and no rounding: UTC, with a
 * capital T and Z, whole seconds, years 1970 to 9999, no leap seconds.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum { UTC_TEXT_SIZE = 21 };

/**
 * Read a moment; the whole slice is one or nothing is.
 * @param out  seconds of the epoch, from 0
 * @return 0; ERR_SYNTAX; ERR_RANGE (no such day or time)
 */
MUST_CHECK int utc_parse(const char *text, size_t len, int64_t *out);

/** Write a moment; one before 1970 or behind 9999 as "-". @return to */
char *utc_format(int64_t at_s, char to[UTC_TEXT_SIZE]);

#endif
