/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/peer_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/language.h"
#include "web/access.h"
#include "web/html.h"
#include "web/search.h"
#include "web/units.h"

enum { PEERS_SHOWN = 20, FOUND_SHOWN = 100 };

/* A line of the table. */
struct line {
	const struct peer *peer;
	double both; /* bytes */
	double v6;   /* share of them */
	double change;
};

static double from_of(const struct line *l)
{
	return l->peer->bytes[WAY_FROM];
}

static double to_of(const struct line *l)
{
	return l->peer->bytes[WAY_TO];
}

static double both_of(const struct line *l)
{
	return l->both;
}

static double v4_of(const struct line *l)
{
	return 1 - l->v6;
}

static double v6_of(const struct line *l)
{
	return l->v6;
}

static double change_of(const struct line *l)
{
	return l->change;
}

static double asn_of(const struct line *l)
{
	return l->peer->member->asn;
}

/* The columns; the first one is sorted by text. */
static const struct column {
	const char *name;
	const char *label; /* NULL: named after the member, as a direction */
	double (*value)(const struct line *l);
	bool rises; /* sorted upwards where nothing is said */
} columns[] = {
	{ "peer", TR("Peer"), NULL, true },
	{ "asn", TR("ASN"), asn_of, true },
	{ "from", NULL, from_of, false },
	{ "to", NULL, to_of, false },
	{ "share", TR("Share of all"), both_of, false },
	{ "v4", TR("IPv4"), v4_of, false },
	{ "v6", TR("IPv6"), v6_of, false },
	{ "change", TR("Change"), change_of, false },
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(columns[0]), BY_SHARE = 4 };

/* What is shown, and how. */
struct table {
	const struct call *call;
	const struct member *member;
	const struct period *period;
	const struct column *by;
	bool rises;
	bool all;
	const char *wanted; /* part of a name or number; "": all */
	struct line *lines;
	size_t count;	 /* of all peers */
	size_t selected; /* lines that are wanted: the first ones */
	double sum;	 /* bytes of all peers */
	int64_t by_s;	 /* how much earlier changes compare with */
};

/* qsort has no room for what to sort by: lines carry a key. */
struct keyed {
	struct line line;
	double key;
	bool rises;
	bool by_name;
};

static int compare(const void *a, const void *b)
{
	const struct keyed *x = a;
	const struct keyed *y = b;
	int order;

	if (x->by_name) {
		order = strcasecmp(x->line.peer->member->name,
				   y->line.peer->member->name);
	} else if (isnan(x->key) || isnan(y->key)) {
		/* What is not known stands last either way. */
		return isnan(x->key) - isnan(y->key);
	} else {
		order = (x->key > y->key) - (x->key < y->key);
	}
	if (order == 0)
		return (x->line.peer->member->asn > y->line.peer->member->asn) -
		       (x->line.peer->member->asn < y->line.peer->member->asn);
	return x->rises ? order : -order;
}

static int sort(struct table *t)
{
	struct keyed *keyed = calloc(t->count + 1, sizeof(*keyed));

	if (!keyed)
		return -ENOMEM;
	for (size_t i = 0; i < t->count; i++) {
		keyed[i] = (struct keyed){ .line = t->lines[i],
					   .rises = t->rises,
					   .by_name = !t->by->value };
		if (t->by->value)
			keyed[i].key = t->by->value(&t->lines[i]);
	}
	qsort(keyed, t->count, sizeof(*keyed), compare);
	for (size_t i = 0; i < t->count; i++)
		t->lines[i] = keyed[i].line;
	free(keyed);
	return 0;
}

static bool is_wanted(const struct table *t, const struct line *l)
{
	const struct member *member = l->peer->member;
	struct text what;
	bool is;

	text_init(&what);
	text_addf(&what, "%s AS%u", member->name, member->asn);
	is = search_matches(text_str(&what), t->wanted);
	text_fini(&what);
	return is;
}

/* The wanted lines first, in their order. */
static void select_wanted(struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (is_wanted(t, &t->lines[i]))
			t->lines[t->selected++] = t->lines[i];
	}
}

