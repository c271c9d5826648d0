/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a port's trend says, for its pages. */
#include <math.h>

#include "store/daybook.h"
#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/ports_forecast.h"
#include "web/units.h"

enum { DAYS_NEAR = 90 }; /* so far off a day is said, beyond it a month */

static void add_date(struct text *out, struct date last, double days)
{
	struct date day = date_add_days(last, (int32_t)days);
	int64_t noon_s = zone_day_start(day, DAYBOOK_SLOT_S) + 43200;

	if (days <= DAYS_NEAR)
		dates_add_day(out, noon_s);
	else
		dates_add(out, "%b %Y", noon_s);
}

static void add_interval(struct text *out, const struct forecast *f,
			 struct date last)
{
	add_date(out, last, f->days_early);
	text_add(out, " \xe2\x80\x93 ");
	if (isfinite(f->days_late))
		add_date(out, last, f->days_late);
	else
		tr_add(out, "unsure");
}

void ports_add_forecast(struct text *out, const struct forecast *f,
			struct date last)
{
	switch (f->kind) {
	case FORECAST_UNKNOWN:
		text_add(out, "\xe2\x80\x93");
		return;
	case FORECAST_NO_GROWTH:
		text_add(out, "<small>");
		tr_add(out, "no growth");
		text_add(out, "</small>");
		return;
	case FORECAST_FAR:
		text_add(out, "<small>");
		tr_addf(out, "in more than %d years", (int)TREND_YEARS_MAX);
		text_add(out, "</small>");
		return;
	case FORECAST_NOW:
		text_add(out, "<span class=\"flag bad\">");
		tr_add(out, "full");
		text_add(out, "</span>");
		return;
	case FORECAST_AT:
		break;
	}
	add_date(out, last, f->days);
	text_add(out, " <small class=\"below\">");
	add_interval(out, f, last);
	text_add(out, "</small>");
}

/* "in: +1.20 Mbit/s a day (0.90 to 1.50), level 3.2 Gbit/s" */
static void add_way(struct text *out, const char *way, const struct trend *t)
{
	text_addf(out, "<div><dt>%s</dt><dd>", way);
	if (t->days < TREND_DAYS_LEAST) {
		text_add(out, "\xe2\x80\x93 <small>");
		tr_addf(out, "known days: %zu of %d", t->days,
			(int)TREND_DAYS_LEAST);
		text_add(out, "</small></dd></div>");
		return;
	}
	text_add(out, t->slope < 0 ? "\xe2\x88\x92" : "+");
	units_rate(out, fabs(t->slope) / 8);
	text_add(out, " <small>");
	tr_add(out, "a day, 95 % interval");
	text_addf(out, " %s", t->slope_low < 0 ? "\xe2\x88\x92" : "+");
	units_rate(out, fabs(t->slope_low) / 8);
	text_addf(out, " \xe2\x80\xa6 %s",
		  t->slope_high < 0 ? "\xe2\x88\x92" : "+");
	units_rate(out, fabs(t->slope_high) / 8);
	text_add(out, "; ");
	tr_add(out, "level");
	text_add(out, " ");
	units_rate(out, t->level / 8);
	text_add(out, "</small></dd></div>");
}

void ports_add_trend(struct text *out, const struct port_trend *trend,
		     double speed_bps, struct date last)
{
	struct forecast full = port_trends_full(trend, speed_bps);

	text_addf(out, "<section><h2>%s</h2>\n<dl class=\"facts\">",
		  tr(out, "Growth"));
	add_way(out, tr(out, "in"), &trend->way[WAY_FROM]);
	add_way(out, tr(out, "out"), &trend->way[WAY_TO]);
	text_addf(out, "<div><dt>%s</dt><dd>", tr(out, "Full"));
	ports_add_forecast(out, &full, last);
	text_add(out, "</dd></div></dl>\n<p class=\"note\">");
	tr_addf(out,
		"The trend of the daily 95th percentiles of the last %d days "
		"(Theil\xe2\x80\x93Sen: the median of the slopes between any "
		"two of them). Full is when it reaches the speed; the interval "
		"is the slope\xe2\x80\x99s.",
		(int)TREND_DAYS_MAX);
	text_add(out, "</p></section>\n");
}
