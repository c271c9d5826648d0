/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/series.h"
#include "util/err.h"
#include "util/zone.h"
#include "web/access.h"
#include "web/asset.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/languages.h"
#include "web/login.h"
#include "web/page_script.h"
#include "web/problem.h"
#include "web/units.h"

enum {
	STALE_AFTER_S = 180, /* since the end of the last stored step */
	SILENT_AFTER_S = 45, /* since the status file was written */
	PAGE_MAX_AGE_S = 10,
	SHORTEST_S = 5, /* of a step in part that has a rate */
	OWN_MAX = 4,	/* members in the navigation */
};

static const struct {
	const char *href;
	const char *label;
	bool is_public;
} sections[] = {
	{ "/", TR("Exchange"), true },
	{ "/members", TR("Members"), true },
	{ "/ports", TR("Ports"), false },
	{ "/heat", TR("Heat map"), false },
	{ "/links", TR("Links"), false },
	{ "/matrix", TR("Matrix"), false },
	{ "/league", TR("League"), false },
	{ "/switches", TR("Switches"), false },
	{ "/lan", TR("LAN"), false },
	{ "/health", TR("Health"), false },
};

bool page_is_stale(const struct call *call)
{
	const struct status *s = call->status;

	if (!s)
		return true;
	if (s->is_replay)
		return false;
	return !(call->wall_s - s->written <= SILENT_AFTER_S) ||
	       !(call->wall_s - s->last_step_end <= STALE_AFTER_S);
}

static bool is_section(const struct call *call, const char *href)
{
	const char *first = call->request && call->request->segment_count
				? call->request->segments[0]
				: "";

	return strcmp(href + 1, first) == 0;
}

/* The page itself, or one behind it. */
static const char *current_of(const struct call *call)
{
	return call->request && call->request->segment_count > 1
		   ? " aria-current=\"true\""
		   : " aria-current=\"page\"";
}

/* What is one's own. */
static void add_own(const struct call *call, struct text *out)
{
	const struct principal *who = call->principal;

	for (size_t i = 0; i < who->asn_count && i < OWN_MAX; i++)
		text_addf(out, "<li><a href=\"/members/AS%u\">AS%u</a></li>",
			  who->asns[i], who->asns[i]);
	if (who->role == ROLE_OPERATOR)
		text_addf(out, "<li><a href=\"/users\"%s>%s</a></li>",
			  is_section(call, "/users") ? current_of(call) : "",
			  tr(out, "Users"));
}

static void add_navigation(const struct call *call, struct text *out)
{
	tr_add(out, "<nav aria-label=\"Pages\"><ul>");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!sections[i].is_public && !access_all(call))
			continue;
		text_addf(
		    out, "<li><a href=\"%s\"%s>%s</a></li>", sections[i].href,
		    is_section(call, sections[i].href) ? current_of(call) : "",
		    tr(out, sections[i].label));
	}
	add_own(call, out);
	text_add(out, "</ul></nav>\n");
}

/* What of its minutes a capture covers, where it is not all. */
static void add_covered(const struct status *s, struct text *out)
{
	double covered = s->replay_to - s->replay_from;

	if (floor(s->replay_from / 60) == floor(s->replay_to / 60)) {
		tr_add(out, " It covers ");
		units_duration(out, covered);
		tr_add(out, covered < SHORTEST_S
				? TR(", too short for a rate.")
				: TR("; rates are over these."));
	} else if (fmod(s->replay_from, 60) != 0 ||
		   fmod(s->replay_to, 60) != 0) {
		tr_add(out, " Its first and last minute are covered in part; "
			    "rates there are over the seconds that the "
			    "capture covers.");
	}
}

static void add_replay(const struct status *s, struct text *out)
{
	tr_add(out, "<p class=\"banner replay\"><strong>Replay</strong> of ");
	if (strcmp(s->captures, "-") == 0)
		tr_add(out, "standard input");
	else
		html_name(out,
			  *s->captures ? s->captures : tr(out, "a capture"));
	tr_add(out, ": the capture\xe2\x80\x99s end, ");
	dates_add_time(out, s->now);
	tr_add(out, ", stands for now.");
	add_covered(s, out);
	text_add(out, "</p>\n");
}

