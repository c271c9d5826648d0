/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAYBOOK_FORMAT_H
#define LANTERNE_STORE_DAYBOOK_FORMAT_H

/*
 * daybook_format — where what stands in a day book; for its writer and reader
 * alone. ARCHITECTURE.md has the format in words.
 *
 * Numbers are little endian; a varint is LEB128: seven bits a byte, the lowest
 * first, the top bit set on all but the last.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/series.h"

#define DAYBOOK_MAGIC "LanDayBk"

enum {
	CHECKSUM_AT = sizeof(DAYBOOK_MAGIC) - 1, /* of all behind it */
	VERSION_AT = CHECKSUM_AT + 4,
	KIND_AT = VERSION_AT + 4,
	MONTH_AT = KIND_AT + 1,
	DAY_AT = MONTH_AT + 1,
	ZONE_LENGTH_AT = DAY_AT + 1,
	YEAR_AT = ZONE_LENGTH_AT + 1,
	ROW_AT = YEAR_AT + 2, /* minutes */
	FROM_AT = ROW_AT + 2,
	TO_AT = FROM_AT + 8,
	KNOWN_AT = TO_AT + 8,
	COUNT_AT = KNOWN_AT + 8,
	HEAD_SIZE = COUNT_AT + 4, /* then the zone's name */

	SPAN_MAX_S = 33 * 86400, /* a month in which a zone moved a day back */

	PAIR_BYTES = 1 << 0, /* and the next three bits: these bytes follow */
	PAIR_KNOWN = 1 << 4, /* and the next one: not all slots are known */
	PAIR_ASN = 1 << 6,   /* a is another than of the pair before */
	PAIR_VLAN = 1 << 7,  /* so is the VLAN */
};

/** Variances are beyond 64 bits; all other totals are counts. */
bool daybook_is_variance(enum series_kind kind, size_t column);

#endif
