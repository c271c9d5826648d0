/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/graph_png.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "web/dates.h"
#include "web/graph.h"
#include "web/percentile.h"
#include "web/plot_columns.h"
#include "web/png.h"
#include "web/summary.h"
#include "web/units.h"

/* Those of static/graph.css, light. */
enum colour {
	COLOUR_V4 = 0x5fb37fff,
	COLOUR_V6 = 0x1e7a4cff,
	COLOUR_OTHER = 0xb8a14aff,
	COLOUR_LINE = 0x1857c4ff,
	COLOUR_FROM_BAND = 0x5d697566,
	COLOUR_TO_BAND = 0x1857c44d,
	COLOUR_FROM_PEAK = 0x1e7a4cb3,
	COLOUR_TO_PEAK = 0x1857c4b3,
	COLOUR_TO_AREA = 0x1857c459,
};

enum { TITLE_CHARACTER_WIDTH = 10 }; /* pixels, about */

static const uint32_t bill_colour = 0xb3261eff;
static const uint32_t ink_colour = 0x1b2733ff;
static const uint32_t soft_ink_colour = 0x1b2733bf;

/* A job and what is put into it. */
struct picture {
	struct render_job *job;
	const struct columns *columns;
	const struct columns *previous; /* empty if there is none */
	const struct subject *subject;
	const struct view *view;
	const struct language *language;
};

/* A curve of rates in bytes/s; NULL: there are as many as there may be. */
static struct render_curve *add_curve(const struct picture *p,
				      enum render_shape shape, uint32_t colour,
				      const double *values)
{
	struct render_job *job = p->job;
	struct render_curve *c;

	if (job->curve_count == RENDER_CURVES_MAX)
		return NULL;
	c = &job->curves[job->curve_count++];
	c->shape = shape;
	c->rgba = colour;
	for (uint32_t i = 0; i < job->rows; i++)
		c->values[i] = values[i] * 8;
	return c;
}

static struct render_curve *add_line(const struct picture *p,
				     const double *values, uint32_t colour,
				     uint32_t tenths)
{
	struct render_curve *c = add_curve(p, RENDER_LINE, colour, values);

	if (c)
		c->line_tenths = tenths;
	return c;
}

/* The same direction in the period before. */
static void add_previous(const struct picture *p, enum way way, uint32_t colour)
{
	struct render_curve *c;

	if (p->previous->count != p->columns->count)
		return;
	c = add_line(p, p->previous->mean[way], colour, 10);
	if (c)
		c->is_dashed = 1;
}

static void put_legend(struct render_curve *c, const char *legend, bool last)
{
	if (!c)
		return;
	(void)snprintf(c->legend, sizeof(c->legend), "%s", legend);
	c->ends_line = last;
}

static bool any_above(const double *values, const double *than, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (values[i] > than[i])
			return true;
	}
	return false;
}

/* Each from the base line up, the higher ones behind the lower ones. */
static void add_areas(const struct picture *p)
{
	const struct columns *c = p->columns;
	struct text other;

	if (!p->view->traffic.has_bands) {
		(void)add_curve(p, RENDER_AREA, COLOUR_V4, c->mean[WAY_FROM]);
		return;
	}
	text_init(&other);
	other.language = p->language;
	tr_add(&other, "other");
	if (any_above(c->layer[BAND_OTHER], c->layer[BAND_V6], c->count))
		put_legend(add_curve(p, RENDER_AREA, COLOUR_OTHER,
				     c->layer[BAND_OTHER]),
			   text_str(&other), false);
	if (any_above(c->layer[BAND_V6], c->layer[BAND_V4], c->count))
		put_legend(
		    add_curve(p, RENDER_AREA, COLOUR_V6, c->layer[BAND_V6]),
		    "IPv6", false);
	put_legend(add_curve(p, RENDER_AREA, COLOUR_V4, c->layer[BAND_V4]),
		   "IPv4", false);
	text_fini(&other);
}