/* "Data to 14:32:00 AST, 20 s ago", or that it is old, or that there is
 * none. */
void page_add_freshness(const struct call *call, struct text *out)
{
	const struct status *s = call->status;
	bool stale = page_is_stale(call);

	text_addf(out, "<p class=\"freshness%s\" role=\"status\">",
		  stale ? " stale" : "");
	if (!s) {
		tr_add(out, "No data yet: the collector has not written its "
			    "status file.");
		text_add(out, "</p>\n");
		return;
	}
	tr_add(out,
	       stale ? TR("<strong>Stale:</strong> data to ") : TR("Data to "));
	if (!(s->last_step_end > 0))
		tr_add(out, "no step yet");
	else if (s->is_replay)
		dates_add_time(out, fmin(s->last_step_end, s->now));
	else if (fabs(call->wall_s - s->last_step_end) < 86400)
		dates_add(out, "%H:%M:%S %Z", (int64_t)s->last_step_end);
	else
		dates_add_time(out, s->last_step_end);
	if (!s->is_replay && s->last_step_end > 0) {
		struct text age;

		text_init_like(&age, out);
		units_duration(&age, fmax(0, call->wall_s - s->last_step_end));
		tr_addf(out, ", %s ago", text_str(&age));
		text_fini(&age);
	}
	text_add(out, "</p>\n");
}

/* The same page in the other languages, each by its own name. */
static void add_languages(const struct call *call, struct text *out)
{
	const struct config *config = call->config;

	if (!call->request || config->language_count < 2)
		return;
	tr_add(out, "<nav class=\"languages\" aria-label=\"Language\"><ul>");
	for (size_t i = 0; i < config->language_count; i++) {
		const struct language *l = languages_of(config->languages[i]);

		if (!l || l == call->language)
			continue;
		text_add(out, "<li><a href=\"");
		page_add_target(call, out, "lang", l->code);
		text_addf(out, "\" lang=\"%s\" hreflang=\"%s\">%s</a></li>",
			  l->code, l->code,
			  language_find_in(l, "language", "English"));
	}
	text_add(out, "</ul></nav>\n");
}

void page_add_path(const struct call *call, struct text *out)
{
	const struct request *request = call->request;

	if (request->segment_count == 0)
		text_add_char(out, '/');
	for (size_t i = 0; i < request->segment_count; i++) {
		text_add_char(out, '/');
		html_url(out, request->segments[i]);
	}
}

static bool is_named(const char *name, const struct request_parameter *changes,
		     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(changes[i].name, name) == 0)
			return true;
	}
	return false;
}

/* This page's address with some parameters changed; without those that have
 * no value then. */
static void add_target(const struct call *call, struct text *out,
		       const struct request_parameter *changes, size_t count)
{
	const struct request *request = call->request;
	const char *before = "?";

	page_add_path(call, out);
	for (size_t i = 0; i < request->parameter_count + count; i++) {
		const struct request_parameter *p =
		    i < request->parameter_count
			? &request->parameters[i]
			: &changes[i - request->parameter_count];

		if (!p->value || (i < request->parameter_count &&
				  is_named(p->name, changes, count)))
			continue;
		text_add(out, before);
		html_url(out, p->name);
		text_add_char(out, '=');
		html_url(out, p->value);
		before = "&amp;";
	}
}

void page_add_target(const struct call *call, struct text *out,
		     const char *name, const char *value)
{
	const struct request_parameter change = { name, value };

	add_target(call, out, &change, 1);
}

void page_add_sort(const struct call *call, struct text *out, const char *by,
		   const char *order)
{
	const struct request_parameter changes[] = { { "sort", by },
						     { "order", order } };

	add_target(call, out, changes, 2);
}

