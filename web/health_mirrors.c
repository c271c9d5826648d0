/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How good the mirrors are: frames that come twice, that were merged on the way
 * or never came, and what share of a port's traffic is seen; with what to
 * change.
 */

#include <math.h>
#include <string.h>

#include "ixp/mirror_shares.h"
#include "util/language.h"
#include "web/health.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

/* More ports are not listed; a file may say what it likes. */
enum { ROWS_SHOWN = 400 };

bool health_is_mirror(const struct status_source *s)
{
	return strcmp(s->kind, "mirror") == 0 || strcmp(s->kind, "erspan") == 0;
}

static bool is_doubled(const struct status_source *s)
{
	return health_is_mirror(s) && s->doubled >= MIRROR_SHARE_OF_DOUBLED &&
	       !s->drops_duplicates;
}

static bool is_down(const struct status_source *s)
{
	return strcmp(s->state, "down") == 0 || strcmp(s->state, "gone") == 0;
}

size_t health_mirrors_down(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->source_count; i++)
		n += is_down(&status->sources[i]);
	return n;
}

static bool is_cut(const struct status_source *s)
{
	return health_is_mirror(s) && s->cut >= MIRROR_SHARE_OF_CUT &&
	       !s->lengths_of_headers;
}

size_t health_cut(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->source_count; i++)
		n += is_cut(&status->sources[i]);
	return n;
}

size_t health_doubled(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->source_count; i++)
		n += is_doubled(&status->sources[i]);
	return n;
}

static bool is_uncovered(const struct status_calibration *c)
{
	return c->exact && c->drift != 0;
}

void health_add_coverage(struct text *out, const struct status_calibration *c)
{
	units_percent(out, c->ratio);
	if (is_uncovered(c))
		text_addf(out, " <span class=\"flag bad\">%s</span>",
			  tr(out, c->drift < 0 ? TR("not all of it")
					       : TR("more than there is")));
}

size_t health_uncovered(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->port_count; i++) {
		n += is_uncovered(&status->ports[i].in_calibration);
		n += is_uncovered(&status->ports[i].out_calibration);
	}
	return n;
}

static const char *state_words(const char *state)
{
	static const struct {
		const char *state;
		const char *words;
	} all[] = {
		{ "up", TR("up") },
		{ "down", TR("down") },
		{ "gone", TR("gone") },
		{ "capture", TR("a capture") },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(state, all[i].state) == 0)
			return all[i].words;
	}
	return "";
}

/* A capture has no interface. */
static const char *name_of(const struct status_source *s)
{
	return *s->listen ? s->listen : s->kind;
}

static void add_state(const struct status_source *s, struct text *out)
{
	const char *words = state_words(s->state);

	if (is_down(s))
		text_addf(out, "<td><span class=\"flag bad\">%s</span></td>",
			  tr(out, words));
	else
		health_cell(out, *words ? tr(out, words) : s->state);
}

static void add_mirror(const struct status_source *s, struct text *out)
{
	text_add(out, "<tr>");
	health_cell(out, name_of(s));
	health_cell(out, s->switch_name);
	add_state(s, out);
	health_number(out, s->frames);
	health_number(out, s->drops);
	health_number(out, s->merged);
	text_add(out, "<td class=\"number\">");
	units_percent(out, s->doubled);
	if (s->drops_duplicates)
		text_addf(out, " %s", tr(out, "(left out)"));
	text_add(out, "</td></tr>\n");
}

