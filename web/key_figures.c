/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/key_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/units.h"

enum { MINUTE_S = 60, SLOT_S = 300 };

static int read_rows(struct traffic *out, const struct call *call,
		     const struct subject *subject, const struct period *period)
{
	bool exact;

	return view_rows(out, &exact, call, subject, period);
}

static void find_peak(struct key_figures *k, const struct traffic *t, int ways)
{
	for (int way = 0; way < ways; way++) {
		const double *values =
		    traffic_column(t, (enum way)way, BAND_TOTAL);

		for (size_t row = 0; row < t->rows; row++) {
			if (isnan(values[row]) || values[row] <= k->peak)
				continue;
			k->peak = values[row];
			k->peak_at_s = t->from_s + (int64_t)row * t->row_s;
			k->peak_way = (enum way)way;
			k->peak_row_s = t->row_s;
		}
	}
}

static int load_today(struct key_figures *k, const struct call *call,
		      const struct subject *subject)
{
	struct period today = { .range = RANGE_FREE,
				.row_s = MINUTE_S,
				.pair_row_s = SLOT_S };
	struct traffic t;
	int rc;

	today.from_s = zone_day_start(zone_date(call->now_s), MINUTE_S);
	today.to_s = (call->now_s / SLOT_S + 1) * SLOT_S;
	rc = read_rows(&t, call, subject, &today);
	if (rc < 0)
		return rc;
	find_peak(k, &t, subject->one_way ? 1 : WAY_COUNT);
	traffic_fini(&t);
	return 0;
}

/* What the larger direction of some rows comes to. */
struct larger {
	struct statistics of_rows; /* of none known its p95 is NaN */
	enum way way;
};

static int find_larger(struct larger *best, const struct traffic *t,
		       size_t first, size_t count, int ways)
{
	*best = (struct larger){ .of_rows = { .p95 = NAN } };
	for (int way = 0; way < ways; way++) {
		struct statistics s;
		int rc = statistics_of(
		    &s, traffic_column(t, (enum way)way, BAND_TOTAL) + first,
		    count, t->row_s);

		if (rc < 0)
			return rc;
		if (s.known == 0 ||
		    (best->of_rows.known > 0 && s.p95 <= best->of_rows.p95))
			continue;
		*best = (struct larger){ s, (enum way)way };
	}
	return 0;
}

static int judge_months(struct key_figures *k, const struct traffic *t,
			int ways)
{
	size_t begun = (size_t)((k->month_from_s - t->from_s) / t->row_s);
	struct larger larger;
	int rc = find_larger(&larger, t, begun, t->rows - begun, ways);

	if (rc < 0)
		return rc;
	k->month_p95 = larger.of_rows.p95;
	k->month_way = larger.way;
	rc = find_larger(&larger, t, 0, begun, ways);
	k->last_month_p95 = larger.of_rows.p95;
	k->last_month_whole = larger.of_rows.known == begun;
	return rc;
}

static int load_months(struct key_figures *k, const struct call *call,
		       const struct subject *subject)
{
	struct date month = date_month_start(zone_date(call->now_s));
	struct date before = date_month_start(date_add_days(month, -1));
	struct period period = { .range = RANGE_FREE,
				 .row_s = SLOT_S,
				 .pair_row_s = SLOT_S };
	struct traffic t;
	int rc;

	k->month_from_s = zone_day_start(month, SLOT_S);
	period.from_s = zone_day_start(before, SLOT_S);
	period.to_s = (call->now_s / SLOT_S + 1) * SLOT_S;
	rc = read_rows(&t, call, subject, &period);
	if (rc < 0)
		return rc;
	/* Rows that are longer are no 95th percentile. */
	if (t.row_s == SLOT_S && t.from_s <= k->month_from_s)
		rc = judge_months(k, &t, subject->one_way ? 1 : WAY_COUNT);
	traffic_fini(&t);
	return rc;
}

