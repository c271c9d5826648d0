/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/statistics.h"

struct period figures_period(const struct span *span)
{
	return (struct period){ .range = RANGE_FREE,
				.from_s = span->from_s,
				.to_s = span->to_s,
				.row_s = SPAN_SLOT_S,
				.pair_row_s = SPAN_SLOT_S };
}

static void init(struct figures *f)
{
	*f = (struct figures){ .row_s = SPAN_SLOT_S, .p95_sum = NAN };
	for (int way = 0; way < WAY_COUNT; way++) {
		f->average[way] = f->peak[way] = f->p95[way] = NAN;
		f->ci95_bytes[way] = NAN;
		for (int band = 0; band < BAND_COUNT; band++)
			f->bytes[way][band] = f->sampled[way][band] = NAN;
	}
}

static double plus(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

/* What samples say, which books have to the byte. */
static void take_samples(struct figures *f, const struct daybook_entry *entry)
{
	static const enum series_traffic first[] = { TRAFFIC_FROM_V4_BYTES,
						     TRAFFIC_TO_V4_BYTES };

	if (entry->series.kind == SERIES_PORT) {
		f->sampled[WAY_FROM][BAND_TOTAL] =
		    entry->totals[PORT_IN_ESTIMATE];
		f->sampled[WAY_TO][BAND_TOTAL] =
		    entry->totals[PORT_OUT_ESTIMATE];
		return;
	}
	for (int way = 0; way < WAY_COUNT; way++) {
		double sum = NAN;

		for (int band = 0; band < BAND_TOTAL; band++) {
			double value = entry->totals[first[way] + (size_t)band];

			f->sampled[way][band] = value;
			sum = plus(sum, value);
		}
		f->sampled[way][BAND_TOTAL] = sum;
	}
}

static void take_book(struct figures *f, const struct daybook_entry *entry,
		      uint32_t slots)
{
	bool is_port = entry->series.kind == SERIES_PORT;
	size_t first = 0;

	/* Of a port counters, if there are any. */
	if (is_port && entry->measures[0].known == 0 &&
	    entry->measures[1].known == 0)
		first = 2;
	f->is_exact = is_port && first == 0;
	f->has_bands = !is_port;
	f->is_booked = true;
	f->rows = slots;
	for (int way = 0; way < WAY_COUNT; way++) {
		const struct daybook_measure *m =
		    &entry->measures[first + (size_t)way];
		double total = books_total(entry, first + (size_t)way);

		f->known[way] = m->known;
		f->bytes[way][BAND_TOTAL] = m->known ? total : NAN;
		if (m->known == 0)
			continue;
		f->average[way] = total / ((double)m->known * SPAN_SLOT_S);
		f->peak[way] = m->peak;
		f->peak_at_s[way] = m->peak_at_s;
		f->p95[way] = m->p95;
		for (int band = 0; f->has_bands && band < BAND_TOTAL; band++)
			f->bytes[way][band] = f->sampled[way][band];
		if (!is_port)
			f->ci95_bytes[way] =
			    1.96 * sqrt(entry->totals[TRAFFIC_FROM_VAR + way]);
	}
}

/* Both directions together, mean by mean: known where both are. */
static int sum_p95(struct figures *f, const struct traffic *t)
{
	const double *from = traffic_column(t, WAY_FROM, BAND_TOTAL);
	const double *to = traffic_column(t, WAY_TO, BAND_TOTAL);
	double *sum = calloc(t->rows + 1, sizeof(*sum));
	struct statistics s;
	int rc;

	if (!sum)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++)
		sum[row] = from[row] + to[row];
	rc = statistics_of(&s, sum, t->rows, t->row_s);
	free(sum);
	if (rc == 0)
		f->p95_sum = s.p95;
	return rc;
}

