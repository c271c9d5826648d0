/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/percentile.h"

#include <math.h>

#include "store/rrd_read.h"
#include "util/language.h"
#include "web/units.h"

enum { SLOT_S = 300 }; /* what a percentile is made of, by definition */

/* Bytes that members' samples say of the pair's directions, and how uncertain:
 * their variance. */
struct noise {
	double bytes[WAY_COUNT];
	double variance[WAY_COUNT]; /* bytes² */
};

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

static void add_noise(struct noise *n, enum way way, const double parts[3],
		      double variance)
{
	double bytes = 0;

	for (int i = 0; i < 3; i++) {
		if (isfinite(parts[i]))
			bytes += parts[i];
	}
	if (!isfinite(variance))
		return;
	n->bytes[way] += bytes;
	n->variance[way] += variance;
}

/*
 * What a member sends belongs to the direction in which it is the sender. One
 * whose file cannot be read says nothing; the reader has logged it.
 */
static void read_member(struct noise *n, const struct call *call, uint32_t asn,
			const struct series_range *range, enum way sends)
{
	enum way receives = sends == WAY_FROM ? WAY_TO : WAY_FROM;
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };
	struct series_data data;

	if (series_read(&data, call->config->state_dir, &series, range) < 0)
		return;
	for (size_t row = 0; row < data.rows; row++) {
		const double *at = data.values + row * data.columns;
		const double from[] = { at[TRAFFIC_FROM_V4_BYTES],
					at[TRAFFIC_FROM_V6_BYTES],
					at[TRAFFIC_FROM_OTHER_BYTES] };
		const double to[] = { at[TRAFFIC_TO_V4_BYTES],
				      at[TRAFFIC_TO_V6_BYTES],
				      at[TRAFFIC_TO_OTHER_BYTES] };

		add_noise(n, sends, from, at[TRAFFIC_FROM_VAR]);
		add_noise(n, receives, to, at[TRAFFIC_TO_VAR]);
	}
	series_data_fini(&data);
}

/*
 * In a mean of so many bytes; NaN: not known. The variance of a byte is N·s for
 * frames of s bytes at 1 in N, and half of that where two sides count; frames
 * of several sizes make the samples fewer, as they make the percentile less
 * sure. A mirror misses nothing.
 */
static double samples_in(const struct noise *n, enum way way, double bytes)
{
	if (!(n->bytes[way] > 0))
		return (double)NAN;
	if (n->variance[way] == 0)
		return (double)INFINITY;
	return bytes * n->bytes[way] / n->variance[way];
}

static double bias_of(const struct view *v, const struct noise *n, enum way way,
		      enum band band)
{
	if (v->p95_row_s > SLOT_S)
		return (double)NAN;
	/* Without any traffic there is none at 95 % of the time either. */
	if (v->statistics[way][band].maximum == 0)
		return 0;
	return percentile_bias(
	    samples_in(n, way, v->p95[way][band] * v->p95_row_s));
}

void percentile_of_pair(struct view *view, const struct call *call,
			const struct series *pair)
{
	struct series_range range = traffic_range(
	    view->period.from_s, view->period.to_s, view->period.row_s);
	struct noise n = { 0 };

	read_member(&n, call, pair->asn, &range, WAY_FROM);
	read_member(&n, call, pair->other_asn, &range, WAY_TO);
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
		enum way way = (enum way)(i / BAND_COUNT);
		enum band band = (enum band)(i % BAND_COUNT);
		double *p95 = &view->p95[way][band];
		double bias = bias_of(view, &n, way, band);

		view->p95_bias[way][band] = bias;
		*p95 = percentile_correct(*p95, bias);
	}
	if (view->p95_row_s > SLOT_S)
		view->p95_basis = PERCENTILE_OF_LONG_MEANS;
	else if (n.bytes[WAY_FROM] > 0 || n.bytes[WAY_TO] > 0)
		view->p95_basis = PERCENTILE_ESTIMATED;
	else
		view->p95_basis = PERCENTILE_WITHOUT_SAMPLES;
}

void percentile_add(struct text *out, const struct view *view, enum way way,
		    enum band band)
{
	if (percentile_is_corrected(view->p95_bias[way][band]))
		text_add(out, "\xe2\x89\x88\xc2\xa0");
	units_rate(out, view->p95[way][band]);
}

void percentile_add_bias(struct text *out, double bias)
{
	text_add_char(out, '+');
	units_percent(out, bias);
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

/* What some are corrected for; the bias of each direction in words, or NULL. */
static void add_correction(struct text *out, const char *biases)
{
	if (biases)
		tr_addf(out,
			"\xe2\x89\x88: corrected, as of few samples a 95th "
			"percentile comes out too high (%s). ",
			biases);
	else
		tr_add(out, "\xe2\x89\x88: corrected, as of few samples a "
			    "95th percentile comes out too high. ");
}

static void add_estimate_note(struct text *out, const struct view *view,
			      bool with_bands)
{
	struct text biases;

	text_init_like(&biases, out);
	for (int way = 0; !with_bands && way < WAY_COUNT; way++) {
		double bias = view->p95_bias[way][BAND_TOTAL];

		if (!percentile_is_corrected(bias))
			continue;
		text_add(&biases, biases.len ? ", " : "");
		percentile_add_bias(&biases, bias);
	}
	if (holds_of_any(view, with_bands, percentile_is_corrected))
		add_correction(out, with_bands ? NULL : text_str(&biases));
	if (holds_of_any(view, with_bands, percentile_is_withheld))
		tr_addf(out,
			"One of fewer than %d samples a mean is withheld. ",
			PERCENTILE_SAMPLES_LEAST);
	text_fini(&biases);
}

void percentile_add_note(struct text *out, const struct view *view,
			 bool with_bands)
{
	if (view->p95_basis == PERCENTILE_OF_LONG_MEANS)
		tr_add(out,
		       "A 95th percentile is of 5-minute means, which are "
		       "kept for two days of pairs: here it is withheld. ");
	else if (view->p95_basis == PERCENTILE_WITHOUT_SAMPLES)
		tr_add(out, "How sure the means are is not known, so the 95th "
			    "percentile is withheld. ");
	else if (view->p95_basis != PERCENTILE_MEASURED)
		add_estimate_note(out, view, with_bands);
}