void page_add_hidden(const struct call *call, struct text *out,
		     const char *const *but)
{
	const struct request *request = call->request;

	for (size_t i = 0; i < request->parameter_count; i++) {
		const struct request_parameter *p = &request->parameters[i];
		const char *const *left_out = but;

		while (*left_out && strcmp(*left_out, p->name) != 0)
			left_out++;
		if (*left_out)
			continue;
		text_add(out, "<input type=\"hidden\" name=\"");
		html_escape(out, p->name);
		text_add(out, "\" value=\"");
		html_escape(out, p->value);
		text_add(out, "\">");
	}
}

void page_add_head(const struct call *call, struct text *out, const char *title)
{
	text_addf(out,
		  "<!doctype html>\n<html lang=\"%s\">\n<head>\n"
		  "<meta charset=\"utf-8\">\n"
		  "<meta name=\"viewport\" "
		  "content=\"width=device-width, initial-scale=1\">\n"
		  "<meta name=\"color-scheme\" content=\"light dark\">\n"
		  "<title>",
		  call->language->code);
	html_name(out, title);
	text_add(out, " \xe2\x80\x93 ");
	html_name(out, call->config->exchange_name);
	text_addf(out,
		  "</title>\n<link rel=\"stylesheet\" "
		  "href=\"/style.css?v=%s\">\n"
		  "<link rel=\"icon\" type=\"image/svg+xml\" "
		  "href=\"/favicon.svg\">\n",
		  asset_style.version);
}

