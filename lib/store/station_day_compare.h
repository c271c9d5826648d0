/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_STATION_DAY_COMPARE_H
#define LANTERNE_STORE_STATION_DAY_COMPARE_H

/*
 * station_day_compare — which stations are new, gone or moved on a day. Pure:
 * the same days give the same findings.
 *
 * A station is an address in a VLAN; VLAN 0, not known, is the same as any. It
 * is found on a day if it stays at some place then: whoever passes by is no
 * finding. A member's is new only if it did not even pass by before; a stranger
 * that passed by was not there. It is gone only if it did not even pass by.
 *
 * Its place is where it was seen last, an edge port before a core port. It has
 * moved if it did not stay there on the day before, and its edge ports of then
 * are given up: not seen again after the new place was, or not in the hour
 * before that was seen last. So a second connection, or two ports in turns,
 * is no move. A port is the same by its ifIndex or by its name.
 *
 * Whether the day was observed, and each switch was heard, is not looked at:
 * station_day.observed_s and source_day.h tell.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/station_day.h"
#include "util/attr.h"

enum station_change {
	STATION_NEW,
	STATION_GONE,
	STATION_MOVED,
	STATION_CHANGE_COUNT,
};

/* Its places, of the days that were compared. */
struct station_finding {
	enum station_change change;
	const struct station_entry *now;    /* NULL: gone */
	const struct station_entry *before; /* NULL: new */
};

struct station_changes {
	bool comparable;    /* false: there is no day before, and nothing else
			     * here */
	struct date before; /* the newest day before: what gone and moved are
			     * by */
	struct station_finding *all; /* new, gone, moved; each by address */
	size_t count;
	size_t counts[STATION_CHANGE_COUNT];
};

/**
 * Compare a day with days before it.
 *
 * @param day           borrowed as long as out
 * @param before, count other days, in any order; those that are not before the
 *                      day are passed over; borrowed as long as out. New is
 *                      what is on none of them.
 * @param out           on success to be freed with station_changes_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int station_day_compare(struct station_changes *out,
				   const struct station_day *day,
				   const struct station_day *const *before,
				   size_t count);

void station_changes_fini(struct station_changes *changes);

#endif
