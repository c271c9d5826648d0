/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/report/compose.h"
#include "web/said.h"
#include "web/units.h"

enum { STATIONS_SHOWN = 40, DEVIANTS_SHOWN = 20 };

#define MUCH_LOST    0.01 /* of datagrams or samples */
#define CHANCE	     4.0  /* deviations: beyond, it is none */
#define SIZES_SPREAD 2.0  /* (mean of squares) / (square of mean) of frames */
#define FAR_OFF	     0.05 /* of a port's counters */
#define NEGLIGIBLE   0.01 /* of all ports' octets: less is chance */

/* Of a station, which has a gender in other languages. */
static void add_change(struct document *d, const struct station_finding *f)
{
	const struct language *language = document_text(d)->language;
	const char *word = "";

	switch (f->change) {
	case STATION_NEW:
		word = language_find_in(language, "station", "new");
		break;
	case STATION_GONE:
		word = language_find_in(language, "station", "gone");
		break;
	case STATION_MOVED:
		word = language_find_in(language, "station", "moved");
		break;
	case STATION_CHANGE_COUNT:
		break;
	}
	text_add(document_text(d), word);
	document_cell(d);
}

static void add_place(struct text *out, const struct station_entry *e)
{
	text_add(out, e->switch_name);
	text_add_char(out, ' ');
	if (*e->port)
		text_add(out, e->port);
	else if (e->ifindex)
		text_addf(out, "ifIndex %u", e->ifindex);
}

static void add_station(struct document *d, const struct report *r,
			const struct findings_day *day,
			const struct station_finding *f)
{
	const struct station_entry *e = findings_entry(f);
	char mac[MAC_TEXT_SIZE];
	struct text *out = document_text(d);

	text_add(out, mac_format(e->mac, mac));
	document_cell(d);
	if (r->basis->span.kind != SPAN_DAY) {
		dates_add(out, "%a %e", zone_day_start(day->date, SPAN_SLOT_S));
		document_cell(d);
	}
	add_change(d, f);
	if (e->asn)
		text_addf(out, "AS%u", e->asn);
	else
		tr_add(out, "unknown");
	document_cell(d);
	if (e->vlan)
		text_addf(out, "%u", (unsigned)e->vlan);
	document_cell(d);
	if (f->change == STATION_MOVED) {
		add_place(out, f->before);
		text_add(out, " \xe2\x86\x92 ");
	}
	add_place(out, e);
	document_cell(d);
}

static void add_heads(struct document *d, bool with_day)
{
	document_table(d, with_day ? 6 : 5);
	document_said(d, TR("Station"));
	if (with_day)
		document_said(d, TR("Day"));
	document_said(d, TR("What"));
	document_said(d, TR("Whose"));
	document_said(d, TR("VLAN"));
	document_said(d, TR("Port"));
}

static void add_table(struct document *d, const struct report *r, size_t count)
{
	const struct findings *f = &r->basis->findings;
	size_t shown = 0;

	add_heads(d, r->basis->span.kind != SPAN_DAY);
	for (size_t i = 0; i < f->day_count; i++) {
		const struct station_changes *c = &f->days[i].changes;

		for (size_t k = 0; k < c->count && shown < STATIONS_SHOWN;
		     k++) {
			if (r->member &&
			    findings_entry(&c->all[k])->asn != r->member->asn)
				continue;
			add_station(d, r, &f->days[i], &c->all[k]);
			shown++;
		}
	}
	document_more(d, count, shown);
}

static void add_stations(struct document *d, const struct report *r)
{
	const struct findings *f = &r->basis->findings;
	size_t count = findings_count(f, r->member ? r->member->asn : 0);

	if (f->day_count == 0)
		return;
	tr_add(document_text(d), "Stations (MAC addresses)");
	document_heading(d);
	if (f->comparable == 0)
		tr_add(document_text(d),
		       "There is no day before to compare with.");
	else if (count == 0)
		tr_add(document_text(d), "None came, went or moved.");
	else
		tr_addf(document_text(d),
			"New: seen on none of the %d days before. Gone: there "
			"on the last day before, not seen on this one.",
			FINDINGS_DAYS_BEFORE);
	document_paragraph(d, false);
	if (count > 0)
		add_table(d, r, count);
}

static void add_number(struct document *d, double value)
{
	units_count(document_text(d), value);
	document_cell(d);
}

static void add_share(struct document *d, double share)
{
	units_percent(document_text(d), share);
	document_cell(d);
}

static void add_switch(struct document *d, const struct source_days *s,
		       const struct source_switch *one)
{
	text_add(document_text(d), one->name);
	document_cell(d);
	add_number(d, one->datagrams);
	add_share(d, one->lost_share);
	add_number(d, one->samples);
	add_share(d, one->drop_share);
	add_share(d, s->slots ? (double)one->known / (double)s->slots : NAN);
}