void page_begin(const struct call *call, struct response *r, const char *title)
{
	struct text *out = &r->body;

	r->is_translated = true;
	page_add_head(call, out, title);
	page_script_add(call, out);
	text_add(out, "</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
	tr_add(out, "Skip to the content");
	text_add(out, "</a>\n<header>\n<p class=\"site\"><a href=\"/\"><bdi>");
	html_name(out, call->config->exchange_name);
	text_add(out, "</bdi></a></p>\n");
	add_navigation(call, out);
	add_languages(call, out);
	login_add_state(call, out);
	page_add_freshness(call, out);
	text_add(out, "</header>\n");
	if (call->status && call->status->is_replay)
		add_replay(call->status, out);
	text_add(out, "<main id=\"main\">\n");
}

/* "America/Marigot (AST, UTC-04:00)" */
static void add_zone(const struct call *call, struct text *out)
{
	struct text offset;

	html_name(out, call->config->timezone);
	if (strcmp(call->config->timezone, "UTC") == 0)
		return;
	text_init(&offset);
	zone_add(&offset, "%z", call->now_s);
	text_add(out, " (");
	zone_add(out, "%Z", call->now_s);
	if (offset.len == 5)
		text_addf(out, ", UTC%.3s:%s", offset.data, offset.data + 3);
	text_add(out, ")");
	text_fini(&offset);
}

void page_end(const struct call *call, struct response *r)
{
	struct text *out = &r->body;

	tr_add(out, "</main>\n<footer>\n<p>All times in ");
	add_zone(call, out);
	tr_add(out, ". Rates in bit/s of layer 2 with FCS, SI prefixes. ");
	text_add(out, "Lanterne " LANTERNE_VERSION ".</p>\n");
	if (call->is_open)
		tr_add(out, "<p><strong>access: open</strong> \xe2\x80\x93 "
			    "everything is shown to everyone who can reach "
			    "this loopback address.</p>\n");
	text_add(out, "</footer>\n</body>\n</html>\n");
	if (call->request && request_parameter(call->request, "lang"))
		languages_keep(out, call->language);
	/* To those who see everything public pages show more, too. */
	if (call->is_open)
		r->is_public = false;
	if (r->status == 200)
		r->max_age_s = page_max_age(call, PAGE_MAX_AGE_S);
}

void page_refuse(const struct call *call, struct response *r, unsigned status,
		 const char *why)
{
	if (call->is_api) {
		problem_refuse(call, r, status, why, NULL);
		return;
	}
	text_clear(&r->body);
	r->status = status;
	r->content_type = "text/html; charset=utf-8";
	r->style_source = NULL;
	page_begin(call, r, tr(&r->body, problem_title(status)));
	text_addf(&r->body, "<h1>%s</h1>\n<p>",
		  tr(&r->body, problem_title(status)));
	html_escape(&r->body, tr(&r->body, why));
	text_add(&r->body, "</p>\n");
	page_end(call, r);
	r->max_age_s = -1;
}

/* An overdue step may be stored at any moment. */
int page_max_age(const struct call *call, int most_s)
{
	const struct status *s = call->status;
	double left_s;

	if (!s || s->is_replay || page_is_stale(call))
		return most_s;
	left_s = ceil(s->last_step_end + SERIES_STEP_S - call->wall_s);
	if (!(left_s < most_s))
		return most_s;
	return left_s > 1 ? (int)left_s : 1;
}

double page_covered_s(const struct call *call, int64_t from_s, uint32_t row_s)
{
	const struct status *s = call->status;
	double start = (double)from_s;
	double end = start + row_s;
	double covered = row_s;

	if (!s || !s->is_replay)
		return covered;
	if (start < s->replay_from && s->replay_from < end)
		covered -= s->replay_from - start;
	if (start < s->replay_to && s->replay_to < end)
		covered -= end - s->replay_to;
	return fmax(covered, 0);
}

/* A capture of minutes is best seen by the minute. */
enum range page_default_range(const struct call *call)
{
	const struct status *s = call->status;

	if (s && s->is_replay && s->replay_to - s->replay_from < 3600)
		return RANGE_HOUR;
	return RANGE_DAY;
}

struct period page_default_period(const struct call *call)
{
	return period_of(page_default_range(call), call->now_s);
}

/* A moment that the query names. @return 0; ERR_NOT_FOUND: it names none */
static int moment(const struct call *call, const char *name, int64_t *out)
{
	const char *text = request_parameter(call->request, name);

	if (!text || *text == '\0')
		return ERR_NOT_FOUND;
	return period_parse_time(text, strcmp(name, "to") == 0, out);
}

/* From one moment to another, or a range that ends at a moment. */
static int free_period(const struct call *call, struct period *out)
{
	int64_t from_s = 0;
	int64_t to_s = call->now_s;
	int to = moment(call, "to", &to_s);
	int from = moment(call, "from", &from_s);

	if (from == ERR_NOT_FOUND && to == ERR_NOT_FOUND)
		return 0;
	if ((from < 0 && from != ERR_NOT_FOUND) ||
	    (to < 0 && to != ERR_NOT_FOUND))
		return ERR_SYNTAX;
	if (from == ERR_NOT_FOUND)
		from_s = to_s - period_length(out);
	return period_between(out, from_s, to_s, call->now_s);
}

bool page_period(const struct call *call, struct response *r,
		 struct period *out)
{
	const char *wanted = request_parameter(call->request, "range");
	enum range range = page_default_range(call);
	int rc;

	if (wanted && period_parse(wanted, &range) < 0) {
		page_refuse(call, r, 400,
			    TR("range is one of hour, day, week, month and "
			       "year."));
		return false;
	}
	*out = period_of(range, call->now_s);
	rc = free_period(call, out);
	if (rc == 0)
		return true;
	page_refuse(call, r, 400,
		    rc == ERR_SYNTAX
			? TR("from and to are moments: 2026-11-20T14:00, "
			     "local, or seconds of the epoch.")
			: TR("from has to lie before to and in the past, and "
			     "ten years before to at most."));
	return false;
}

void page_add_count_row(struct text *out, const char *label, double value)
{
	text_add(out, "<tr><th scope=\"row\">");
	html_name(out, label);
	text_add(out, "</th><td class=\"number\">");
	units_count(out, value);
	text_add(out, "</td></tr>\n");
}
