/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What one run has to tell, as text and as JSON. */

#include <math.h>
#include <string.h>

#include "util/json_write.h"
#include "util/language.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/report/alert_rules.h"
#include "web/report/alert_say.h"
#include "web/said.h"
#include "web/units.h"

enum {
	VERSION = 1,
	DECIMALS = 4,
	CHANGES_SHOWN = 500, /* in a text; JSON has all */
	STANDING_SHOWN = 50,
};

static bool is_for(const struct alert_report *report, const struct alert *alert)
{
	return report->asn == 0 ||
	       alert_owner(report->call, &alert->subject) == report->asn;
}

bool alert_report_says(const struct alert_report *report)
{
	for (size_t i = 0; i < report->outcome->change_count; i++) {
		if (is_for(report, &report->outcome->changes[i].alert))
			return true;
	}
	return false;
}

/* "Raised (critical): sw2 has been silent for 5 min" */
static void add_change(struct text *out, const struct call *call,
		       const struct alert_change *change)
{
	static const char *const severities[ALERT_SEVERITY_COUNT] = {
		"", TR("warning"), TR("critical")
	};

	tr_addf(out,
		change->what == ALERT_RAISED  ? TR("Raised (%s): ")
		: change->what == ALERT_WORSE ? TR("Worse (%s): ")
					      : TR("Over (%s): "),
		tr(out, severities[change->alert.severity]));
	alert_say(out, call, change);
}

/* How much a change matters. */
static int weight(const struct alert_change *change)
{
	return change->what == ALERT_CLEARED ? 0 : (int)change->alert.severity;
}

void alert_report_add_subject(struct text *out,
			      const struct alert_report *report)
{
	const struct alert_change *worst = NULL;
	size_t count = 0;

	for (size_t i = 0; i < report->outcome->change_count; i++) {
		const struct alert_change *c = &report->outcome->changes[i];

		if (!is_for(report, &c->alert))
			continue;
		count++;
		if (!worst || weight(c) > weight(worst))
			worst = c;
	}
	html_plain(out, report->call->config->exchange_name, HTML_NAME_MAX);
	text_add(out, ": ");
	if (count > 1) {
		tr_addf(out, "Alerts: %s",
			said(out, units_count, (double)count).text);
		text_add(out, "; ");
	}
	if (worst)
		add_change(out, report->call, worst);
}

/* What stands, is for the reader, and was not told of just now. */
static bool is_besides(const struct alert_report *report, const struct alert *a)
{
	const struct alert_outcome *outcome = report->outcome;

	for (size_t i = 0; i < outcome->change_count; i++) {
		if (alert_subject_compare(&outcome->changes[i].alert.subject,
					  &a->subject) == 0)
			return false;
	}
	return is_for(report, a);
}

static void add_besides(struct text *out, const struct alert_report *report,
			const struct alert *a)
{
	const struct alert_change change = { .what = ALERT_RAISED,
					     .alert = *a };

	text_add(out, "  ");
	dates_add_minute(out, a->since_s);
	text_add(out, a->severity == ALERT_CRITICAL ? " ! " : "   ");
	alert_say(out, report->call, &change);
	text_add_char(out, '\n');
}

static void add_further(struct text *out, size_t count)
{
	tr_addf(out, "Further ones: %s",
		said(out, units_count, (double)count).text);
	text_add_char(out, '\n');
}

static void add_standing(struct text *out, const struct alert_report *report)
{
	const struct alert_list *standing = &report->outcome->standing;
	size_t stands = 0;
	size_t besides = 0;

	for (size_t i = 0; i < standing->count; i++) {
		stands += is_for(report, &standing->items[i]);
		besides += is_besides(report, &standing->items[i]);
	}
	if (stands == 0) {
		text_add_char(out, '\n');
		tr_add(out, "Nothing stands any more.");
		text_add_char(out, '\n');
	}
	if (besides == 0)
		return;
	text_add_char(out, '\n');
	tr_addf(out, "What stands besides: %s",
		said(out, units_count, (double)besides).text);
	text_add_char(out, '\n');
	for (size_t i = 0, shown = 0;
	     i < standing->count && shown < STANDING_SHOWN; i++) {
		if (!is_besides(report, &standing->items[i]))
			continue;
		add_besides(out, report, &standing->items[i]);
		shown++;
	}
	if (besides > STANDING_SHOWN)
		add_further(out, besides - STANDING_SHOWN);
}

