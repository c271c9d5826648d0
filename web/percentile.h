/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PERCENTILE_H
#define LANTERNE_WEB_PERCENTILE_H

/*
 * percentile — how far the 95th percentile of a pair can be believed.
 *
 * The means that it is picked from are estimates, and what is picked is rather
 * one that came out too high: by about 7/c of it, for c samples in a mean. It
 * is shown as it is from PERCENTILE_SAMPLES_ENOUGH on, below that corrected
 * and with its bias, and withheld below PERCENTILE_SAMPLES_LEAST.
 *
 * A pair does not store its samples: they are told from its bytes, and from
 * how uncertain those are that its members sent and received meanwhile.
 */

#include <stdbool.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/view.h"

enum { PERCENTILE_SAMPLES_LEAST = 23, PERCENTILE_SAMPLES_ENOUGH = 350 };

/**
 * How much too high the percentile comes out, as a share of it.
 *
 * @param samples  in each mean
 * @return infinity for no samples, NaN if it is not known
 */
double percentile_bias(double samples);

/** Whether a percentile of this bias is shown as a corrected one. */
bool percentile_is_corrected(double bias);

/** Whether one of this bias, or of an unknown one, is not shown. */
bool percentile_is_withheld(double bias);

/** What is shown instead of the measured one; NaN: it is withheld. */
double percentile_correct(double measured, double bias);

/** Find the biases of a pair's percentiles, and correct these. */
void percentile_of_pair(struct view *view, const struct call *call,
			const struct series *pair);

/** Append one as it is shown: "1.20 Gbit/s", after "≈" if corrected, "–". */
void percentile_add(struct text *out, const struct view *view, enum way way,
		    enum band band);

/** Append a bias: "+12.3 %". */
void percentile_add_bias(struct text *out, double bias);

/**
 * Append sentences on what is corrected or withheld; nothing where all is as
 * measured.
 *
 * @param with_bands  the protocols are shown as well, and each one's bias
 */
void percentile_add_note(struct text *out, const struct view *view,
			 bool with_bands);

#endif
