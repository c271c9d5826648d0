/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the collector learned of the ports: stations that moved, what
 * contradicts the configuration, and the lines that it lacks. Nothing of it is
 * used for counting.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/health.h"
#include "web/html.h"
#include "web/paste.h"
#include "web/units.h"

/* More are not written by the collector; a file may say what it likes. */
enum { MOVES_SHOWN = 256, MISDELIVERED_SHOWN = 256, LINES_SHOWN = 2048 };

/* A port by its name, else by its number. */
static void add_port_cell(struct text *out, const char *name, double ifindex)
{
	text_add(out, "<td>");
	if (*name) {
		html_name(out, name);
	} else {
		text_add(out, "ifIndex ");
		units_count(out, ifindex);
	}
	text_add(out, "</td>");
}

static void add_move(const struct call *call, const struct status_move *move,
		     struct text *out)
{
	bool doubled = strcmp(move->what, "two_ports") == 0;

	text_add(out, "<tr><th scope=\"row\"><code>");
	html_name(out, move->mac);
	text_add(out, "</code></th><td>AS");
	if (move->asn >= 0 && move->asn <= 4294967295.0)
		text_add_u64(out, (uint64_t)move->asn);
	text_add(out, "</td>");
	health_cell(out, move->switch_name);
	add_port_cell(out, move->port, move->ifindex);
	text_addf(out, "<td>%s</td>",
		  tr(out, doubled ? TR("also enters at") : TR("moved from")));
	add_port_cell(out, move->other_port, move->other_ifindex);
	health_age(call, out, move->at);
	text_add(out, "</tr>\n");
}

static void add_moves(const struct call *call, struct text *out)
{
	static const char *const columns[] = {
		TR("MAC address"), TR("Member"), TR("Switch"),
		TR("Enters at"),   TR("What"),	 TR("Other port"),
		"#" TR("When"),	   NULL
	};
	const struct status *s = call->status;

	health_section(out, "moved", TR("Moved MAC addresses"));
	if (s->move_count == 0) {
		health_flag(out, "good", TR("None."));
		text_add(out, "</section>\n");
		return;
	}
	text_addf(out, "<p>%s</p>\n",
		  tr(out, "Counted is what the configuration says; this is "
			  "only what was seen in the last day."));
	health_table(out, TR("Moved MAC addresses"), columns);
	for (size_t i = 0; i < s->move_count && i < MOVES_SHOWN; i++)
		add_move(call, &s->moves[i], out);
	health_table_end(out);
	text_add(out, "</section>\n");
}

static void add_misdelivered_row(const struct call *call,
				 const struct status_mac *mac, struct text *out)
{
	text_add(out, "<tr><th scope=\"row\"><code>");
	html_name(out, mac->mac);
	text_add(out, "</code></th>");
	health_cell(out, mac->switch_name);
	add_port_cell(out, mac->port, mac->ifindex);
	health_number(out, mac->samples);
	text_add(out, "<td class=\"number\">");
	units_bytes(out, mac->bytes);
	text_add(out, "</td>");
	health_age(call, out, mac->last_seen);
	text_add(out, "</tr>\n");
}

static void add_misdelivered(const struct call *call, struct text *out)
{
	static const char *const columns[] = { TR("To MAC address"),
					       TR("Switch"),
					       TR("Left by"),
					       "#" TR("Samples"),
					       "#" TR("Traffic"),
					       "#" TR("Seen"),
					       NULL };
	const struct status *s = call->status;

	if (s->misdelivered_count == 0)
		return;
	health_section(out, "misdelivered",
		       TR("Frames that left by another\xe2\x80\x99s port"));
	text_addf(out, "<p>%s</p>\n",
		  tr(out, "They were flooded, or the receiver is on that port "
			  "and the configuration does not say so. They count "
			  "for nobody who receives."));
	health_table(out, TR("Frames that left by another\xe2\x80\x99s port"),
		     columns);
	for (size_t i = 0; i < s->misdelivered_count && i < MISDELIVERED_SHOWN;
	     i++)
		add_misdelivered_row(call, &s->misdelivered[i], out);
	health_table_end(out);
	text_add(out, "</section>\n");
}

/* What the collector says of a port behind its name, in its own words. */
static const char *const sayings[] = {
	TR(": not its members by the configuration, and seen: "),
	TR(": looks like core: "),
	TR(": a member port of "),
};

/* And the words that follow. */
static const char *const words[] = {
	TR(" stations enter another switch by a port of their own; "),
	TR(", and not in its lag:"),
	TR(" samples"),
	TR(" sample"),
	TR(" members"),
	TR(" of "),
};

/* Which of some texts another one begins with, or NULL. */
static const char *beginning(const char *text, const char *const *some,
			     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, some[i], strlen(some[i])) == 0)
			return some[i];
	}
	return NULL;
}

