/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/ixp_window.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "store/record.h"

bool ixp_window_known(int64_t covered_us, bool edge)
{
	return record_rate_known(covered_us,
				 IXP_TREE_STEP_S * (int64_t)US_PER_S, edge);
}

static bool has_any(const struct ixp_amounts *a)
{
	return a->of[IXP_BYTES][0] > 0 || a->of[IXP_BYTES][1] > 0 ||
	       a->of[IXP_PKTS][0] > 0 || a->of[IXP_PKTS][1] > 0;
}

/* Seconds of a time that is enough for a rate; else NaN. */
static double seconds_of(int64_t covered_us, bool edge)
{
	return ixp_window_known(covered_us, edge)
		   ? (double)covered_us / US_PER_S
		   : (double)NAN;
}

/* The sums of each side over its own seconds. */
static struct ixp_amounts rates_of(const struct ixp_amounts *sums,
				   double first_s, double second_s)
{
	struct ixp_amounts rates;

	for (int unit = 0; unit < IXP_UNIT_COUNT; unit++) {
		rates.of[unit][0] = sums->of[unit][0] / first_s;
		rates.of[unit][1] = sums->of[unit][1] / second_s;
	}
	return rates;
}

/* How long a source was seen; one that has left: as long as anybody. */
static double source_seconds(const struct ixp_source *source,
			     const struct ixp_span *span)
{
	bool had_traffic = has_any(&source->sums[IXP_IPV4]) ||
			   has_any(&source->sums[IXP_IPV6]);

	if (!source->present)
		return had_traffic ? seconds_of(span->alive_us, span->edge)
				   : (double)NAN;
	return seconds_of(source->seen_us, span->edge);
}

static void close_sources(struct ixp_window *w, const struct ixp_sums *s,
			  const struct ixp_span *span)
{
	double whole_s = seconds_of(span->alive_us, span->edge);

	for (uint32_t i = 0; i < s->source_count; i++) {
		double own_s = source_seconds(&s->sources[i], span);

		w->present[i] = s->sources[i].present;
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			w->sources[i][p] =
			    rates_of(&s->sources[i].sums[p], own_s, own_s);
	}
	for (uint32_t i = 0; i < s->lan_count; i++) {
		bool present = s->lans[i].present ||
			       has_any(&s->lans[i].sums[IXP_IPV4]) ||
			       has_any(&s->lans[i].sums[IXP_IPV6]);
		double own_s = present ? whole_s : (double)NAN;

		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			w->lans[i][p] =
			    rates_of(&s->lans[i].sums[p], own_s, own_s);
	}
}

/* Add a pair's rates, and let it remember that it had traffic. */
static void close_pair(struct ixp_window *w, struct ixp_sums *s, uint32_t at,
		       int p, const struct ixp_span *span)
{
	struct ixp_pair *pair = &s->pairs[at];
	double low_s = source_seconds(&s->sources[pair->low], span);
	double high_s = source_seconds(&s->sources[pair->high], span);

	w->pairs[w->pair_count++] = (struct ixp_pair_rates){
		.pair = at,
		.protocol = (enum ixp_protocol)p,
		.rates = rates_of(&pair->sums[p], low_s, high_s),
	};
	pair->last_s[p] = span->start_s + IXP_TREE_STEP_S;
	/* Later only if the clock was ahead. */
	if (pair->since_s[p] > span->start_s)
		pair->since_s[p] = span->start_s;
}

static size_t count_active(const struct ixp_sums *s)
{
	size_t count = 0;

	for (uint32_t i = 0; i < s->pair_count; i++) {
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++)
			count += has_any(&s->pairs[i].sums[p]);
	}
	return count;
}

int ixp_window_close(struct ixp_window *w, struct ixp_sums *sums,
		     const struct ixp_span *span)
{
	*w = (struct ixp_window){ .start_s = span->start_s,
				  .source_count = sums->source_count,
				  .lan_count = sums->lan_count };
	w->present = calloc(sums->source_count + 1u, sizeof(*w->present));
	w->sources = calloc(sums->source_count + 1u, sizeof(*w->sources));
	w->lans = calloc(sums->lan_count + 1u, sizeof(*w->lans));
	w->pairs = calloc(count_active(sums) + 1, sizeof(*w->pairs));
	if (!w->present || !w->sources || !w->lans || !w->pairs) {
		ixp_window_fini(w);
		return -ENOMEM;
	}
	close_sources(w, sums, span);
	for (uint32_t i = 0; i < sums->pair_count; i++) {
		for (int p = 0; p < IXP_PROTOCOL_COUNT; p++) {
			if (has_any(&sums->pairs[i].sums[p]))
				close_pair(w, sums, i, p, span);
		}
	}
	return 0;
}

void ixp_window_fini(struct ixp_window *w)
{
	free(w->present);
	free(w->sources);
	free(w->lans);
	free(w->pairs);
	*w = (struct ixp_window){ 0 };
}

/* True if one side of a row is known. */
static bool is_row(const struct ixp_amounts *a)
{
	return !isnan(a->of[IXP_BYTES][0]) || !isnan(a->of[IXP_BYTES][1]);
}

bool ixp_window_source(const struct ixp_window *w, uint32_t source,
		       enum ixp_protocol protocol, struct ixp_amounts *out)
{
	if (source >= w->source_count)
		return false;
	*out = w->sources[source][protocol];
	return is_row(out);
}

bool ixp_window_lan(const struct ixp_window *w, uint32_t lan,
		    enum ixp_protocol protocol, struct ixp_amounts *out)
{
	if (lan >= w->lan_count)
		return false;
	*out = w->lans[lan][protocol];
	return is_row(out);
}

void ixp_window_rewind(struct ixp_window *w)
{
	w->next_pair = 0;
}

/* 0 if a source was seen and both are there, else unknown. */
static double zero_of(const struct ixp_window *w, uint32_t source, bool both)
{
	bool seen = both && !isnan(w->sources[source][0].of[IXP_BYTES][0]);

	return seen ? 0 : (double)NAN;
}

/* True if entry a stands before b. */
static bool is_before(const struct ixp_pair_rates *a,
		      const struct ixp_pair_rates *b)
{
	return a->pair < b->pair ||
	       (a->pair == b->pair && a->protocol < b->protocol);
}

bool ixp_window_pair(struct ixp_window *w, const struct ixp_sums *sums,
		     const struct ixp_pair_rates *which,
		     struct ixp_amounts *out, bool *idle)
{
	const struct ixp_pair *pair = &sums->pairs[which->pair];
	bool both;

	while (w->next_pair < w->pair_count &&
	       is_before(&w->pairs[w->next_pair], which))
		w->next_pair++;
	*idle = w->next_pair == w->pair_count ||
		is_before(which, &w->pairs[w->next_pair]);
	if (!*idle) {
		*out = w->pairs[w->next_pair].rates;
		return is_row(out);
	}
	if (pair->low >= w->source_count || pair->high >= w->source_count)
		return false;
	both = w->present[pair->low] && w->present[pair->high];
	for (int unit = 0; unit < IXP_UNIT_COUNT; unit++) {
		out->of[unit][0] = zero_of(w, pair->low, both);
		out->of[unit][1] = zero_of(w, pair->high, both);
	}
	return is_row(out);
}
