/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "util/language.h"
#include "web/report/compose.h"
#include "web/said.h"
#include "web/units.h"

/* Writes the cell of a row and direction. */
typedef void add_figure(struct text *out, const struct report *r, enum way way);

static void add_row(struct document *d, const struct report *r,
		    const char *english, add_figure *add)
{
	int last = r->subject.one_way ? WAY_FROM : WAY_TO;

	document_said(d, english);
	for (int way = 0; way <= last; way++) {
		add(document_text(d), r, (enum way)way);
		document_cell(d);
	}
}

static void add_total(struct text *out, const struct report *r, enum way way)
{
	units_bytes(out, r->total.bytes[way][BAND_TOTAL]);
}

/* Half the interval as a share: what a reader compares totals with. */
static void add_interval(struct text *out, const struct report *r, enum way way)
{
	double share =
	    r->total.ci95_bytes[way] / r->total.bytes[way][BAND_TOTAL];

	if (share >= 0.0005)
		text_add(out, "\xc2\xb1 ");
	units_percent(out, share);
}

static void add_average(struct text *out, const struct report *r, enum way way)
{
	units_rate(out, r->total.average[way]);
}

static void add_peak(struct text *out, const struct report *r, enum way way)
{
	units_rate(out, r->total.peak[way]);
}

static void add_peak_time(struct text *out, const struct report *r,
			  enum way way)
{
	if (isnan(r->total.peak[way]))
		text_add(out, "\xe2\x80\x93");
	else
		compose_time(out, &r->basis->span, r->total.peak_at_s[way]);
}

static void add_p95(struct text *out, const struct report *r, enum way way)
{
	units_rate(out, r->total.p95[way]);
}

static void add_v6(struct text *out, const struct report *r, enum way way)
{
	units_percent(out, figures_v6_share(&r->total, way));
}

static void add_usual(struct text *out, const struct report *r, enum way way)
{
	const struct comparison *c = &r->usual[way];

	units_rate(out, c->mean);
	if (isnan(c->mean))
		return;
	text_add(out, " \xc2\xb1 ");
	units_rate(out, c->deviation);
}

static void add_change(struct text *out, const struct report *r, enum way way)
{
	const struct comparison *c = &r->usual[way];

	units_change(out, c->change);
	if (!isfinite(c->score))
		return;
	text_add(out, " (");
	text_add(out, c->score < 0 ? "\xe2\x88\x92" : "+");
	language_add_decimal(out, fabs(c->score), 1);
	text_add(out, " \xcf\x83)"); /* sigma */
}

static void add_table(struct document *d, const struct report *r)
{
	int last = r->subject.one_way ? WAY_FROM : WAY_TO;

	document_table(d, (size_t)last + 2);
	document_cell(d);
	for (int way = 0; way <= last; way++) {
		text_add(document_text(d), text_str(&r->subject.way[way]));
		document_cell(d);
	}
	add_row(d, r, TR("Total"), add_total);
	if (!r->total.is_exact)
		add_row(d, r, TR("95 % interval of the total"), add_interval);
	add_row(d, r, TR("Average"), add_average);
	add_row(d, r, TR("Highest five minutes"), add_peak);
	add_row(d, r, TR("beginning at"), add_peak_time);
	add_row(d, r, TR("95th percentile"), add_p95);
	if (r->total.has_bands)
		add_row(d, r, TR("IPv6, of all IP traffic"), add_v6);
	if (isnan(r->usual[WAY_FROM].mean) && isnan(r->usual[WAY_TO].mean))
		return;
	add_row(d, r, TR("Usual average"), add_usual);
	add_row(d, r, TR("Change against it"), add_change);
}

static void add_usual_note(struct document *d, const struct report *r)
{
	const struct comparison *c = &r->usual[WAY_FROM];
	struct text *out = document_text(d);

	if (isnan(c->mean))
		c = &r->usual[WAY_TO];
	if (isnan(c->mean))
		return;
	switch (r->basis->span.kind) {
	case SPAN_DAY:
		tr_addf(out,
			"Usual is the mean of the same weekday in the %u weeks "
			"before, by samples, with its standard deviation "
			"(\xcf\x83); "
			"days that count: %u.",
			c->asked, c->used);
		break;
	case SPAN_WEEK:
		tr_addf(
		    out,
		    "Usual is the mean of the %u weeks before, by samples, "
		    "with its standard deviation (\xcf\x83); weeks that count: "
		    "%u.",
		    c->asked, c->used);
		break;
	case SPAN_MONTH:
		tr_addf(out,
			"Usual is the mean of the %u months before, by "
			"samples, with its standard deviation (\xcf\x83); "
			"months that "
			"count: %u.",
			c->asked, c->used);
		break;
	}
	document_paragraph(d, false);
}

static void add_basis(struct document *d, const struct report *r)
{
	const struct figures *f = &r->total;
	enum way way =
	    f->known[WAY_TO] < f->known[WAY_FROM] ? WAY_TO : WAY_FROM;
	struct text *out = document_text(d);

	tr_add(out, f->is_exact ? TR("Totals are those of interface counters.")
				: TR("Totals are estimated from samples."));
	text_add_char(out, ' ');
	tr_addf(out, "Known: %zu of %zu means of %s (%s).", f->known[way],
		f->rows, said(out, units_duration, f->row_s).text,
		said(out, units_percent, figures_known(f, way)).text);
	if (figures_are_provisional(f)) {
		text_add_char(out, ' ');
		tr_add(out, "The 95th percentile is provisional: for a bill "
			    "99 % of the five-minute means are needed.");
	}
	document_paragraph(d, figures_are_provisional(f));
}

void compose_totals(struct document *d, const struct report *report)
{
	tr_add(document_text(d), "Traffic");
	document_heading(d);
	add_table(d, report);
	add_basis(d, report);
	add_usual_note(d, report);
}