/* Append a line of the collector; what is not known stays as it is. */
static void add_saying(struct text *out, const char *line)
{
	const size_t kinds = sizeof(sayings) / sizeof(sayings[0]);
	const char *saying = NULL;
	struct text said;

	text_init_like(&said, out);
	while (*line) {
		const char *known =
		    saying ? beginning(line, words,
				       sizeof(words) / sizeof(words[0]))
			   : beginning(line, sayings, kinds);

		if (known) {
			tr_add(&said, known);
			line += strlen(known);
			saying = known;
		} else {
			text_add_char(&said, *line++);
		}
	}
	html_escape(out, text_str(&said));
	text_fini(&said);
}

static void add_contradictions(const struct status *s, struct text *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < s->learned_count && shown < LINES_SHOWN; i++) {
		const struct status_learned *l = &s->learned[i];

		if (!l->configured)
			continue;
		if (shown++ == 0) {
			health_section(out, "contradictions",
				       TR("Ports that contradict the "
					  "configuration"));
			text_add(out, "<ul>\n");
		}
		text_add(out, "<li>");
		html_name(out, l->switch_name);
		text_add_char(out, ' ');
		add_saying(out, l->line);
		text_add(out, "</li>\n");
	}
	if (shown > 0)
		text_add(out, "</ul></section>\n");
}

/* A port without configuration: as it was learned, else as it was heard of. */
struct entry {
	const char *switch_name;
	double ifindex;
	const char *line;		/* NULL: none, nothing was learned */
	const struct status_port *port; /* valid if there is no line */
};

/* By switch and number; what was learned of a port comes first. */
static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	int order = strcmp(a->switch_name, b->switch_name);

	if (order)
		return order;
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	return (a->line == NULL) - (b->line == NULL);
}

static bool same_port(const struct entry *a, const struct entry *b)
{
	return a->ifindex == b->ifindex &&
	       strcmp(a->switch_name, b->switch_name) == 0;
}

/* A number that is none would be in no order. */
static double number_of(double ifindex)
{
	return isnan(ifindex) ? 0 : ifindex;
}

static size_t list_entries(const struct status *s, struct entry *entries)
{
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < s->learned_count; i++) {
		const struct status_learned *l = &s->learned[i];

		/* A person has to say whose such a port is. */
		if (l->configured || strcmp(l->kind, "open") == 0)
			continue;
		entries[count++] =
		    (struct entry){ l->switch_name, number_of(l->ifindex),
				    l->line, NULL };
	}
	for (size_t i = 0; i < s->port_count; i++) {
		const struct status_port *p = &s->ports[i];

		if (!p->configured)
			entries[count++] =
			    (struct entry){ p->switch_name,
					    number_of(p->ifindex), NULL, p };
	}
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || entries[i].line ||
		    !same_port(&entries[kept - 1], &entries[i]))
			entries[kept++] = entries[i];
	}
	return kept;
}

static void add_entries(const struct entry *entries, size_t count,
			struct text *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &entries[i];

		if (i == 0 ||
		    strcmp(entries[i - 1].switch_name, e->switch_name) != 0) {
			text_add(out, i ? "</pre>\n<h3>" : "<h3>");
			html_name(out, e->switch_name);
			text_add(out, "</h3>\n<pre tabindex=\"0\">");
		}
		if (e->line) {
			html_escape(out, e->line);
			text_add_char(out, '\n');
		} else {
			paste_port(out, e->port);
		}
	}
	text_add(out, "</pre></section>\n");
}

static void add_ports(const struct status *s, struct text *out)
{
	struct entry *entries =
	    calloc(s->learned_count + s->port_count + 1, sizeof(*entries));
	size_t count = entries ? list_entries(s, entries) : 0;

	health_section(out, "ports", TR("Ports without configuration"));
	if (!entries)
		out->failed = true;
	if (count == 0) {
		health_flag(out, "good", TR("None."));
		text_add(out, "</section>\n");
		free(entries);
		return;
	}
	text_addf(
	    out, "<p>%s</p>\n",
	    tr(out,
	       "Add these under the switch\xe2\x80\x99s "
	       "<code>ports:</code>. Whose a port is was learned from the "
	       "MAC addresses that enter there; where nobody\xe2\x80\x99s "
	       "did, put the AS number in (<code>role: core</code> instead "
	       "of <code>asn:</code> for a link between switches). "
	       "<code>lanterne-collector --propose-ports</code> prints "
	       "the whole section."));
	add_entries(entries, count, out);
	free(entries);
}

void health_add_learned(const struct call *call, struct text *out)
{
	add_moves(call, out);
	add_misdelivered(call, out);
	add_contradictions(call->status, out);
	add_ports(call->status, out);
}
