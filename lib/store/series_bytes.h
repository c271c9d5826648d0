/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_BYTES_H
#define LANTERNE_STORE_SERIES_BYTES_H

/*
 * series_bytes — numbers and series' identities as the files of the store have
 * them, day books and counters: varints, seven bits a byte, the lowest first,
 * the top bit set on all but the last; read as untrusted. For lib/store alone.
 */

#include <stdint.h>

#include "store/series.h"
#include "util/cursor.h"
#include "util/text.h"

/** Append a number. */
void series_bytes_add_varint(struct text *out, uint64_t value);

/** A number that is at most max; else 0, and the cursor has failed. */
uint64_t series_bytes_varint(struct cursor *c, uint64_t max);

/** Make a cursor fail. */
void series_bytes_fail(struct cursor *c);

/** Append which series it is; not of a pair. */
void series_bytes_add(struct text *out, const struct series *series);

/**
 * Which series it is; not a pair's. What cannot be makes the cursor fail.
 *
 * @param name  gets the switch's name, to which series will point, if the kind
 *              has one
 */
void series_bytes_read(struct cursor *c, struct series *series,
		       char name[SERIES_SWITCH_NAME_SIZE]);

#endif
