/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rows of Grapher's logs. They are made of the same means that pages show,
 * by counters where these can say them; pairs of VLAN interfaces, which have no
 * series of their own, are read from IXP Manager's tree.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "util/err.h"
#include "web/grapher.h"
#include "web/view.h"

enum {
	FINE_S = 300,		  /* what maxima are of */
	FINE_KEPT_S = 61 * 86400, /* a little less than these are kept */
	UNITS_PER_BYTE = 8,
};

/* Means of both ways, one after the other; NaN where unknown. */
struct means {
	int64_t from_s;
	uint32_t row_s;
	size_t count;
	double *values[WAY_COUNT];
	double *storage;
};

static int means_init(struct means *m, int64_t from_s, uint32_t row_s,
		      size_t count)
{
	*m = (struct means){ .from_s = from_s, .row_s = row_s, .count = count };
	m->storage = calloc(WAY_COUNT * count + 1, sizeof(double));
	if (!m->storage)
		return -ENOMEM;
	for (size_t i = 0; i < WAY_COUNT * count; i++)
		m->storage[i] = NAN;
	m->values[WAY_FROM] = m->storage;
	m->values[WAY_TO] = m->storage + count;
	return 0;
}

static void means_fini(struct means *m)
{
	free(m->storage);
}

static enum band band_of(enum grapher_protocol protocol)
{
	switch (protocol) {
	case GRAPHER_IPV4:
		return BAND_V4;
	case GRAPHER_IPV6:
		return BAND_V6;
	case GRAPHER_ALL:
		break;
	}
	return BAND_TOTAL;
}

/* Which time is asked for, in rows of one length. */
static struct period span_of(const struct call *call,
			     const struct grapher_query *query)
{
	int64_t row_s = query->period->row_s;
	int64_t to_s = call->now_s / row_s * row_s;
	int64_t from_s = to_s - query->period->length_s / row_s * row_s;

	return (struct period){ .range = RANGE_FREE,
				.from_s = from_s > row_s ? from_s : row_s,
				.to_s = to_s > row_s ? to_s : 2 * row_s,
				.row_s = query->period->fine_s,
				.pair_row_s = query->period->row_s };
}

static int read_bits(struct means *out, const struct call *call,
		     const struct grapher_graph *graph,
		     const struct grapher_query *query,
		     const struct period *span)
{
	enum band band = band_of(query->protocol);
	struct traffic t;
	bool exact;
	int rc = view_rows(&t, &exact, call, &graph->subject, span);

	if (rc < 0)
		return rc;
	rc = means_init(out, t.from_s, t.row_s, t.rows);
	for (size_t i = 0; rc == 0 && i < WAY_COUNT * t.rows; i++) {
		enum way way = (enum way)(i / t.rows);
		size_t row = i % t.rows;

		out->values[way][row] =
		    traffic_column(&t, way, band)[row] * UNITS_PER_BYTE;
	}
	traffic_fini(&t);
	return rc;
}

/* The sum of columns of a row, of those that are known. */
static double known_sum(const struct series_data *data, size_t row,
			const int columns[BAND_TOTAL], enum band band)
{
	double sum = NAN;

	for (int i = 0; i < BAND_TOTAL; i++) {
		double value = series_at(data, row, (size_t)columns[i]);

		if ((band == BAND_TOTAL || band == (enum band)i) &&
		    !isnan(value))
			sum = isnan(sum) ? value : sum + value;
	}
	return sum;
}

/* Packets of a series: the first one, or added to what is there, unknown where
 * one of them is. */
static int add_packets(struct means *m, const struct call *call,
		       const struct series *series, enum band band,
		       const struct series_range *range)
{
	static const int columns[WAY_COUNT][BAND_TOTAL] = {
		{ TRAFFIC_FROM_V4_PKTS, TRAFFIC_FROM_V6_PKTS,
		  TRAFFIC_FROM_OTHER_PKTS },
		{ TRAFFIC_TO_V4_PKTS, TRAFFIC_TO_V6_PKTS,
		  TRAFFIC_TO_OTHER_PKTS },
	};
	bool is_first = m->storage == NULL;
	struct series_data data;
	int rc = series_read(&data, call->config->state_dir, series, range);

	if (rc == ERR_NOT_FOUND && is_first)
		return means_init(
		    m, range->from_s, range->row_s,
		    (size_t)((range->to_s - range->from_s) / range->row_s));
	if (rc < 0)
		return rc;
	rc = is_first ? means_init(m, data.from_s, data.row_s, data.rows) : 0;
	if (rc == 0 && (m->row_s != data.row_s || m->count != data.rows))
		rc = ERR_RANGE;
	for (size_t i = 0; rc == 0 && i < WAY_COUNT * data.rows; i++) {
		double sum = known_sum(&data, i % data.rows,
				       columns[i / data.rows], band);

		m->storage[i] = is_first ? sum : m->storage[i] + sum;
	}
	series_data_fini(&data);
	return rc;
}

