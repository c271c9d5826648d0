/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAY_FIGURES_H
#define LANTERNE_STORE_DAY_FIGURES_H

/*
 * day_figures — what the rows of a day or month come to. Pure; by the
 * definitions of store/statistics.h, so the figures are those of the pages.
 */

#include "store/daybook.h"
#include "store/rrd_read.h"
#include "util/attr.h"

/**
 * Work out totals, known slots, peaks and percentiles of an entry.
 *
 * @param entry  initialised, with its series
 * @param rows   of one slot each: the whole day or month
 * @return 0 or -ENOMEM
 */
MUST_CHECK int day_figures_fill(struct daybook_entry *entry,
				const struct series_data *rows);

/** Find the highest minutes of an entry in rows of a minute each. */
void day_figures_minutes(struct daybook_entry *entry,
			 const struct series_data *rows);

/** Take the highest minute of a day of a series for its month's, if it is. */
void day_figures_take_minutes(struct daybook_measure month[],
			      const struct daybook_entry *day);

/** Whether anything is known of an entry. */
bool day_figures_known(const struct daybook_entry *entry);

/**
 * Work out a pair's day.
 * @param pair  with its numbers
 * @param rows  of one slot each, or of several
 */
void day_figures_pair(struct daybook_pair *pair,
		      const struct series_data *rows);

#endif
