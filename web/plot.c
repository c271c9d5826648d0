/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/plot.h"

#include <math.h>
#include <stdlib.h>

#include "web/axis.h"
#include "web/graph.h"
#include "web/percentile.h"

/*
 * Shapes are in a box of their own, two units to a column (so that the middle
 * of a column is a whole number) and SHAPE_HEIGHT high, stretched over the
 * plot without regard to proportions.
 */
enum { SHAPE_HEIGHT = 2000, LAYERS = BAND_TOTAL };

/* Per column: tops of the stacked layers, means and maxima of the totals. */
struct columns {
	size_t count;
	size_t rows_per_column;
	double *layer[LAYERS]; /* the last one is the total of WAY_FROM */
	double *mean[WAY_COUNT];
	double *maximum[WAY_COUNT];
	double *low[WAY_COUNT]; /* of the 95 % interval of the mean */
	double *high[WAY_COUNT];
	double *storage;
};

/* Columns are of a length that divides a day, or whole days: others would
 * beat against the days and nights. */
size_t plot_rows_per_column(const struct traffic *t)
{
	static const uint32_t lengths_s[] = { 300,   600,   900,  1200,
					      1800,  3600,  7200, 10800,
					      14400, 21600, 43200 };
	size_t least = (t->rows + PLOT_COLUMNS_MAX - 1) / PLOT_COLUMNS_MAX;
	size_t day = (86400 + t->row_s - 1) / t->row_s;

	if (least <= 1)
		return 1;
	for (size_t i = 0; i < sizeof(lengths_s) / sizeof(*lengths_s); i++) {
		if (lengths_s[i] % t->row_s == 0 &&
		    lengths_s[i] / t->row_s >= least)
			return lengths_s[i] / t->row_s;
	}
	return (least + day - 1) / day * day;
}

static bool columns_init(struct columns *c, const struct traffic *t)
{
	double **const of_ways[] = { c->mean, c->maximum, c->low, c->high };
	enum { OF_WAYS = sizeof(of_ways) / sizeof(*of_ways) };
	double *at;

	*c = (struct columns){ .rows_per_column = plot_rows_per_column(t) };
	c->count = (t->rows + c->rows_per_column - 1) / c->rows_per_column;
	c->storage = calloc((c->count + 1) * (LAYERS + OF_WAYS * WAY_COUNT),
			    sizeof(double));
	at = c->storage;
	if (!at)
		return false;
	for (int i = 0; i < LAYERS; i++, at += c->count)
		c->layer[i] = at;
	for (int i = 0; i < OF_WAYS * WAY_COUNT; i++, at += c->count)
		of_ways[i / WAY_COUNT][i % WAY_COUNT] = at;
	return true;
}

/* Mean and maximum over the known ones of a few values; NaN if none is. */
static double reduce(const double *values, size_t count, double *maximum)
{
	double sum = 0;
	size_t known = 0;

	*maximum = NAN;
	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		*maximum = known++ ? fmax(*maximum, values[i]) : values[i];
	}
	return known ? sum / (double)known : NAN;
}

/* Rows are independent samples: what is shared by a column is surer. */
static void fill_interval(struct columns *c, const struct traffic *t,
			  enum way way, size_t at, size_t n)
{
	size_t first = at * c->rows_per_column;
	double half =
	    statistics_ci95_mean(traffic_column(t, way, BAND_TOTAL) + first,
				 t->variance[way] + first, n, t->row_s);
	double mean = c->mean[way][at];

	c->high[way][at] = mean + half;
	c->low[way][at] = half > mean ? 0 : mean - half;
}

static void fill_column(struct columns *c, const struct view *v, size_t at)
{
	const struct traffic *t = &v->traffic;
	size_t first = at * c->rows_per_column;
	size_t n = t->rows - first < c->rows_per_column ? t->rows - first
							: c->rows_per_column;
	double stacked = 0;
	double ignored;

	for (int way = 0; way < WAY_COUNT; way++)
		c->mean[way][at] =
		    reduce(traffic_column(t, (enum way)way, BAND_TOTAL) + first,
			   n, &c->maximum[way][at]);
	for (int way = 0; view_has_interval(v) && way < WAY_COUNT; way++)
		fill_interval(c, t, (enum way)way, at, n);
	for (int band = 0; band < LAYERS - 1; band++) {
		double value =
		    reduce(traffic_column(t, WAY_FROM, (enum band)band) + first,
			   n, &ignored);

		stacked += isnan(value) ? 0 : value;
		c->layer[band][at] = fmin(stacked, c->mean[WAY_FROM][at]);
		if (isnan(c->mean[WAY_FROM][at]))
			c->layer[band][at] = NAN;
	}
	c->layer[LAYERS - 1][at] = c->mean[WAY_FROM][at];
}

static unsigned height_of(double value, double top, unsigned height)
{
	double share = top > 0 ? value / top : 0;

	share = share < 0 ? 0 : share > 1 ? 1 : share;
	return height - (unsigned)lround(share * height);
}