/* A part of the figures, as it was kept, or worked out and kept. */
static int recall(struct key_figures *k, const struct call *call,
		  const struct subject *subject, const struct memo_epoch *epoch,
		  int (*load)(struct key_figures *k, const struct call *call,
			      const struct subject *subject))
{
	char name[MEMO_NAME_SIZE];
	size_t size;
	void *found;
	int rc;
	int len = snprintf(name, sizeof(name), "key %s %s %s",
			   load == load_today ? "today" : "months",
			   subject->kind, text_str(&subject->query));

	/* A name that was cut would be another's too. */
	if (len < 0 || (size_t)len >= sizeof(name))
		return load(k, call, subject);
	if (memo_find(site_memo(call->site), name, epoch, &found, &size)) {
		*k = *(struct key_figures *)found;
		free(found);
		return 0;
	}
	rc = load(k, call, subject);
	if (rc == 0)
		memo_keep(site_memo(call->site), name, epoch, k, sizeof(*k));
	return rc;
}

int key_figures_load(struct key_figures *out, const struct call *call,
		     const struct subject *subject)
{
	/* A month has a new mean each five minutes, not with each step. */
	const struct memo_epoch slot = {
		.generation = call->epoch.generation,
		.period = call->epoch.period,
	};
	struct key_figures months = { .month_p95 = NAN, .last_month_p95 = NAN };
	struct key_figures k = { .peak = NAN };
	struct all_time ever = { .peak = NAN };
	int rc = recall(&k, call, subject, &call->epoch, load_today);

	if (rc == 0 && subject->series.kind != SERIES_PAIR)
		rc = recall(&months, call, subject, &slot, load_months);
	if (rc == 0 && subject->series.kind == SERIES_EXCHANGE)
		rc = all_time_load(&ever, call);
	if (rc < 0)
		return rc;
	*out = months;
	out->peak = k.peak;
	out->peak_at_s = k.peak_at_s;
	out->peak_way = k.peak_way;
	out->peak_row_s = k.peak_row_s;
	out->ever = ever;
	return 0;
}

/* A tile's label; its value and small print follow. */
static void begin_tile(struct text *out, const char *label)
{
	text_addf(out, "<div><dt>%s</dt><dd>", tr(out, label));
}

static void end_tile(struct text *out)
{
	text_add(out, "</small></dd></div>\n");
}

static void add_way(struct text *out, const struct subject *subject,
		    enum way way)
{
	if (subject->one_way)
		return;
	html_escape(out, text_str(&subject->way[way]));
}

/* "6.5 % of the capacity" */
static void add_use(struct text *out, double ratio)
{
	struct text percent;

	text_init_like(&percent, out);
	units_percent(&percent, ratio);
	tr_addf(out, "%s of the capacity", text_str(&percent));
	text_fini(&percent);
}

/* Now, with how full that is where the ports' speed is known. */
static void add_now(struct text *out, const struct subject *subject,
		    const struct view *v)
{
	for (int way = 0; way < (subject->one_way ? 1 : WAY_COUNT); way++) {
		double rate = v->current[way][BAND_TOTAL];

		text_addf(out, "<div><dt>%s", tr(out, "Now"));
		if (!subject->one_way) {
			text_add(out, ", ");
			html_escape(out, text_str(&subject->way[way]));
		}
		text_add(out, "</dt><dd>");
		units_rate(out, rate);
		text_add(out, " <small>");
		if (v->capacity_bps > 0 && !isnan(rate))
			add_use(out, rate * 8 / v->capacity_bps);
		end_tile(out);
	}
}

static void add_peak(struct text *out, const struct subject *subject,
		     const struct key_figures *k)
{
	begin_tile(out, TR("Peak today"));
	units_rate(out, k->peak);
	text_add(out, " <small>");
	if (!isnan(k->peak)) {
		dates_add(out, "%H:%M", k->peak_at_s);
		tr_addf(out, ", %s mean", tr(out, units_row(k->peak_row_s)));
		text_add(out, subject->one_way ? "" : ", ");
		add_way(out, subject, k->peak_way);
	}
	end_tile(out);
}

/* The highest that there ever was: of the books of closed days, which are of
 * samples, or of today. */