static void ask(struct table *t)
{
	const struct request *request = t->call->request;
	const char *by = request_parameter(request, "sort");
	const char *order = request_parameter(request, "order");
	const char *wanted = request_parameter(request, "q");
	const char *peers = request_parameter(request, "peers");

	t->by = &columns[BY_SHARE];
	for (size_t i = 0; by && i < COLUMN_COUNT; i++) {
		if (strcmp(columns[i].name, by) == 0)
			t->by = &columns[i];
	}
	t->rises = t->by->rises;
	if (order && (strcmp(order, "asc") == 0 || strcmp(order, "desc") == 0))
		t->rises = order[0] == 'a';
	t->wanted = wanted ? wanted : "";
	t->all = peers && strcmp(peers, "all") == 0;
}

static int fill(struct table *t, const struct peer *peers,
		const double *changes)
{
	int rc = 0;

	t->lines = calloc(t->count + 1, sizeof(*t->lines));
	if (!t->lines)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < t->count; i++) {
		const struct peer *p = &peers[i];
		double both = p->bytes[WAY_FROM] + p->bytes[WAY_TO];

		t->lines[i] = (struct line){
			.peer = p,
			.both = both,
			.v6 = (p->v6_bytes[WAY_FROM] + p->v6_bytes[WAY_TO]) /
			      both,
			.change = changes[i],
		};
		t->sum += both;
	}
	return rc < 0 ? rc : sort(t);
}

static void add_label(struct text *out, const struct table *t,
		      const struct column *c)
{
	uint32_t asn = t->member->asn;

	if (c->label)
		tr_add(out, c->label);
	else if (c->value == from_of)
		tr_addf(out, "AS%u \xe2\x86\x92 peer", asn);
	else
		tr_addf(out, "peer \xe2\x86\x92 AS%u", asn);
}

/* A heading that sorts by its column, or the other way round. */
static void add_heading(struct text *out, const struct table *t,
			const struct column *c)
{
	bool is_by = c == t->by;

	text_addf(out, "<th scope=\"col\"%s data-sort=\"%s\"%s><a href=\"",
		  c->value ? " class=\"number\"" : "", c->name,
		  !is_by     ? ""
		  : t->rises ? " aria-sort=\"ascending\""
			     : " aria-sort=\"descending\"");
	page_add_sort(t->call, out, c->name,
		      (is_by ? !t->rises : c->rises) ? "asc" : "desc");
	text_add(out, "#peers\">");
	add_label(out, t, c);
	text_add(out, "</a></th>");
}

static void add_number(struct text *out, double value,
		       void (*add)(struct text *out, double value))
{
	text_addf(out, "<td class=\"number\" data-v=\"%.9g\">", value);
	add(out, value);
	text_add(out, "</td>");
}

static void add_line(struct text *out, const struct table *t,
		     const struct line *l)
{
	const struct member *peer = l->peer->member;
	char query[PERIOD_QUERY_SIZE];

	text_addf(out,
		  "<tr><th scope=\"row\"><bdi><a href=\"/members/AS%u/AS%u?"
		  "%s\">",
		  t->member->asn, peer->asn, period_query(query, t->period));
	html_name(out, peer->name);
	text_addf(out, "</a></bdi></th><td class=\"number\" data-v=\"%u\">",
		  peer->asn);
	if (access_member(t->call, peer->asn))
		text_addf(out, "<a href=\"/members/AS%u?%s\">%u</a></td>",
			  peer->asn, query, peer->asn);
	else
		text_addf(out, "%u</td>", peer->asn);
	add_number(out, l->peer->bytes[WAY_FROM], units_bytes);
	add_number(out, l->peer->bytes[WAY_TO], units_bytes);
	text_addf(out,
		  "<td class=\"number share\" data-v=\"%.9g\"><meter min=\"0\" "
		  "max=\"1\" value=\"%.4f\" aria-hidden=\"true\"></meter> ",
		  l->both, l->both / t->sum);
	units_percent(out, l->both / t->sum);
	text_add(out, "</td>");
	add_number(out, 1 - l->v6, units_percent);
	add_number(out, l->v6, units_percent);
	add_number(out, l->change, units_change);
	text_add(out, "</tr>\n");
}