/* A path and where it has got to. Points are told from the one before them,
 * which takes little more than half the text. */
struct pen {
	struct text *out;
	size_t x;
	unsigned y;
};

static void move_to(struct pen *pen, size_t x, unsigned y)
{
	text_add_char(pen->out, 'M');
	text_add_u64(pen->out, x);
	text_add_char(pen->out, ' ');
	text_add_u64(pen->out, y);
	text_add_char(pen->out, 'l');
	pen->x = x;
	pen->y = y;
}

static void add_step(struct text *out, int64_t step)
{
	text_add_char(out, step < 0 ? '-' : ' ');
	text_add_u64(out, (uint64_t)(step < 0 ? -step : step));
}

static void line_to(struct pen *pen, size_t x, unsigned y)
{
	add_step(pen->out, (int64_t)x - (int64_t)pen->x);
	add_step(pen->out, (int64_t)y - (int64_t)pen->y);
	pen->x = x;
	pen->y = y;
}

/* The upper edge of one run of known values, from its first column's left to
 * its last one's right. */
static void add_edge(struct pen *pen, const double *values, size_t first,
		     size_t end, double scale)
{
	move_to(pen, 2 * first, height_of(values[first], scale, SHAPE_HEIGHT));
	for (size_t i = first; i < end; i++)
		line_to(pen, 2 * i + 1,
			height_of(values[i], scale, SHAPE_HEIGHT));
	line_to(pen, 2 * end, height_of(values[end - 1], scale, SHAPE_HEIGHT));
}

/* Back along the lower edge: another layer, or the base line. */
static void add_return(struct pen *pen, const double *below, size_t first,
		       size_t end, double scale)
{
	if (!below) {
		line_to(pen, 2 * end, SHAPE_HEIGHT);
		line_to(pen, 2 * first, SHAPE_HEIGHT);
		text_add_char(pen->out, 'Z');
		return;
	}
	line_to(pen, 2 * end, height_of(below[end - 1], scale, SHAPE_HEIGHT));
	for (size_t i = end; i > first; i--)
		line_to(pen, 2 * i - 1,
			height_of(below[i - 1], scale, SHAPE_HEIGHT));
	line_to(pen, 2 * first, height_of(below[first], scale, SHAPE_HEIGHT));
	text_add_char(pen->out, 'Z');
}

/* Every run of known values, as a closed shape or as a line only. */
static void add_runs(struct text *out, const double *values,
		     const double *below, size_t count, double scale)
{
	struct pen pen = { .out = out };
	size_t first = 0;
	bool closed = below != values;

	while (first < count) {
		size_t end = first;

		while (end < count && !isnan(values[end]))
			end++;
		if (end == first) {
			first++;
			continue;
		}
		add_edge(&pen, values, first, end, scale);
		if (closed)
			add_return(&pen, below, first, end, scale);
		first = end;
	}
}

/* Where shapes go, of which columns, and the rate at the plot's top. */
struct drawing {
	struct text *out;
	const struct columns *columns;
	double scale;
};

static void add_area(const struct drawing *d, const char *class,
		     const double *values, const double *below)
{
	text_addf(d->out, "<path class=\"%s\" d=\"", class);
	add_runs(d->out, values, below, d->columns->count, d->scale);
	text_add(d->out, "\"/>\n");
}

static void add_line(const struct drawing *d, const char *class,
		     const double *values)
{
	text_addf(d->out,
		  "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" "
		  "d=\"",
		  class);
	add_runs(d->out, values, values, d->columns->count, d->scale);
	text_add(d->out, "\"/>\n");
}

static bool any_above(const double *values, const double *than, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (values[i] > (than ? than[i] : 0))
			return true;
	}
	return false;
}

static void add_areas(const struct drawing *d, const struct traffic *t)
{
	const struct columns *c = d->columns;

	if (!t->has_bands) {
		add_area(d, "a4", c->mean[WAY_FROM], NULL);
		return;
	}
	add_area(d, "a4", c->layer[BAND_V4], NULL);
	if (any_above(c->layer[BAND_V6], c->layer[BAND_V4], c->count))
		add_area(d, "a6", c->layer[BAND_V6], c->layer[BAND_V4]);
	if (any_above(c->layer[BAND_OTHER], c->layer[BAND_V6], c->count))
		add_area(d, "ao", c->layer[BAND_OTHER], c->layer[BAND_V6]);
}

/* How far the estimate of a direction may be off. */
static void add_interval(const struct drawing *d, const struct view *v,
			 enum way way)
{
	const struct columns *c = d->columns;

	if (view_has_interval(v))
		add_area(d, way == WAY_FROM ? "bf" : "bt", c->high[way],
			 c->low[way]);
}