static void add_advice(const struct status_source *s, struct text *out)
{
	if (*s->problem) {
		text_add(out, "<p class=\"flag bad\">");
		tr_addf(out, "%s is not read: %s.", said_name(name_of(s)).text,
			said_name(s->problem).text);
		text_add(out, "</p>\n");
	}
	if (is_doubled(s)) {
		text_add(out, "<p class=\"flag bad\">");
		tr_addf(out,
			"%s: %s of the frames are second copies, and counted. "
			"Have the switch mirror what its ports receive (rx) "
			"alone, or set duplicates: drop.",
			said_name(name_of(s)).text,
			said(out, units_percent, s->doubled).text);
		text_add(out, "</p>\n");
	}
	if (is_cut(s)) {
		text_add(out, "<p class=\"flag bad\">");
		tr_addf(out,
			"%s: %s of the frames are shorter than their IP "
			"headers say, and count as they came. If the switch "
			"cuts them (mtu of the session), set lengths: headers.",
			said_name(name_of(s)).text,
			said(out, units_percent, s->cut).text);
		text_add(out, "</p>\n");
	}
	if (strcmp(s->state, "capture") == 0) {
		if (s->merged > 0)
			text_addf(out, "<p class=\"flag warn\">%s</p>\n",
				  tr(out, "The machine that captured the "
					  "frames had merged some of them: "
					  "receive offload was on."));
	} else if (s->merged > 0 || s->has_offload) {
		text_add(out, "<p class=\"flag warn\">");
		tr_addf(out,
			"%s: this machine may merge frames before they are "
			"counted, and their headers are missing then. Turn "
			"that off: ethtool -K %s gro off lro off",
			said_name(name_of(s)).text, said_name(name_of(s)).text);
		text_add(out, "</p>\n");
	}
	if (s->drops > 0) {
		text_add(out, "<p class=\"flag warn\">");
		tr_addf(out,
			"%s: frames came faster than they were read. A larger "
			"buffer helps against bursts (of a mirror buffer:, of "
			"an ERSPAN receiver net.core.rmem_max).",
			said_name(name_of(s)).text);
		text_add(out, "</p>\n");
	}
}

static void add_share(struct text *out, const struct status_calibration *c)
{
	text_add(out, "<td class=\"number\">");
	if (c->exact && isfinite(c->ratio))
		health_add_coverage(out, c);
	else
		units_percent(out, NAN);
	text_add(out, "</td>");
}

static bool is_covered(const struct status_port *p)
{
	return p->in_calibration.exact || p->out_calibration.exact;
}

static void add_coverage(const struct call *call, struct text *out)
{
	static const char *const columns[] = { TR("Port"),
					       "#" TR("Into the switch"),
					       "#" TR("Out of the switch"),
					       NULL };
	const struct status *s = call->status;
	size_t rows = 0;

	for (size_t i = 0; i < s->port_count && rows == 0; i++)
		rows += is_covered(&s->ports[i]);
	if (rows == 0)
		return;
	text_addf(out, "<p>%s</p>\n",
		  tr(out,
		     "What share of the ports\xe2\x80\x99 counters the mirror "
		     "saw, in the last five minutes that have both. Where it "
		     "is less than all, the switch had no room for the copies, "
		     "or the port is not in the session."));
	health_table(out, TR("What the mirror sees"), columns);
	rows = 0;
	for (size_t i = 0; i < s->port_count && rows < ROWS_SHOWN; i++) {
		const struct status_port *p = &s->ports[i];

		if (!is_covered(p))
			continue;
		text_add(out, "<tr><th scope=\"row\">");
		html_name(out, p->switch_name);
		text_add(out, " ");
		html_name(out, p->name);
		text_add(out, "</th>");
		add_share(out, &p->in_calibration);
		add_share(out, &p->out_calibration);
		text_add(out, "</tr>\n");
		rows++;
	}
	health_table_end(out);
}

void health_add_mirrors(const struct call *call, struct text *out)
{
	static const char *const columns[] = { TR("Mirror"),
					       TR("Switch"),
					       TR("State"),
					       "#" TR("Frames"),
					       "#" TR("Dropped by the kernel"),
					       "#" TR("Merged"),
					       "#" TR("Second copies"),
					       NULL };
	const struct status *s = call->status;
	size_t mirrors = 0;

	for (size_t i = 0; i < s->source_count; i++)
		mirrors += health_is_mirror(&s->sources[i]);
	if (mirrors == 0)
		return;
	health_section(out, "mirrors", TR("Mirrors"));
	health_table(out, TR("Mirrors"), columns);
	for (size_t i = 0; i < s->source_count; i++) {
		if (health_is_mirror(&s->sources[i]))
			add_mirror(&s->sources[i], out);
	}
	health_table_end(out);
	for (size_t i = 0; i < s->source_count; i++) {
		if (health_is_mirror(&s->sources[i]))
			add_advice(&s->sources[i], out);
	}
	add_coverage(call, out);
	text_add(out, "</section>\n");
}