static int read_packets(struct means *out, const struct call *call,
			const struct grapher_graph *graph,
			const struct grapher_query *query,
			const struct period *span)
{
	enum band band = band_of(query->protocol);
	const struct registry_group *group = graph->subject.group;
	struct series_range range =
	    traffic_range(span->from_s, span->to_s, span->row_s);
	struct series series = { .kind = SERIES_SWITCH };
	int rc = 0;

	*out = (struct means){ 0 };
	if (graph->subject.series.kind == SERIES_PAIR)
		return ERR_UNSUPPORTED;
	if (!group)
		return add_packets(out, call, &graph->subject.series, band,
				   &range);
	for (uint32_t i = 0; rc == 0 && i < group->switch_count; i++) {
		series.switch_name =
		    call->config->switches[group->switches[i]].name;
		rc = add_packets(out, call, &series, band, &range);
	}
	if (rc < 0)
		means_fini(out);
	return rc;
}

static int rows_init(struct grapher_rows *out, const struct period *span,
		     uint32_t row_s)
{
	size_t count = (size_t)((span->to_s - span->from_s) / row_s);
	double *at;

	*out = (struct grapher_rows){ .from_s = span->from_s,
				      .row_s = row_s,
				      .count = count };
	out->storage = calloc(2 * WAY_COUNT * count + 1, sizeof(double));
	if (!out->storage)
		return -ENOMEM;
	at = out->storage;
	for (size_t i = 0; i < 2 * WAY_COUNT * count; i++)
		at[i] = NAN;
	for (int way = 0; way < WAY_COUNT; way++, at += 2 * count) {
		out->average[way] = at;
		out->maximum[way] = at + count;
	}
	return 0;
}

void grapher_rows_fini(struct grapher_rows *rows)
{
	free(rows->storage);
	*rows = (struct grapher_rows){ .count = 0 };
}

/* Means into the row that they lie in: their mean if half of them are known,
 * and their maximum. */
static void consolidate_row(struct grapher_rows *rows, const struct means *m,
			    enum way way, size_t row)
{
	int64_t start_s = rows->from_s + (int64_t)row * rows->row_s;
	double sum = 0;
	double maximum = NAN;
	size_t known = 0;

	if (m->row_s == 0) /* nothing was read */
		return;
	for (int64_t at_s = start_s; at_s < start_s + rows->row_s;
	     at_s += m->row_s) {
		int64_t i = (at_s - m->from_s) / m->row_s;
		double value = at_s >= m->from_s && i < (int64_t)m->count
				   ? m->values[way][i]
				   : NAN;

		if (isnan(value))
			continue;
		sum += value;
		maximum = known++ ? fmax(maximum, value) : value;
	}
	if (known == 0 || 2 * known * m->row_s < rows->row_s)
		return;
	rows->average[way][row] = sum / (double)known;
	rows->maximum[way][row] = maximum;
}

static void consolidate(struct grapher_rows *rows, const struct means *m)
{
	for (size_t i = 0; i < WAY_COUNT * rows->count; i++)
		consolidate_row(rows, m, (enum way)(i / rows->count),
				i % rows->count);
}

/* Where the means are longer ones, maxima of the finer ones as far as these
 * are kept: peaks do not vanish in a year. */
static int raise_maxima(struct grapher_rows *rows, const struct call *call,
			const struct grapher_graph *graph,
			const struct grapher_query *query)
{
	struct period span = span_of(call, query);
	struct means m;
	int rc;

	if (span.row_s <= FINE_S || graph->subject.series.kind == SERIES_PAIR)
		return 0;
	span.row_s = FINE_S;
	if (span.to_s - span.from_s > FINE_KEPT_S)
		span.from_s = span.to_s - FINE_KEPT_S;
	rc = query->category == GRAPHER_BITS
		 ? read_bits(&m, call, graph, query, &span)
		 : read_packets(&m, call, graph, query, &span);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < WAY_COUNT * m.count; i++) {
		int64_t at_s = m.from_s + (int64_t)(i % m.count) * m.row_s;
		int64_t row = (at_s - rows->from_s) / rows->row_s;
		double *maximum;

		if (at_s < rows->from_s || row >= (int64_t)rows->count)
			continue;
		maximum = &rows->maximum[i / m.count][row];
		if (!isnan(*maximum))
			*maximum = fmax(*maximum, m.storage[i]);
	}
	means_fini(&m);
	return 0;
}

