/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_TOTALS_H
#define LANTERNE_COLLECTOR_TOTALS_H

/* totals — what a whole replay came to, as one JSON object. */

#include <stdint.h>

#include "collector/aggregate.h"
#include "collector/intake.h"
#include "util/attr.h"
#include "util/json_write.h"
#include "util/text.h"

/** Write the "input" and "ledger" members of the totals and the status. */
void totals_write_input(struct json_writer *w, const struct intake *in);
void totals_write_ledger(struct json_writer *w, const struct intake *in);

/** Write a list of stations as a member of that key, largest first. */
void totals_write_stations(struct json_writer *w, const char *key,
			   const struct intake *in, const struct stations *s,
			   size_t most);

/** Write the "refused" and "unknown_macs" members, largest first. */
void totals_write_refused(struct json_writer *w, const struct agents *agents);
void totals_write_strangers(struct json_writer *w, const struct intake *in,
			    size_t most);

/**
 * Append the totals.
 *
 * @param total    all that was counted; it is emptied
 * @param from_us  first and last record of the replay
 * @return 0 or -ENOMEM
 */
MUST_CHECK int totals_write(struct text *out, const struct intake *in,
			    struct aggregate *total, int64_t from_us,
			    int64_t to_us);

#endif
