/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_KEY_FIGURES_H
#define LANTERNE_WEB_KEY_FIGURES_H

/*
 * key_figures — what is asked for first: now, the peak of today, the 95th
 * percentile of the calendar month, and how sure that is. Days and months are
 * the exchange's local ones, whatever period a page shows.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/all_time.h"
#include "web/page.h"
#include "web/subject.h"
#include "web/view.h"

struct key_figures {
	double peak; /* of today's minutes, either way, bytes/s; NaN: unknown */
	int64_t peak_at_s;
	enum way peak_way;
	uint32_t peak_row_s; /* of a minute, of pairs longer */
	/* the larger direction's 95th percentile of 5-minute means, bytes/s;
	 * NaN: unknown */
	double month_p95;
	enum way month_way;
	int64_t month_from_s;
	double last_month_p95; /* of the month before */
	bool last_month_whole; /* all of it is known */
	/* the highest of the closed days, of the exchange alone */
	struct all_time ever;
};

/**
 * Work out a subject's figures, once for each step of the data.
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int key_figures_load(struct key_figures *out,
				const struct call *call,
				const struct subject *subject);

/** Append them as tiles, with those of a view that belong there too. */
void key_figures_add(struct text *out, const struct subject *subject,
		     const struct view *view, const struct key_figures *k);

#endif