/* How far the estimate of a direction may be off: from low up to high. */
static void add_interval(const struct picture *p, enum way way, uint32_t colour)
{
	const struct columns *c = p->columns;
	struct render_curve *width;

	if (!view_has_interval(p->view))
		return;
	(void)add_curve(p, RENDER_AREA, 0, c->low[way]);
	width = add_curve(p, RENDER_STACK, colour, c->high[way]);
	for (uint32_t i = 0; width && i < p->job->rows; i++)
		width->values[i] -= c->low[way][i] * 8;
}

static void add_from(const struct picture *p)
{
	const struct columns *c = p->columns;

	add_areas(p);
	add_interval(p, WAY_FROM, COLOUR_FROM_BAND);
	put_legend(add_line(p, c->mean[WAY_FROM], COLOUR_V6, 10),
		   text_str(&p->subject->way[WAY_FROM]), p->subject->one_way);
	if (c->rows_per_column > 1)
		(void)add_line(p, c->maximum[WAY_FROM], COLOUR_FROM_PEAK, 8);
	add_previous(p, WAY_FROM, soft_ink_colour);
}

/* Down from zero where that is asked for: all curves from the first on. */
static void turn_down(const struct picture *p, uint32_t first)
{
	struct render_job *job = p->job;

	for (uint32_t at = first; at < job->curve_count; at++) {
		for (uint32_t i = 0; i < job->rows; i++)
			job->curves[at].values[i] *= -1;
	}
	job->goes_below_zero = 1;
}

static void add_to(const struct picture *p)
{
	const struct columns *c = p->columns;
	bool is_mirrored = p->view->look.is_mirrored;
	uint32_t first = p->job->curve_count;

	if (is_mirrored)
		(void)add_curve(p, RENDER_AREA, COLOUR_TO_AREA,
				c->mean[WAY_TO]);
	add_interval(p, WAY_TO, COLOUR_TO_BAND);
	if (c->rows_per_column > 1)
		(void)add_line(p, c->maximum[WAY_TO], COLOUR_TO_PEAK, 8);
	put_legend(add_line(p, c->mean[WAY_TO], COLOUR_LINE, 18),
		   text_str(&p->subject->way[WAY_TO]), true);
	add_previous(p, WAY_TO, COLOUR_LINE);
	if (is_mirrored)
		turn_down(p, first);
}

/* A level with its legend, in bit/s. */
static void add_rule(const struct picture *p, double level, uint32_t colour,
		     const struct text *legend)
{
	struct render_rule *rule;

	if (!(level > 0) || p->job->rule_count == RENDER_RULES_MAX)
		return;
	rule = &p->job->rules[p->job->rule_count++];
	rule->level = level;
	rule->rgba = colour;
	png_put(rule->legend, legend);
}

static void add_p95(const struct picture *p)
{
	enum way way = graph_billed_way(p->subject, p->view);
	double value = p->view->p95[way][BAND_TOTAL] * 8;
	struct text legend;

	text_init(&legend);
	legend.language = p->language;
	tr_add(&legend, "95th percentile ");
	percentile_add(&legend, p->view, way, BAND_TOTAL);
	add_rule(p, value, bill_colour, &legend);
	if (p->job->rule_count == 1) {
		p->job->rules[0].is_dashed = 1;
		if (way == WAY_TO && p->view->look.is_mirrored)
			p->job->rules[0].level *= -1;
	}
	text_fini(&legend);
}

/* What a port can carry, or may. */
static void add_limits(const struct picture *p)
{
	const struct view *v = p->view;
	struct text legend;

	text_init(&legend);
	legend.language = p->language;
	tr_add(&legend, "capacity ");
	units_speed(&legend, v->capacity_bps);
	add_rule(p, v->capacity_bps, ink_colour, &legend);
	text_clear(&legend);
	tr_add(&legend, "contracted ");
	units_speed(&legend, v->contracted_bps);
	add_rule(p, v->contracted_bps, soft_ink_colour, &legend);
	if (v->look.to_capacity)
		p->job->top = fmax(0, fmax(v->capacity_bps, v->contracted_bps));
	text_fini(&legend);
}

static void add_note(const struct picture *p, const struct text *note)
{
	if (p->job->note_count < RENDER_NOTES_MAX)
		png_put(p->job->notes[p->job->note_count++], note);
}