static int take_view(struct figures *f, const struct view *v)
{
	f->is_exact = v->is_exact;
	f->has_bands = v->traffic.has_bands;
	f->rows = v->traffic.rows;
	f->row_s = v->traffic.row_s;
	for (int way = 0; way < WAY_COUNT; way++) {
		const struct statistics *s = &v->statistics[way][BAND_TOTAL];

		f->known[way] = s->known;
		f->average[way] = s->average;
		f->peak[way] = s->maximum;
		f->peak_at_s[way] = v->traffic.from_s +
				    (int64_t)s->maximum_at * v->traffic.row_s;
		f->p95[way] = v->p95[way][BAND_TOTAL];
		f->ci95_bytes[way] = v->is_exact ? NAN : v->ci95_bytes[way];
		for (int band = 0; band < BAND_COUNT; band++)
			f->bytes[way][band] =
			    v->statistics[way][band].known > 0
				? v->statistics[way][band].total
				: NAN;
	}
	return sum_p95(f, &v->traffic);
}

static int load_view(struct view *v, const struct figures_request *r)
{
	const struct span *span = &r->books->span;
	struct period period = figures_period(span);
	int64_t end_s = validity_end_s(r->holds);
	int64_t from_s =
	    r->holds.from_s > span->from_s ? r->holds.from_s : span->from_s;
	int64_t to_s = end_s < span->to_s ? end_s : span->to_s;
	int rc = view_load(v, r->call, r->subject, &period);

	if (rc < 0)
		return rc;
	v->is_past = true;
	rc = view_limit(v, from_s, to_s);
	if (rc < 0)
		view_fini(v);
	return rc;
}

int figures_load(struct figures *out, const struct figures_request *request,
		 struct view *view)
{
	const struct subject *subject = request->subject;
	const struct books *books = request->books;
	const struct daybook_entry *entry =
	    subject->group || subject->in_all_vlans
		? NULL
		: books_find(books, &subject->series);
	struct view v;
	int rc = load_view(&v, request);

	if (rc < 0)
		return rc;
	init(out);
	if (entry)
		take_samples(out, entry);
	/* The 95th percentile of longer rows is another one, and a book is of
	 * all that a port carried, whoever had it. */
	if (entry && !validity_is_limited(request->holds) &&
	    (v.traffic.row_s > SPAN_SLOT_S || !traffic_has_data(&v.traffic)))
		take_book(out, entry, span_slots(&books->span));
	else
		rc = take_view(out, &v);
	if (view && rc == 0)
		*view = v;
	else
		view_fini(&v);
	return rc;
}

double figures_known(const struct figures *f, enum way way)
{
	return f->rows > 0 ? (double)f->known[way] / (double)f->rows : 0;
}

bool figures_are_provisional(const struct figures *f)
{
	return f->row_s > SPAN_SLOT_S || (f->is_booked && !f->is_exact) ||
	       figures_known(f, WAY_FROM) < FIGURES_COMPLETE ||
	       figures_known(f, WAY_TO) < FIGURES_COMPLETE;
}

double figures_v6_share(const struct figures *f, enum way way)
{
	double v4 = f->bytes[way][BAND_V4];
	double v6 = f->bytes[way][BAND_V6];

	return v4 + v6 > 0 ? v6 / (v4 + v6) : NAN;
}

double figures_larger_p95(const struct figures *f, enum way *way)
{
	*way = f->p95[WAY_TO] > f->p95[WAY_FROM] || isnan(f->p95[WAY_FROM])
		   ? WAY_TO
		   : WAY_FROM;
	return f->p95[*way];
}

size_t figures_gaps(struct figures_gap *gaps, size_t max,
		    const struct view *view)
{
	const struct traffic *t = &view->traffic;
	const double *from = traffic_column(t, WAY_FROM, BAND_TOTAL);
	const double *to = traffic_column(t, WAY_TO, BAND_TOTAL);
	size_t count = 0;
	bool in_gap = false;

	for (size_t row = 0; row < t->rows; row++) {
		int64_t at_s = t->from_s + (int64_t)row * t->row_s;
		bool unknown = isnan(from[row]) && isnan(to[row]);

		if (unknown && !in_gap && count++ < max)
			gaps[count - 1].from_s = at_s;
		if (unknown && count <= max)
			gaps[count - 1].to_s = at_s + t->row_s;
		in_gap = unknown;
	}
	return count;
}