static void add_ever(struct text *out, const struct key_figures *k)
{
	bool of_book = !(k->peak >= k->ever.peak);
	double peak = of_book ? k->ever.peak : k->peak;

	if (isnan(k->ever.peak) && isnan(k->peak))
		return;
	if (isnan(peak)) {
		of_book = !of_book;
		peak = of_book ? k->ever.peak : k->peak;
	}
	begin_tile(out, TR("Highest ever"));
	if (of_book)
		text_add(out, "\xe2\x89\x88\xc2\xa0");
	units_rate(out, peak);
	text_add(out, " <small>");
	dates_add_minute(out, of_book ? k->ever.at_s : k->peak_at_s);
	end_tile(out);
}

static void add_month(struct text *out, const struct subject *subject,
		      const struct key_figures *k)
{
	begin_tile(out, TR("95th percentile, this month"));
	units_rate(out, k->month_p95);
	text_add(out, " <small>");
	if (!isnan(k->month_p95))
		add_way(out, subject, k->month_way);
	if (!isnan(k->last_month_p95)) {
		struct text rate;

		text_init_like(&rate, out);
		units_rate(&rate, k->last_month_p95);
		text_add(out, subject->one_way ? "" : "; ");
		tr_addf(out,
			k->last_month_whole ? TR("last month %s")
					    : TR("last month, in part, %s"),
			text_str(&rate));
		text_fini(&rate);
	}
	end_tile(out);
}

/* How sure the totals of the period are. */
static void add_sureness(struct text *out, const struct subject *subject,
			 const struct view *v)
{
	double total = v->statistics[WAY_FROM][BAND_TOTAL].total;
	double error = v->ci95_bytes[WAY_FROM];

	if (!subject->one_way) {
		total += v->statistics[WAY_TO][BAND_TOTAL].total;
		error = hypot(error, v->ci95_bytes[WAY_TO]);
	}

	begin_tile(out, TR("Totals"));
	if (v->is_exact) {
		text_addf(out, "%s <small>%s", tr(out, "exact"),
			  tr(out, "interface counters"));
	} else if (total > 0 && isfinite(error)) {
		text_add(out, "\xc2\xb1");
		units_percent(out, fmax(error / total, 0.001));
		text_addf(out, " <small>%s",
			  tr(out, "estimated from samples, 95 % interval"));
	} else {
		text_addf(out, "%s <small>%s", tr(out, "estimated"),
			  tr(out, "from samples"));
	}
	end_tile(out);
}

static void add_limits(struct text *out, const struct view *v)
{
	if (!(v->capacity_bps > 0))
		return;
	begin_tile(out, TR("Capacity"));
	units_speed(out, v->capacity_bps);
	text_add(out, " <small>");
	if (v->contracted_bps > 0) {
		tr_add(out, "contracted ");
		units_speed(out, v->contracted_bps);
	}
	end_tile(out);
}

/* Of both directions; nothing where families are not told. */
static void add_v6(struct text *out, const struct subject *subject,
		   const struct view *v)
{
	double total = 0;
	double v6 = 0;

	if (!v->traffic.has_bands)
		return;
	for (int way = 0; way < (subject->one_way ? 1 : WAY_COUNT); way++) {
		total += v->statistics[way][BAND_TOTAL].total;
		v6 += v->statistics[way][BAND_V6].total;
	}
	begin_tile(out, TR("IPv6 share"));
	units_percent(out, v6 / total);
	text_add(out, " <small>");
	period_add_label(out, &v->period);
	end_tile(out);
}

void key_figures_add(struct text *out, const struct subject *subject,
		     const struct view *view, const struct key_figures *k)
{
	text_add(out, "<dl class=\"tiles\">\n");
	add_now(out, subject, view);
	add_peak(out, subject, k);
	if (subject->series.kind == SERIES_EXCHANGE)
		add_ever(out, k);
	/* Of pairs 5-minute means are kept for two days only. */
	if (subject->series.kind != SERIES_PAIR)
		add_month(out, subject, k);
	add_sureness(out, subject, view);
	add_v6(out, subject, view);
	add_limits(out, view);
	text_add(out, "</dl>\n");
}