/* "AS64500 → exchange: now 1.20 Gbit/s · avg …" */
static void add_figures(const struct picture *p, enum way way)
{
	struct text out;

	text_init(&out);
	out.language = p->language;
	text_add(&out, text_str(&p->subject->way[way]));
	tr_add(&out, ": ");
	summary_add(&out, p->view, way);
	add_note(p, &out);
	text_fini(&out);
}

/* What there is to say of the percentiles, if anything. */
static void add_percentile_note(const struct picture *p)
{
	struct text out;

	text_init(&out);
	out.language = p->language;
	percentile_add_note(&out, p->view, false);
	if (out.len > 0)
		add_note(p, &out);
	text_fini(&out);
}

/* What it is of; a name that is too long for the image would be cut on both
 * sides. */
static void add_title(const struct picture *p)
{
	size_t room = p->job->width / TITLE_CHARACTER_WIDTH;
	const char *from = text_str(&p->subject->title);
	struct text out;

	text_init(&out);
	while (*from && room > 0) {
		room -= (*from & 0xc0) != 0x80;
		text_add_char(&out, *from++);
	}
	while ((*from & 0xc0) == 0x80)
		text_add_char(&out, *from++);
	if (*from)
		text_add(&out, "\xe2\x80\xa6"); /* an ellipsis */
	png_put(p->job->title, &out);
	text_fini(&out);
}

/* Of when, and what it rests upon. */
static void add_basis(const struct picture *p, const struct call *call)
{
	const struct period *period = &p->view->period;
	int64_t end_s = period->to_s < call->now_s ? period->to_s : call->now_s;
	struct text out;

	text_init(&out);
	out.language = p->language;
	period_add_label(&out, period);
	if (period->range != RANGE_FREE) {
		tr_add(&out, " to ");
		dates_add_minute(&out, end_s);
	}
	dates_add(&out, " %Z", end_s);
	if (call->status && call->status->is_replay)
		tr_add(&out, " (replay)");
	text_add(&out, " \xc2\xb7 ");
	if (view_has_interval(p->view))
		tr_add(&out, "95 % interval; ");
	tr_add(&out, p->view->is_exact
			 ? TR("totals from interface counters (exact)")
			 : TR("estimated from samples"));
	text_addf(&out, " \xc2\xb7 %s", call->config->exchange_name);
	add_note(p, &out);
	text_fini(&out);
}

/* Columns of a view's rows, and of those of the period before. */
static int make_columns(struct columns *now, struct columns *previous,
			const struct view *view)
{
	int rc = columns_of(now, &view->traffic, view_has_interval(view));

	if (rc < 0)
		return rc;
	rc = columns_of(previous, &view->previous, false);
	if (rc == 0 && now->count > 0 && now->count <= RENDER_ROWS_MAX)
		return 0;
	if (rc == 0) {
		columns_fini(previous);
		rc = ERR_RANGE;
	}
	columns_fini(now);
	return rc;
}

static void fill(const struct picture *p, const struct call *call)
{
	struct render_job *job = p->job;
	const struct traffic *t = &p->view->traffic;

	job->from_s = t->from_s;
	job->row_s = t->row_s * (uint32_t)p->columns->rows_per_column;
	job->rows = (uint32_t)p->columns->count;
	(void)snprintf(job->unit, sizeof(job->unit), "bit/s");
	(void)snprintf(
	    job->time_marks, sizeof(job->time_marks), "%s",
	    png_time_marks(call->language, (int64_t)job->rows * job->row_s));
	add_title(p);
	add_from(p);
	if (!p->subject->one_way)
		add_to(p);
	add_p95(p);
	add_limits(p);
	add_figures(p, WAY_FROM);
	if (!p->subject->one_way)
		add_figures(p, WAY_TO);
	add_percentile_note(p);
	add_basis(p, call);
}

int graph_fill_png(struct render_job *job, const struct call *call,
		   const struct subject *subject, const struct view *view)
{
	struct columns columns;
	struct columns previous;
	const struct picture p = { .job = job,
				   .columns = &columns,
				   .previous = &previous,
				   .subject = subject,
				   .view = view,
				   .language = call->language };
	int rc = make_columns(&columns, &previous, view);

	if (rc < 0)
		return rc;
	fill(&p, call);
	columns_fini(&previous);
	columns_fini(&columns);
	return 0;
}