static void add_shapes(const struct drawing *d, const struct subject *subject,
		       const struct view *v)
{
	const struct columns *c = d->columns;
	bool peaks = c->rows_per_column > 1;

	text_addf(d->out,
		  "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %zu %d\" "
		  "preserveAspectRatio=\"none\">\n",
		  PLOT_HEIGHT, c->count ? 2 * c->count : 2, SHAPE_HEIGHT);
	add_areas(d, &v->traffic);
	add_interval(d, v, WAY_FROM);
	add_line(d, "lf", c->mean[WAY_FROM]);
	if (peaks)
		add_line(d, "mf", c->maximum[WAY_FROM]);
	if (!subject->one_way)
		add_interval(d, v, WAY_TO);
	if (!subject->one_way && peaks)
		add_line(d, "mt", c->maximum[WAY_TO]);
	if (!subject->one_way)
		add_line(d, "lt", c->mean[WAY_TO]);
	text_add(d->out, "</svg>\n");
}

static void add_rate_marks(struct text *out, const struct axis *axis)
{
	for (int i = 0; i * axis->step <= axis->top * 1.0001; i++) {
		unsigned y = height_of(i * axis->step, axis->top, PLOT_HEIGHT);

		text_addf(out,
			  "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%u\" "
			  "y2=\"%u\"/><text class=\"gy\" x=\"-8\" y=\"%u\">",
			  i ? "gg" : "gb", y, y, y + 4);
		axis_add_label(out, axis, i * axis->step);
		text_add(out, i ? "bit/s</text>\n" : "</text>\n");
	}
}

static void add_time_marks(struct text *out, const struct period *period)
{
	double length = (double)(period->to_s - period->from_s);
	struct axis_mark mark =
	    axis_next_mark(period_length(period), period->from_s - 1);

	while (mark.at_s < period->to_s) {
		double x = 100 * (double)(mark.at_s - period->from_s) / length;
		bool is_major = mark.is_labelled && !mark.is_minor;

		text_addf(out,
			  "<line class=\"gt\" x1=\"%.3f%%\" x2=\"%.3f%%\" "
			  "y1=\"%d\" y2=\"%d\"/>",
			  x, x, is_major ? 0 : PLOT_HEIGHT,
			  PLOT_HEIGHT + (mark.is_labelled ? 6 : 3));
		if (mark.is_labelled) {
			text_addf(out,
				  "<text class=\"gx%s\" x=\"%.3f%%\" "
				  "y=\"%d\">",
				  is_major ? "" : " wide", x, PLOT_HEIGHT + 20);
			axis_add_time_label(out, period_length(period),
					    mark.at_s);
			text_add(out, "</text>");
		}
		text_add_char(out, '\n');
		mark = axis_next_mark(period_length(period), mark.at_s);
	}
}

static void add_p95(struct text *out, const struct subject *subject,
		    const struct view *v, double scale)
{
	enum way way = graph_billed_way(subject, v);
	double value = v->p95[way][BAND_TOTAL];
	unsigned y;

	if (!(value > 0))
		return;
	y = height_of(value, scale, PLOT_HEIGHT);
	text_addf(out,
		  "<line class=\"p95\" x1=\"0\" x2=\"100%%\" y1=\"%u\" "
		  "y2=\"%u\"/><text class=\"gp\" x=\"100%%\" dx=\"-4\" "
		  "y=\"%u\">95th percentile ",
		  y, y, y > 16 ? y - 5 : y + 14);
	percentile_add(out, v, way, BAND_TOTAL);
	text_add(out, "</text>\n");
}

static double highest(const struct subject *subject, const struct view *v,
		      const struct columns *c)
{
	double top = 0;

	for (int way = 0; way < (subject->one_way ? 1 : WAY_COUNT); way++) {
		for (size_t i = 0; i < c->count; i++)
			top = fmax(top,
				   fmax(c->maximum[way][i], c->high[way][i]));
		top = fmax(top, v->p95[way][BAND_TOTAL]);
	}
	return top;
}

void plot_add(struct text *out, const struct subject *subject,
	      const struct view *view)
{
	struct columns c;
	struct axis axis;

	if (!columns_init(&c, &view->traffic)) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < c.count; i++)
		fill_column(&c, view, i);
	axis = axis_of(highest(subject, view, &c) * 8);
	add_rate_marks(out, &axis);
	add_time_marks(out, &view->period);
	add_shapes(&(struct drawing){ out, &c, axis.top / 8 }, subject, view);
	add_p95(out, subject, view, axis.top / 8);
	if (!traffic_has_data(&view->traffic))
		text_addf(out,
			  "<text class=\"gn\" x=\"50%%\" y=\"%d\">No data in "
			  "this period</text>\n",
			  PLOT_HEIGHT / 2);
	free(c.storage);
}

void plot_add_area(struct text *out, const double *values, size_t count,
		   double top, unsigned height)
{
	struct pen pen = { .out = out };
	size_t first = 0;

	while (first < count) {
		size_t end = first;

		while (end < count && !isnan(values[end]))
			end++;
		if (end > first) {
			move_to(&pen, first, height);
			for (size_t i = first; i < end; i++)
				line_to(&pen, i,
					height_of(values[i], top, height));
			line_to(&pen, end - 1, height);
			text_add_char(out, 'Z');
		}
		first = end > first ? end : first + 1;
	}
}
