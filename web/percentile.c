/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/percentile.h"

#include <math.h>

#include "store/rrd_read.h"
#include "web/units.h"

enum { FRAME_BYTES = 1000 }; /* where no packets are stored */

/* Bytes and packets of both members, by the pair's directions. */
struct frames {
	double bytes[WAY_COUNT][BAND_COUNT];
	double packets[WAY_COUNT][BAND_COUNT];
};

double percentile_sampling_rate(const struct status *status)
{
	double highest = (double)NAN;

	for (size_t i = 0; status && i < status->switch_count; i++) {
		const struct status_switch *w = &status->switches[i];
		double rate = w->sampling_rate;

		if (!(rate >= 1))
			continue;
		/* What is missing was taken for what came: fewer stand for as
		 * much. A mirror's frames are all there are. */
		if (rate > 1 && w->correction > 1)
			rate *= w->correction;
		highest = fmax(highest, rate);
	}
	return highest;
}

double percentile_bias(double samples)
{
	return samples == 0 ? (double)INFINITY : 7 / samples;
}

bool percentile_is_corrected(double bias)
{
	return bias > 7.0 / PERCENTILE_SAMPLES_ENOUGH &&
	       !percentile_is_withheld(bias);
}

bool percentile_is_withheld(double bias)
{
	return !(bias <= 7.0 / PERCENTILE_SAMPLES_LEAST);
}

double percentile_correct(double measured, double bias)
{
	if (percentile_is_withheld(bias))
		return (double)NAN;
	return percentile_is_corrected(bias) ? measured / (1 + bias) : measured;
}

static void add_frames(struct frames *f, enum way way, enum band band,
		       double bytes, double packets)
{
	if (!isfinite(bytes) || !isfinite(packets))
		return;
	f->bytes[way][band] += bytes;
	f->packets[way][band] += packets;
	f->bytes[way][BAND_TOTAL] += bytes;
	f->packets[way][BAND_TOTAL] += packets;
}

/*
 * What a member sends belongs to the direction in which it is the sender. One
 * whose file cannot be read says nothing; the reader has logged it.
 */
static void read_member(struct frames *f, const struct call *call, uint32_t asn,
			const struct series_range *range, enum way sends)
{
	enum way receives = sends == WAY_FROM ? WAY_TO : WAY_FROM;
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };
	struct series_data data;

	if (series_read(&data, call->config->state_dir, &series, range) < 0)
		return;
	for (size_t row = 0; row < data.rows; row++) {
		const double *at = data.values + row * data.columns;

		add_frames(f, sends, BAND_V4, at[TRAFFIC_FROM_V4_BYTES],
			   at[TRAFFIC_FROM_V4_PKTS]);
		add_frames(f, sends, BAND_V6, at[TRAFFIC_FROM_V6_BYTES],
			   at[TRAFFIC_FROM_V6_PKTS]);
		add_frames(f, receives, BAND_V4, at[TRAFFIC_TO_V4_BYTES],
			   at[TRAFFIC_TO_V4_PKTS]);
		add_frames(f, receives, BAND_V6, at[TRAFFIC_TO_V6_BYTES],
			   at[TRAFFIC_TO_V6_PKTS]);
	}
	series_data_fini(&data);
}

static double frame_bytes(const struct frames *f, enum way way, enum band band)
{
	double bytes = f->bytes[way][band];
	double packets = f->packets[way][band];

	return bytes > 0 && packets > 0 ? bytes / packets : FRAME_BYTES;
}

/* A mirror misses nothing, and a pair without any traffic has none at 95 % of
 * the time either. */
void percentile_of_pair(struct view *view, const struct call *call,
			const struct series *pair)
{
	double rate = percentile_sampling_rate(call->status);
	struct series_range range = traffic_range(
	    view->period.from_s, view->period.to_s, view->period.row_s);
	struct frames f = { 0 };

	read_member(&f, call, pair->asn, &range, WAY_FROM);
	read_member(&f, call, pair->other_asn, &range, WAY_TO);
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
		enum way way = (enum way)(i / BAND_COUNT);
		enum band band = (enum band)(i % BAND_COUNT);
		double *p95 = &view->p95[way][band];
		double samples = *p95 * view->p95_row_s /
				 (rate * frame_bytes(&f, way, band));
		bool is_sure =
		    rate <= 1 || view->statistics[way][band].maximum == 0;
		double bias = is_sure ? 0 : percentile_bias(samples);

		view->p95_bias[way][band] = bias;
		*p95 = percentile_correct(*p95, bias);
	}
	view->p95_basis =
	    isnan(rate) ? PERCENTILE_WITHOUT_RATE : PERCENTILE_ESTIMATED;
}

void percentile_add(struct text *out, const struct view *view, enum way way,
		    enum band band)
{
	if (percentile_is_corrected(view->p95_bias[way][band]))
		text_add(out, "\xe2\x89\x88\xc2\xa0");
	units_rate(out, view->p95[way][band]);
}

void percentile_add_bias(struct text *out, double bias, const char *before,
			 const char *after)
{
	if (!percentile_is_corrected(bias))
		return;
	text_addf(out, "%s+", before);
	units_percent(out, bias);
	text_add(out, after);
}

/* Whether it holds of a percentile that is shown. One of nothing but unknown
 * means is not withheld for its samples. */
static bool holds_of_any(const struct view *v, bool with_bands,
			 bool (*holds)(double bias))
{
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
		int way = i / BAND_COUNT;
		int band = i % BAND_COUNT;

		if ((band == BAND_TOTAL || with_bands) &&
		    v->statistics[way][band].known > 0 &&
		    holds(v->p95_bias[way][band]))
			return true;
	}
	return false;
}

void percentile_add_note(struct text *out, const struct view *view,
			 bool with_bands)
{
	if (view->p95_basis == PERCENTILE_MEASURED)
		return;
	if (view->p95_basis == PERCENTILE_WITHOUT_RATE) {
		text_add(out, "No sampling rate is known, so the 95th "
			      "percentile is withheld. ");
		return;
	}
	if (holds_of_any(view, with_bands, percentile_is_corrected)) {
		const char *before = " (";

		text_add(out, "\xe2\x89\x88: corrected, as of few samples "
			      "a 95th percentile comes out too high");
		for (int way = 0; !with_bands && way < WAY_COUNT; way++) {
			double bias = view->p95_bias[way][BAND_TOTAL];

			percentile_add_bias(out, bias, before, "");
			if (percentile_is_corrected(bias))
				before = ", ";
		}
		text_add(out, with_bands ? ". " : "). ");
	}
	if (holds_of_any(view, with_bands, percentile_is_withheld))
		text_addf(out,
			  "One of fewer than %d samples a mean is withheld. ",
			  PERCENTILE_SAMPLES_LEAST);
}
