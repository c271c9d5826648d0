/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/summary.h"

#include "util/language.h"
#include "web/percentile.h"
#include "web/units.h"

void summary_add(struct text *out, const struct view *view, enum way way)
{
	const struct statistics *s = &view->statistics[way][BAND_TOTAL];

	if (!view->is_past) {
		tr_add(out, "now ");
		units_rate(out, view->current[way][BAND_TOTAL]);
		text_add(out, " \xc2\xb7 ");
	}
	tr_add(out, "avg ");
	units_rate(out, s->average);
	tr_add(out, " \xc2\xb7 max ");
	units_rate(out, s->maximum);
	tr_add(out, " \xc2\xb7 95th ");
	percentile_add(out, view, way, BAND_TOTAL);
	text_add(out, " \xc2\xb7 ");
	units_bytes(out, s->total);
}
