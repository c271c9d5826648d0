/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_SUMS_JSON_H
#define LANTERNE_COLLECTOR_SUMS_JSON_H

/* sums_json — sums of traffic and of counters, as the totals and the journal
 * are printed. */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/tally.h"
#include "util/json_write.h"

/** True if any of the FAMILY_COUNT tallies has a sample. */
bool sums_json_any(const struct tally *families);

/** "ipv4": {...}, ... into the open object, those with samples. */
void sums_json_families(struct json_writer *w, const struct tally *families);

/** The same as the value of a key: "from_member": {...}. */
void sums_json_direction(struct json_writer *w, const char *key,
			 const struct tally *families);

/**
 * A port's "counters" and "estimate" into the open object.
 *
 * @param grown     COUNTER_COUNT of them
 * @param estimate  bytes, in and out
 */
void sums_json_port(struct json_writer *w, const uint64_t *grown,
		    const uint64_t *estimate);

#endif