/* A file of the tree: in its own rows. One that is not there adds nothing. */
static int add_tree_file(struct grapher_rows *rows, const struct call *call,
			 const struct ixp_file *file, bool maxima)
{
	const struct series_range range = {
		.consolidation =
		    maxima ? CONSOLIDATION_MAXIMUM : CONSOLIDATION_AVERAGE,
		.from_s = rows->from_s,
		.to_s = rows->from_s + (int64_t)rows->count * rows->row_s,
		.row_s = rows->row_s,
	};
	double factor = file->unit == IXP_BYTES ? UNITS_PER_BYTE : 1;
	struct series_data data;
	int rc =
	    ixp_tree_read(&data, call->config->ixp_manager.tree, file, &range);

	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	for (size_t i = 0; i < WAY_COUNT * data.rows; i++) {
		enum way way = (enum way)(i / data.rows);
		size_t row = i % data.rows;
		/* "Out" is what the first one sends. */
		double value = series_at(&data, row,
					 way == WAY_FROM ? IXP_TRAFFIC_OUT
							 : IXP_TRAFFIC_IN) *
			       factor;
		double *to = maxima ? rows->maximum[way] : rows->average[way];

		if (data.row_s == rows->row_s && row < rows->count &&
		    !isnan(value))
			to[row] = isnan(to[row]) ? value : to[row] + value;
	}
	series_data_fini(&data);
	return 0;
}

static int read_tree(struct grapher_rows *rows, const struct call *call,
		     const struct grapher_graph *graph,
		     const struct grapher_query *query)
{
	struct ixp_file file = graph->file;
	int rc = 0;

	file.unit = query->category == GRAPHER_BITS ? IXP_BYTES : IXP_PKTS;
	for (int i = 0; rc == 0 && i < IXP_PROTOCOL_COUNT; i++) {
		file.protocol = (enum ixp_protocol)i;
		if (query->protocol != GRAPHER_ALL &&
		    (query->protocol == GRAPHER_IPV6) !=
			(file.protocol == IXP_IPV6))
			continue;
		rc = add_tree_file(rows, call, &file, false);
		if (rc == 0)
			rc = add_tree_file(rows, call, &file, true);
	}
	return rc;
}

static int read_means(struct grapher_rows *rows, const struct call *call,
		      const struct grapher_graph *graph,
		      const struct grapher_query *query)
{
	struct period span = span_of(call, query);
	struct means m;
	int rc = query->category == GRAPHER_BITS
		     ? read_bits(&m, call, graph, query, &span)
		     : read_packets(&m, call, graph, query, &span);

	if (rc < 0)
		return rc;
	consolidate(rows, &m);
	means_fini(&m);
	return raise_maxima(rows, call, graph, query);
}

int grapher_rows(struct grapher_rows *out, const struct call *call,
		 const struct grapher_graph *graph,
		 const struct grapher_query *query)
{
	struct period span = span_of(call, query);
	int rc = rows_init(out, &span, query->period->row_s);

	if (rc < 0)
		return rc;
	rc = graph->is_of_tree ? read_tree(out, call, graph, query)
			       : read_means(out, call, graph, query);
	if (rc < 0)
		grapher_rows_fini(out);
	return rc;
}

struct grapher_statistics grapher_statistics(const struct grapher_rows *rows,
					     enum way way)
{
	struct grapher_statistics s = { .current = NAN,
					.average = NAN,
					.maximum = NAN };
	double sum = 0;
	size_t known = 0;

	for (size_t row = 0; row < rows->count; row++) {
		double average = rows->average[way][row];
		double maximum = rows->maximum[way][row];

		if (isnan(average))
			continue;
		known++;
		sum += average;
		s.current = average;
		if (!(maximum <= s.maximum)) {
			s.maximum = maximum;
			s.maximum_at_s =
			    rows->from_s + (int64_t)(row + 1) * rows->row_s;
		}
	}
	s.total = sum * rows->row_s;
	if (known > 0)
		s.average = sum / (double)known;
	return s;
}
