/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/scaled.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "ixp/apportion.h"
#include "util/language.h"
#include "web/peers.h"
#include "web/view.h"

const char scaled_no_peer[] = TR("flooded or not attributed");

/* What the table is made of. */
struct sources {
	struct traffic samples;
	double *counters[WAY_COUNT]; /* rows of them, bytes/s */
	double *sampled[WAY_COUNT];  /* the same by all samples of the ports */
	struct peer_rows only;	     /* what both know */
	struct peer *peers;
	size_t peer_count;
	double counted[WAY_COUNT];		/* bytes */
	double estimate[WAY_COUNT][BAND_TOTAL]; /* bytes */
	double strangers[WAY_COUNT]; /* bytes on the ports that are nobody's */
};

static int allocate(struct sources *s)
{
	size_t rows = s->samples.rows + 1;
	bool ok = true;

	s->only = (struct peer_rows){ .from_s = s->samples.from_s,
				      .row_s = s->samples.row_s,
				      .rows = s->samples.rows };
	for (int way = 0; way < WAY_COUNT; way++) {
		s->counters[way] = calloc(rows, sizeof(double));
		s->sampled[way] = calloc(rows, sizeof(double));
		s->only.seconds[way] = calloc(rows, sizeof(double));
		s->only.told[way] = calloc(rows, sizeof(bool));
		ok = ok && s->counters[way] && s->sampled[way] &&
		     s->only.seconds[way] && s->only.told[way];
	}
	return ok ? 0 : -ENOMEM;
}

static void sources_fini(struct sources *s)
{
	traffic_fini(&s->samples);
	for (int way = 0; way < WAY_COUNT; way++) {
		free(s->counters[way]);
		free(s->sampled[way]);
		free(s->only.seconds[way]);
		free(s->only.told[way]);
	}
	free(s->peers);
}

/* The seconds that counters and samples both know. */
static void find_common(struct sources *s, const struct call *call,
			enum way way)
{
	const struct traffic *t = &s->samples;
	const double *total = traffic_column(t, way, BAND_TOTAL);

	for (size_t row = 0; row < t->rows; row++) {
		if (isnan(total[row]) || isnan(s->counters[way][row]))
			continue;
		s->only.seconds[way][row] = page_covered_s(
		    call, t->from_s + (int64_t)row * t->row_s, t->row_s);
	}
}

/* Pairs are stored in longer rows, and later: what none of them knows yet is
 * left out, or it would look as if nobody had exchanged anything. */
static void leave_out_untold(struct peer_rows *only, enum way way)
{
	bool any = false;

	for (size_t row = 0; row < only->rows; row++)
		any = any || only->told[way][row];
	for (size_t row = 0; any && row < only->rows; row++) {
		if (!only->told[way][row])
			only->seconds[way][row] = 0;
	}
}

/*
 * Frames of stations of nobody on the member's ports, and those of its own that
 * count for nobody: what the ports' samples say above the member's. Only what
 * is more than chance explains; a port samples one side, the member's estimate
 * may be of two.
 */
static double strangers_of(const struct sources *s, enum way way)
{
	const double *seconds = s->only.seconds[way];
	double variance = 0;
	double more = 0;

	for (size_t row = 0; row < s->only.rows; row++) {
		double noise = s->samples.variance[way][row];

		if (!(seconds[row] > 0))
			continue;
		more += s->sampled[way][row] * seconds[row];
		if (isfinite(noise))
			variance += noise * seconds[row];
	}
	for (int band = 0; band < BAND_TOTAL; band++)
		more -= s->estimate[way][band];
	return more > 4 * sqrt(3 * variance) ? more : 0;
}

