/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_day.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/daybook.h"
#include "util/err.h"
#include "util/zone.h"

enum {
	DAY_S = 86400,
	FINE_S = 300,
	FINE_REACH_S = 62 * DAY_S,
	HOUR_S = 3600,
};

static const double full_from = 0.8;

int port_day_slots(struct port_day_slots *out, const struct call *call,
		   struct date date, uint32_t slot_s)
{
	struct port_day_slots s = {
		.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S),
		.row_s = FINE_S,
	};

	if (s.from_s >= s.to_s || s.from_s < 0)
		return ERR_RANGE;
	if (call->now_s - s.from_s >= FINE_REACH_S)
		s.row_s = HOUR_S;
	s.slot_s = slot_s > s.row_s ? slot_s : s.row_s;
	s.count = (size_t)((s.to_s - s.from_s + s.slot_s - 1) / s.slot_s);
	*out = s;
	return 0;
}

/* The utilisation of a mean; NaN: unknown. */
static double use_at(const struct traffic *t, size_t row, enum port_day_way way,
		     double speed_bps)
{
	double in = traffic_column(t, WAY_FROM, BAND_TOTAL)[row];
	double to = traffic_column(t, WAY_TO, BAND_TOTAL)[row];

	if (way == PORT_DAY_IN)
		to = NAN;
	else if (way == PORT_DAY_OUT)
		in = NAN;
	return fmax(in, to) * 8 / speed_bps;
}

static void take(struct port_day *day, const struct port_day_slots *slots,
		 const struct traffic *t, size_t row, double use)
{
	int64_t at_s = t->from_s + (int64_t)row * t->row_s;
	size_t slot;

	if (at_s < slots->from_s)
		at_s = slots->from_s;
	if (at_s >= slots->to_s)
		return;
	slot = (size_t)((at_s - slots->from_s) / slots->slot_s);
	day->use[slot] = fmax(day->use[slot], use);
	if (!(use <= day->highest)) {
		day->highest = use;
		day->highest_at_s = at_s;
	}
	if (use >= full_from)
		day->full_s += t->row_s;
}

static void fill(struct port_day *day, const struct port_day_slots *slots,
		 const struct traffic *t, enum port_day_way way,
		 double speed_bps)
{
	double sum = 0;
	size_t known = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double use = use_at(t, row, way, speed_bps);

		if (isnan(use))
			continue;
		take(day, slots, t, row, use);
		sum += use;
		known++;
	}
	day->is_estimate = t->is_estimate;
	if (known > 0)
		day->average = sum / (double)known;
}

int port_day_load(struct port_day *out, const struct call *call,
		  const struct port_row *row,
		  const struct port_day_slots *slots, enum port_day_way way)
{
	const struct series series = ports_series(call, row);
	const struct series_range range =
	    traffic_range(slots->from_s, slots->to_s, slots->row_s);
	struct port_day day = { .average = NAN, .highest = NAN };
	struct traffic t;

	day.use = calloc(slots->count + 1, sizeof(*day.use));
	if (!day.use)
		return -ENOMEM;
	for (size_t i = 0; i < slots->count; i++)
		day.use[i] = NAN;
	/* What cannot be read is in the log, and unknown here. */
	if (traffic_read(&t, call->config->state_dir, &series, &range) == 0) {
		fill(&day, slots, &t, way, row->speed_bps);
		traffic_fini(&t);
	}
	*out = day;
	return 0;
}

void port_day_fini(struct port_day *day)
{
	free(day->use);
	day->use = NULL;
}
