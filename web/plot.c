/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/plot.h"

#include <math.h>
#include <stdlib.h>

#include "util/language.h"
#include "web/axis.h"
#include "web/graph.h"
#include "web/percentile.h"
#include "web/units.h"

/*
 * Shapes are in a box of their own, two units to a column (so that the middle
 * of a column is a whole number) and SHAPE_HEIGHT high, stretched over the
 * plot without regard to proportions.
 */
enum { SHAPE_HEIGHT = 2000 };

static unsigned height_of(double value, double top, unsigned height)
{
	double share = top > 0 ? value / top : 0;

	share = share < 0 ? 0 : share > 1 ? 1 : share;
	return height - (unsigned)lround(share * height);
}

/* Where shapes go, and what stands where: the rate at the plot's top, the
 * height of zero, and whether more goes down from there. */
struct drawing {
	struct text *out;
	size_t count; /* of columns */
	double scale;
	unsigned zero;
	bool is_down;
};

static unsigned y_of(const struct drawing *d, double value)
{
	unsigned y = height_of(value, d->scale, d->zero);

	return d->is_down ? 2 * d->zero - y : y;
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
static void add_edge(struct pen *pen, const struct drawing *d,
		     const double *values, size_t first, size_t end)
{
	move_to(pen, 2 * first, y_of(d, values[first]));
	for (size_t i = first; i < end; i++)
		line_to(pen, 2 * i + 1, y_of(d, values[i]));
	line_to(pen, 2 * end, y_of(d, values[end - 1]));
}

/* Back along the lower edge: another layer, or the base line. */
static void add_return(struct pen *pen, const struct drawing *d,
		       const double *below, size_t first, size_t end)
{
	if (!below) {
		line_to(pen, 2 * end, d->zero);
		line_to(pen, 2 * first, d->zero);
		text_add_char(pen->out, 'Z');
		return;
	}
	line_to(pen, 2 * end, y_of(d, below[end - 1]));
	for (size_t i = end; i > first; i--)
		line_to(pen, 2 * i - 1, y_of(d, below[i - 1]));
	line_to(pen, 2 * first, y_of(d, below[first]));
	text_add_char(pen->out, 'Z');
}

/* Every run of known values, as a closed shape or as a line only. */
static void add_runs(const struct drawing *d, const double *values,
		     const double *below)
{
	struct pen pen = { .out = d->out };
	size_t first = 0;
	bool closed = below != values;

	while (first < d->count) {
		size_t end = first;

		while (end < d->count && !isnan(values[end]))
			end++;
		if (end == first) {
			first++;
			continue;
		}
		add_edge(&pen, d, values, first, end);
		if (closed)
			add_return(&pen, d, below, first, end);
		first = end;
	}
}

static void add_area(const struct drawing *d, const char *class,
		     const double *values, const double *below)
{
	text_addf(d->out, "<path class=\"%s\" d=\"", class);
	add_runs(d, values, below);
	text_add(d->out, "\"/>\n");
}

static void add_line(const struct drawing *d, const char *class,
		     const double *values)
{
	text_addf(d->out,
		  "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" "
		  "d=\"",
		  class);
	add_runs(d, values, values);
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

static void add_areas(const struct drawing *d, const struct columns *c,
		      const struct traffic *t)
{
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

/* What a plot is made of. */
struct plot {
	const struct subject *subject;
	const struct view *view;
	struct columns now;
	struct columns previous; /* empty if there is none */
	struct axis axis;
};

static bool is_mirrored(const struct plot *p)
{
	return p->view->look.is_mirrored && !p->subject->one_way;
}

/* How far the estimate of a direction may be off. */
static void add_interval(const struct drawing *d, const struct plot *p,
			 enum way way)
{
	if (view_has_interval(p->view))
		add_area(d, way == WAY_FROM ? "bf" : "bt", p->now.high[way],
			 p->now.low[way]);
}

static void add_from(const struct drawing *d, const struct plot *p)
{
	add_areas(d, &p->now, &p->view->traffic);
	add_interval(d, p, WAY_FROM);
	add_line(d, "lf", p->now.mean[WAY_FROM]);
	if (p->now.rows_per_column > 1)
		add_line(d, "mf", p->now.maximum[WAY_FROM]);
	if (p->previous.count == d->count)
		add_line(d, "pf", p->previous.mean[WAY_FROM]);
}

static void add_to(const struct drawing *d, const struct plot *p)
{
	if (d->is_down)
		add_area(d, "at", p->now.mean[WAY_TO], NULL);
	add_interval(d, p, WAY_TO);
	if (p->now.rows_per_column > 1)
		add_line(d, "mt", p->now.maximum[WAY_TO]);
	add_line(d, "lt", p->now.mean[WAY_TO]);
	if (p->previous.count == d->count)
		add_line(d, "pt", p->previous.mean[WAY_TO]);
}

static void add_shapes(struct text *out, const struct plot *p)
{
	struct drawing d = { .out = out,
			     .count = p->now.count,
			     .scale = p->axis.top / 8,
			     .zero = is_mirrored(p) ? SHAPE_HEIGHT / 2
						    : SHAPE_HEIGHT };

	text_addf(out,
		  "<svg class=\"shapes\" data-top=\"%.0f\" width=\"100%%\" "
		  "height=\"%d\" viewBox=\"0 0 %zu %d\" "
		  "preserveAspectRatio=\"none\">\n",
		  p->axis.top, PLOT_HEIGHT, d.count ? 2 * d.count : 2,
		  SHAPE_HEIGHT);
	add_from(&d, p);
	d.is_down = is_mirrored(p);
	if (!p->subject->one_way)
		add_to(&d, p);
	text_add(out, "</svg>\n");
}

static void add_rate_mark(struct text *out, const struct axis *axis, int i,
			  unsigned y)
{
	text_addf(out,
		  "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%u\" "
		  "y2=\"%u\"/><text class=\"gy\" x=\"-8\" y=\"%u\">",
		  i ? "gg" : "gb", y, y, y + 4);
	axis_add_label(out, axis, i * axis->step);
	text_add(out, i ? "bit/s</text>\n" : "</text>\n");
}

/* Where zero is, in pixels from the top. */
static unsigned zero_of(const struct plot *p)
{
	return is_mirrored(p) ? PLOT_HEIGHT / 2 : PLOT_HEIGHT;
}

static void add_rate_marks(struct text *out, const struct plot *p)
{
	const struct axis *axis = &p->axis;
	unsigned zero = zero_of(p);
	/* Half as high there is room for half as many. */
	int every = is_mirrored(p) ? 2 : 1;

	for (int i = 0; i * axis->step <= axis->top * 1.0001; i += every) {
		unsigned y = height_of(i * axis->step, axis->top, zero);

		add_rate_mark(out, axis, i, y);
		if (is_mirrored(p) && i > 0)
			add_rate_mark(out, axis, i, 2 * zero - y);
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
				  "<text class=\"gx%s%s\" x=\"%.3f%%\" "
				  "y=\"%d\">",
				  is_major ? "" : " wide",
				  x < 5	   ? " first"
				  : x > 95 ? " last"
					   : "",
				  x, PLOT_HEIGHT + 20);
			axis_add_time_label(out, period_length(period),
					    mark.at_s);
			text_add(out, "</text>");
		}
		text_add_char(out, '\n');
		mark = axis_next_mark(period_length(period), mark.at_s);
	}
}

/* Where a rate of a direction is, in pixels from the top. */
static unsigned level_of(const struct plot *p, enum way way, double value)
{
	unsigned zero = zero_of(p);
	unsigned y = height_of(value, p->axis.top / 8, zero);

	return is_mirrored(p) && way == WAY_TO ? 2 * zero - y : y;
}

static void add_across(struct text *out, const char *class, unsigned y)
{
	text_addf(out,
		  "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%u\" "
		  "y2=\"%u\"/>",
		  class, y, y);
}

/* The label of a line across, above it where there is room; its text follows.
 * What is measured is named at the right, limits at the left. */
static void begin_label(struct text *out, const char *class, unsigned y,
			bool is_limit)
{
	text_addf(out, "<text class=\"gp %s-l\" x=\"%s\" dx=\"%s\" y=\"%u\">",
		  class, is_limit ? "0" : "100%", is_limit ? "4" : "-4",
		  y > 16 ? y - 5 : y + 14);
}

static void add_p95(struct text *out, const struct plot *p)
{
	unsigned y;
	enum way way = graph_billed_way(p->subject, p->view);
	double value = p->view->p95[way][BAND_TOTAL];

	if (!(value > 0))
		return;
	y = level_of(p, way, value);
	add_across(out, "p95", y);
	begin_label(out, "p95", y, false);
	tr_add(out, "95th percentile ");
	percentile_add(out, p->view, way, BAND_TOTAL);
	text_add(out, "</text>\n");
}

/* What a port can carry, or may; where the axis reaches so far. */
static void add_limits(struct text *out, const struct plot *p)
{
	const struct {
		const char *class;
		const char *label;
		double bps;
	} limits[] = {
		{ "cap", TR("capacity "), p->view->capacity_bps },
		{ "con", TR("contracted "), p->view->contracted_bps },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		unsigned y;

		if (!(limits[i].bps > 0) ||
		    limits[i].bps > p->axis.top * 1.0001)
			continue;
		y = level_of(p, WAY_FROM, limits[i].bps / 8);
		add_across(out, limits[i].class, y);
		if (is_mirrored(p))
			add_across(out, limits[i].class,
				   level_of(p, WAY_TO, limits[i].bps / 8));
		begin_label(out, limits[i].class, y, true);
		tr_add(out, limits[i].label);
		units_speed(out, limits[i].bps);
		text_add(out, "</text>\n");
	}
}

static double highest_of(const struct columns *c, enum way way)
{
	double top = 0;

	for (size_t i = 0; i < c->count; i++)
		top = fmax(top, fmax(c->maximum[way][i], c->high[way][i]));
	return top;
}

/* What the axis has to reach, in bit/s. */
static double highest(const struct plot *p)
{
	const struct view *v = p->view;
	double top = 0;

	for (int way = 0; way < (p->subject->one_way ? 1 : WAY_COUNT); way++) {
		top = fmax(top, highest_of(&p->now, (enum way)way));
		top = fmax(top, v->p95[way][BAND_TOTAL]);
		for (size_t i = 0; i < p->previous.count; i++)
			top = fmax(top, p->previous.mean[way][i]);
	}
	top *= 8;
	if (v->look.to_capacity)
		top = fmax(top, fmax(v->capacity_bps, v->contracted_bps));
	return top;
}

static void add_parts(struct text *out, const struct plot *p)
{
	add_rate_marks(out, p);
	add_time_marks(out, &p->view->period);
	add_shapes(out, p);
	add_limits(out, p);
	add_p95(out, p);
	if (!traffic_has_data(&p->view->traffic))
		text_addf(out,
			  "<text class=\"gn\" x=\"50%%\" y=\"%d\">%s</text>\n",
			  PLOT_HEIGHT / 2, tr(out, "No data in this period"));
}

void plot_add(struct text *out, const struct subject *subject,
	      const struct view *view)
{
	struct plot p = { .subject = subject, .view = view };

	if (columns_of(&p.now, &view->traffic, view_has_interval(view)) < 0 ||
	    columns_of(&p.previous, &view->previous, false) < 0) {
		columns_fini(&p.now);
		out->failed = true;
		return;
	}
	p.axis = axis_of(highest(&p));
	add_parts(out, &p);
	columns_fini(&p.previous);
	columns_fini(&p.now);
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