static void add_up(struct sources *s, struct scaled *out, enum way way)
{
	const double *seconds = s->only.seconds[way];

	for (size_t row = 0; row < s->only.rows; row++) {
		if (!(seconds[row] > 0))
			continue;
		out->known_s[way] += seconds[row];
		s->counted[way] += s->counters[way][row] * seconds[row];
		for (int band = 0; band < BAND_TOTAL; band++) {
			double value = traffic_column(&s->samples, way,
						      (enum band)band)[row];

			if (!isnan(value))
				s->estimate[way][band] += value * seconds[row];
		}
	}
	for (int band = 0; band < BAND_TOTAL; band++)
		out->estimate[way] += s->estimate[way][band];
	s->strangers[way] = strangers_of(s, way);
	out->estimate[way] += s->strangers[way];
}

/* Everything that the table is made of, if there is all of it. */
static int gather(struct sources *s, struct scaled *out,
		  const struct call *call, const struct member *member)
{
	const struct period *period = &out->period;
	const struct series series = { .kind = SERIES_MEMBER,
				       .asn = member->asn };
	const struct series_range range =
	    traffic_range(period->from_s, period->to_s, period->row_s);
	const struct peer_search search = { .call = call,
					    .member = member,
					    .period = period,
					    .only = &s->only };
	int rc =
	    traffic_read(&s->samples, call->config->state_dir, &series, &range);

	if (rc == 0)
		rc = allocate(s);
	if (rc == 0)
		rc = headline_counters(s->counters, &out->verdict, &s->samples,
				       call, member);
	if (rc < 0 || out->verdict != HEADLINE_COUNTED)
		return rc;
	for (int way = 0; way < WAY_COUNT; way++)
		find_common(s, call, (enum way)way);
	rc = headline_samples(s->sampled, &s->samples, call, member);
	if (rc == 0)
		rc = peers_load_of(&s->peers, &s->peer_count, &search);
	for (int way = 0; rc == 0 && way < WAY_COUNT; way++) {
		leave_out_untold(&s->only, (enum way)way);
		add_up(s, out, (enum way)way);
	}
	if (!(out->known_s[WAY_FROM] > 0 && out->known_s[WAY_TO] > 0))
		out->verdict = HEADLINE_NO_COUNTERS;
	return rc;
}

static uint64_t whole_bytes(double bytes)
{
	if (!(bytes > 0))
		return 0;
	return bytes < 0x1p64 ? (uint64_t)round(bytes) : UINT64_MAX;
}

/* The weights of a row; the last one has what no pair has. */
static void weigh(double weights[BAND_TOTAL], const struct sources *s,
		  size_t row, enum way way)
{
	if (row < s->peer_count) {
		const struct peer *peer = &s->peers[row];

		weights[BAND_V6] = peer->v6_bytes[way];
		weights[BAND_V4] =
		    fmax(peer->bytes[way] - peer->v6_bytes[way], 0);
		weights[BAND_OTHER] = 0;
		return;
	}
	for (int band = 0; band < BAND_TOTAL; band++)
		weights[band] = s->estimate[way][band];
	for (size_t i = 0; i < s->peer_count; i++) {
		const struct peer *peer = &s->peers[i];

		weights[BAND_V6] -= peer->v6_bytes[way];
		weights[BAND_V4] -= peer->bytes[way] - peer->v6_bytes[way];
	}
	for (int band = 0; band < BAND_TOTAL; band++)
		weights[band] = fmax(weights[band], 0);
	weights[BAND_OTHER] += s->strangers[way];
}

static double sum_of(const double weights[BAND_TOTAL])
{
	return weights[BAND_V4] + weights[BAND_V6] + weights[BAND_OTHER];
}

/* One direction: by rows, then each row by its columns. Where samples say
 * nothing all of it is not attributed. */