static void add_switches(struct document *d, const struct source_days *s)
{
	static const char *const heads[] = {
		TR("Switch"),  TR("Datagrams"), TR("Lost"),
		TR("Samples"), TR("Dropped"),	TR("Known"),
	};
	bool much = false;

	document_table(d, sizeof(heads) / sizeof(*heads));
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		document_said(d, heads[i]);
	for (size_t i = 0; i < s->switch_count; i++) {
		add_switch(d, s, &s->switches[i]);
		much |= s->switches[i].lost_share > MUCH_LOST ||
			s->switches[i].drop_share > MUCH_LOST;
	}
	if (!much)
		return;
	tr_addf(document_text(d),
		"Of a switch more than %s of the datagrams or of the "
		"samples is missing.",
		said(document_text(d), units_percent, MUCH_LOST).text);
	document_paragraph(d, true);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A direction of a port that carries enough to be compared. */
static bool is_told(const struct source_way *way, double mean)
{
	return !isnan(way->ratio) && way->compared[1] > NEGLIGIBLE * mean;
}

/* Of a port's one direction. */
static double mean_octets(const struct source_days *s)
{
	size_t count = 0;
	double all = 0;

	for (size_t i = 0; i < s->port_count * 2; i++) {
		const struct source_way *w = &s->ports[i / 2].ways[i % 2];

		if (w->compared[1] > 0) {
			all += w->compared[1];
			count++;
		}
	}
	return count ? all / (double)count : 0;
}

/*
 * Whether a port's samples say another thing than its counters by more than
 * chance explains: of n samples by the root of spread / n. How many there were
 * of a port the books do not say, of its switch they do, and each stands for
 * alike many bytes.
 */
static bool is_far_off(const struct source_days *s, const struct source_port *p,
		       const struct source_way *w)
{
	double samples = 0;
	double bytes = 0;

	for (size_t i = 0; i < s->switch_count; i++) {
		if (strcmp(s->switches[i].name, p->switch_name) == 0)
			samples = s->switches[i].samples;
	}
	for (size_t i = 0; i < s->port_count * 2; i++) {
		const struct source_port *other = &s->ports[i / 2];

		if (strcmp(other->switch_name, p->switch_name) == 0 &&
		    other->ways[i % 2].samples > 0)
			bytes += other->ways[i % 2].samples;
	}
	samples *= w->compared[1] / bytes;
	return samples > 0 && fabs(w->ratio - 1) > FAR_OFF &&
	       fabs(w->ratio - 1) > CHANCE * sqrt(SIZES_SPREAD / samples);
}

static void name_deviants(struct document *d, const struct report *r,
			  double mean)
{
	static const char *const ways[] = { TR("in"), TR("out") };
	struct text *out = document_text(d);
	size_t found = 0;

	for (size_t i = 0; i < r->port_count; i++) {
		const struct report_port *port = &r->ports[i];
		const struct source_port *p = findings_port(
		    &r->basis->findings, port->subject.series.switch_name,
		    port->subject.series.ifindex);

		for (int way = 0; p && way < 2; way++) {
			const struct source_way *w = &p->ways[way];

			if (!is_told(w, mean) ||
			    !is_far_off(&r->basis->findings.sources, p, w) ||
			    ++found > DEVIANTS_SHOWN)
				continue;
			if (found == 1)
				tr_add(out, "Further from their counters than "
					    "chance explains:");
			text_addf(out, "%s %s %s %s ", found > 1 ? "," : "",
				  p->switch_name, port->row->name,
				  tr(out, ways[way]));
			units_change(out, w->ratio - 1);
		}
	}
	if (found == 0)
		return;
	text_add_char(out, '.');
	document_paragraph(d, true);
}

/* What samples say, divided by what the counters do. */
static void add_calibration(struct document *d, const struct report *r)
{
	const struct source_days *s = &r->basis->findings.sources;
	double *ratios = calloc(s->port_count * 2 + 1, sizeof(*ratios));
	struct text *out = document_text(d);
	double mean = mean_octets(s);
	size_t count = 0;

	if (!ratios) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < s->port_count * 2; i++) {
		const struct source_way *w = &s->ports[i / 2].ways[i % 2];

		if (is_told(w, mean))
			ratios[count++] = w->ratio;
	}
	qsort(ratios, count, sizeof(*ratios), by_value);
	if (count > 0) {
		tr_addf(
		    out,
		    "Samples against counters, of ports that are not nearly "
		    "idle: from %s to %s, the median %s.",
		    said(out, units_change, ratios[0] - 1).text,
		    said(out, units_change, ratios[count - 1] - 1).text,
		    said(out, units_change, ratios[count / 2] - 1).text);
		document_paragraph(d, false);
		name_deviants(d, r, mean);
	}
	free(ratios);
}

void compose_findings(struct document *d, const struct report *report)
{
	const struct source_days *s = &report->basis->findings.sources;

	add_stations(d, report);
	if (report->member || s->switch_count == 0)
		return;
	tr_add(document_text(d), "Sources");
	document_heading(d);
	add_switches(d, s);
	add_calibration(d, report);
}