/* How many were found. */
static void add_found(struct text *out, const struct table *t)
{
	text_add(out, "<p class=\"note\" role=\"status\">");
	if (t->selected > 0)
		tr_addf(out, "Found: %zu of %zu", t->selected, t->count);
	else
		tr_add(out, "No peer has such a name or number.");
	text_add(out, "</p>\n");
}

static void add_search(struct text *out, const struct table *t)
{
	static const char *const but[] = { "q", NULL };

	text_add(out, "<form class=\"search\" role=\"search\" method=\"get\" "
		      "action=\"");
	page_add_path(t->call, out);
	text_add(out, "#peers\">");
	page_add_hidden(t->call, out, but);
	text_addf(out,
		  "<label>%s <input type=\"search\" name=\"q\" "
		  "data-filter=\"peers-table\" data-counted=\"",
		  tr(out, "Search peers"));
	html_escape(out, tr(out, "Shown: {shown} of {all}"));
	text_add(out, "\" value=\"");
	html_escape(out, t->wanted);
	text_addf(out, "\"></label> <button>%s</button></form>\n",
		  tr(out, "Search"));
	if (*t->wanted)
		add_found(out, t);
}

static void add_table(struct text *out, const struct table *t)
{
	size_t shown =
	    t->all || t->selected < PEERS_SHOWN ? t->selected : PEERS_SHOWN;

	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table id=\"peers-table\" "
		  "class=\"sortable\"",
		  tr(out, "Peers"));
	if (shown < t->count) {
		text_add(out, " data-whole=\"");
		page_add_target(t->call, out, "peers", "all");
		text_add_char(out, '"');
	}
	text_addf(out, "><caption>%s</caption><thead><tr>", tr(out, "Peers"));
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		add_heading(out, t, &columns[i]);
	text_add(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++)
		add_line(out, t, &t->lines[i]);
	text_add(out, "</tbody></table></div>\n");
	if (shown < t->selected) {
		text_add(out, "<p class=\"links\"><a href=\"");
		page_add_target(t->call, out, "peers", "all");
		text_add(out, "#peers\">");
		tr_addf(out, "All peers (%zu)", t->selected);
		text_add(out, "</a></p>\n");
	}
}

static void add_notes(struct text *out, const struct table *t)
{
	struct text span;

	text_init_like(&span, out);
	units_duration(&span, (double)t->by_s);
	text_add(out, "<p class=\"note\">");
	tr_addf(out,
		"Estimated from samples, of %s means. Change: of the mean "
		"rate, against as long a period %s earlier.",
		tr(out, units_row(t->period->pair_row_s)), text_str(&span));
	text_add(out, "</p>\n");
	text_fini(&span);
}

static void add_parts(struct text *out, struct table *t)
{
	if (t->count == 0) {
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "No traffic with another member is stored "
				  "for this period."));
		return;
	}
	select_wanted(t);
	add_search(out, t);
	if (t->selected > 0)
		add_table(out, t);
	add_notes(out, t);
}

void peer_table_add(struct text *out, const struct call *call,
		    const struct member *member, const struct period *period)
{
	struct table t = { .call = call, .member = member, .period = period };
	const struct peer_search search = { .call = call,
					    .member = member,
					    .period = period };
	struct peers peers;

	ask(&t);
	if (peers_compared(&peers, &search) < 0) {
		text_addf(out, "<p class=\"banner bad\">%s</p>",
			  tr(out, "The store could not be read."));
		return;
	}
	t.count = peers.count;
	t.by_s = peers.by_s;
	if (fill(&t, peers.peers, peers.changes) == 0)
		add_parts(out, &t);
	else
		out->failed = true;
	free(t.lines);
	peers_fini(&peers);
}