static int divide(struct scaled *out, const struct sources *s, enum way way)
{
	double *weights = calloc(out->count, sizeof(*weights));
	uint64_t *parts = calloc(out->count, sizeof(*parts));
	uint64_t total = whole_bytes(s->counted[way]);
	double bands[BAND_TOTAL];
	int rc = weights && parts ? 0 : -ENOMEM;

	for (size_t row = 0; rc == 0 && row < out->count; row++) {
		weigh(bands, s, row, way);
		weights[row] = sum_of(bands);
	}
	if (rc == 0 && apportion(parts, total, weights, out->count) < 0)
		parts[out->count - 1] = total;
	out->total[way][BAND_TOTAL] = total;
	for (size_t row = 0; rc == 0 && row < out->count; row++) {
		uint64_t *bytes = out->rows[way][row].bytes;

		weigh(bands, s, row, way);
		bytes[BAND_TOTAL] = parts[row];
		if (apportion(bytes, parts[row], bands, BAND_TOTAL) < 0)
			bytes[BAND_OTHER] = parts[row];
		for (int band = 0; band < BAND_TOTAL; band++)
			out->total[way][band] += bytes[band];
	}
	free(weights);
	free(parts);
	return rc;
}

static int larger_first(const void *a, const void *b)
{
	const struct scaled_row *x = a;
	const struct scaled_row *y = b;

	if (x->bytes[BAND_TOTAL] != y->bytes[BAND_TOTAL])
		return x->bytes[BAND_TOTAL] < y->bytes[BAND_TOTAL] ? 1 : -1;
	return (x->peer->asn > y->peer->asn) - (x->peer->asn < y->peer->asn);
}

static int make_table(struct scaled *out, const struct sources *s)
{
	int rc = 0;

	out->count = s->peer_count + 1;
	for (int way = 0; rc == 0 && way < WAY_COUNT; way++) {
		struct scaled_row *rows = calloc(out->count, sizeof(*rows));

		out->rows[way] = rows;
		if (!rows)
			return -ENOMEM;
		for (size_t i = 0; i < s->peer_count; i++)
			rows[i].peer = s->peers[i].member;
		rc = divide(out, s, (enum way)way);
		qsort(rows, s->peer_count, sizeof(*rows), larger_first);
	}
	return rc;
}

int scaled_load(struct scaled *out, const struct call *call,
		const struct member *member, const struct period *period)
{
	struct scaled made = { .period = *period };
	struct sources sources = { .peer_count = 0 };
	int rc = gather(&sources, &made, call, member);

	if (rc == 0 && made.verdict == HEADLINE_COUNTED)
		rc = make_table(&made, &sources);
	sources_fini(&sources);
	if (rc < 0)
		scaled_fini(&made);
	else
		*out = made;
	return rc;
}

void scaled_fini(struct scaled *s)
{
	for (int way = 0; way < WAY_COUNT; way++)
		free(s->rows[way]);
	*s = (struct scaled){ .count = 0 };
}

double scaled_factor(const struct scaled *s, enum way way)
{
	double estimate = s->estimate[way];

	return estimate > 0 ? (double)s->total[way][BAND_TOTAL] / estimate
			    : (double)NAN;
}

bool scaled_is_odd(const struct scaled *s, enum way way)
{
	double factor = scaled_factor(s, way);

	/* Nothing sampled of what was counted is the oddest of all. */
	return s->total[way][BAND_TOTAL] > 0 &&
	       !(factor >= 0.9 && factor <= 1.1);
}

const char *scaled_refusal(enum headline_verdict verdict)
{
	switch (verdict) {
	case HEADLINE_COUNTED:
		break;
	case HEADLINE_NO_PORT:
		return TR("No port of the configuration is this "
			  "member\xe2\x80\x99s.");
	case HEADLINE_CORE_PORT:
		return TR(
		    "One of this member\xe2\x80\x99s ports is a core port, "
		    "whose "
		    "counters have other traffic in them.");
	case HEADLINE_SHARED_PORT:
		return TR(
		    "This member shares a port with another, and counters "
		    "do not tell them apart.");
	case HEADLINE_NO_COUNTERS:
		return TR("Not all of this member\xe2\x80\x99s ports have "
			  "counters in this "
			  "period.");
	}
	return "";
}