void alert_report_add_text(struct text *out, const struct alert_report *report)
{
	size_t told = 0;

	html_plain(out, report->call->config->exchange_name, HTML_NAME_MAX);
	text_add(out, ", ");
	dates_add_time(out, (double)report->at_s);
	text_add(out, "\n\n");
	for (size_t i = 0; i < report->outcome->change_count; i++) {
		const struct alert_change *c = &report->outcome->changes[i];

		if (!is_for(report, &c->alert) || told++ >= CHANGES_SHOWN)
			continue;
		add_change(out, report->call, c);
		text_add_char(out, '\n');
	}
	if (told > CHANGES_SHOWN)
		add_further(out, told - CHANGES_SHOWN);
	add_standing(out, report);
}

/* "port_full/sw1/436207616/in" */
static void put_key(struct json_writer *w, const struct alert_subject *s)
{
	struct text key;

	text_init(&key);
	text_add(&key, alert_rule(s->kind)->name);
	if (s->asn)
		text_addf(&key, "/AS%u", s->asn);
	if (*s->switch_name)
		text_addf(&key, "/%s", s->switch_name);
	if (s->number)
		text_addf(&key, "/%u", s->number);
	if (*s->name)
		text_addf(&key, "/%s", s->name);
	if (*s->source)
		text_addf(&key, "/%s", s->source);
	if (s->part != ALERT_WHOLE)
		text_addf(&key, "/%s", alert_part_name(s->part));
	json_put_string(w, "key", text_str(&key));
	text_fini(&key);
}

static void put_port(struct json_writer *w, const struct call *call,
		     const struct alert_subject *s)
{
	struct text name;

	text_init(&name);
	alert_add_port(&name, call, s);
	json_put_u64(w, "ifindex", s->number);
	json_put_string(w, "port", text_str(&name));
	text_fini(&name);
}

static void put_subject(struct json_writer *w, const struct call *call,
			const struct alert_subject *s)
{
	bool is_agent = s->kind == ALERT_UNKNOWN_AGENT;

	json_put_object(w, "subject");
	if (s->asn)
		json_put_u64(w, "asn", s->asn);
	if (*s->switch_name)
		json_put_string(w, "switch", s->switch_name);
	if (s->number && !is_agent)
		put_port(w, call, s);
	if (*s->name)
		json_put_string(w, is_agent ? "agent" : "mac", s->name);
	if (is_agent && *s->name)
		json_put_u64(w, "sub_agent", s->number);
	if (*s->source)
		json_put_string(w, "source", s->source);
	if (s->part != ALERT_WHOLE)
		json_put_string(w, "part", alert_part_name(s->part));
	json_end_object(w);
}

static void put_alert(struct json_writer *w, const struct alert_report *report,
		      const struct alert_change *change, bool has_what)
{
	const struct alert *a = &change->alert;
	struct text said_of_it;

	text_init_like(&said_of_it, w->out);
	alert_say(&said_of_it, report->call, change);
	json_put_object(w, NULL);
	put_key(w, &a->subject);
	if (has_what)
		json_put_string(w, "what", alert_what_name(change->what));
	json_put_string(w, "kind", alert_rule(a->subject.kind)->name);
	json_put_string(w, "severity", alert_severity_name(a->severity));
	json_put_i64(w, "since", a->since_s);
	put_subject(w, report->call, &a->subject);
	json_put_double(w, "value", a->figures.value, DECIMALS);
	json_put_double(w, "threshold",
			alert_threshold(a->subject.kind, a->severity),
			DECIMALS);
	json_put_string(w, "text", text_str(&said_of_it));
	json_end_object(w);
	text_fini(&said_of_it);
}

void alert_report_add_json(struct text *out, const struct alert_report *report)
{
	const struct alert_outcome *outcome = report->outcome;
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_u64(&w, "version", VERSION);
	json_put_string(&w, "exchange", report->call->config->exchange_name);
	json_put_i64(&w, "at", report->at_s);
	json_put_array(&w, "changed");
	for (size_t i = 0; i < outcome->change_count; i++)
		put_alert(&w, report, &outcome->changes[i], true);
	json_end_array(&w);
	json_put_array(&w, "standing");
	for (size_t i = 0; i < outcome->standing.count; i++) {
		const struct alert_change change = {
			.what = ALERT_RAISED,
			.alert = outcome->standing.items[i]
		};

		put_alert(&w, report, &change, false);
	}
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
}
