/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "util/language.h"
#include "web/report/compose.h"
#include "web/units.h"

#define ESTIMATED "\xe2\x89\x88\xc2\xa0" /* as the site's pages have it */

enum { MEMBERS_SHOWN = 50, PEERS_SHOWN = 20 };

static void add_heads(struct document *d, const char *first, bool one_way)
{
	static const char *const both[] = { TR("Sent"), TR("Received"),
					    TR("95th sent"),
					    TR("95th received"), TR("IPv6") };

	document_table(d, one_way ? 4 : 6);
	document_said(d, first);
	if (one_way) {
		document_said(d, TR("Total"));
		document_said(d, TR("95th percentile"));
		document_said(d, TR("IPv6"));
		return;
	}
	for (size_t i = 0; i < sizeof(both) / sizeof(*both); i++)
		document_said(d, both[i]);
}

static void add_bytes(struct document *d, double bytes)
{
	units_bytes(document_text(d), bytes);
	document_cell(d);
}

static void add_share(struct document *d, double share)
{
	units_percent(document_text(d), share);
	document_cell(d);
}

static double v6_share(const struct figures *f)
{
	double v4 = f->bytes[WAY_FROM][BAND_V4] + f->bytes[WAY_TO][BAND_V4];
	double v6 = f->bytes[WAY_FROM][BAND_V6] + f->bytes[WAY_TO][BAND_V6];

	if (isnan(v4 + v6))
		return figures_v6_share(f, WAY_FROM);
	return v4 + v6 > 0 ? v6 / (v4 + v6) : NAN;
}

static void add_line(struct document *d, const struct report_line *line,
		     bool one_way)
{
	const struct figures *f = &line->figures;
	int last = one_way ? WAY_FROM : WAY_TO;

	text_add(document_text(d), text_str(&line->subject.title));
	document_cell(d);
	for (int way = 0; way <= last; way++) {
		if (!f->is_exact)
			text_add(document_text(d), ESTIMATED);
		add_bytes(d, f->bytes[way][BAND_TOTAL]);
	}
	for (int way = 0; way <= last; way++) {
		if (!f->is_exact)
			text_add(document_text(d), ESTIMATED);
		units_rate(document_text(d), f->p95[way]);
		document_cell(d);
	}
	add_share(d, one_way ? figures_v6_share(f, WAY_FROM) : v6_share(f));
}

static void say_what_is_estimated(struct document *d,
				  const struct report_line *lines, size_t count)
{
	size_t estimated = 0;

	for (size_t i = 0; i < count; i++)
		estimated += !lines[i].figures.is_exact;
	if (estimated == 0)
		return;
	tr_add(document_text(d), "\xe2\x89\x88 is estimated from samples, what "
				 "has no sign is counted.");
	document_paragraph(d, false);
}

static void add_lines(struct document *d, const struct report *r)
{
	size_t shown =
	    r->line_count < MEMBERS_SHOWN ? r->line_count : MEMBERS_SHOWN;

	if (r->line_count == 0)
		return;
	tr_add(document_text(d),
	       r->member ? TR("VLAN interfaces") : TR("Members"));
	document_heading(d);
	add_heads(d, r->member ? TR("VLAN interface") : TR("Member"), false);
	for (size_t i = 0; i < shown; i++)
		add_line(d, &r->lines[i], false);
	say_what_is_estimated(d, r->lines, r->line_count);
	document_more(d, r->line_count, shown);
}

static void add_groups(struct document *d, const struct report *r)
{
	if (r->group_count == 0)
		return;
	tr_add(document_text(d), "VLANs and switches");
	document_heading(d);
	add_heads(d, TR("VLAN or switch"), true);
	for (size_t i = 0; i < r->group_count; i++)
		add_line(d, &r->groups[i], true);
	say_what_is_estimated(d, r->groups, r->group_count);
}

static void add_peer(struct document *d, const struct report *r,
		     const struct peer_sum *sum)
{
	const struct member *peer =
	    registry_member(r->call.registry, sum->peer);
	double all = (double)pair_sums_bytes(sum);

	text_addf(document_text(d), "AS%u%s%s", sum->peer, peer ? " " : "",
		  peer ? peer->name : "");
	document_cell(d);
	add_bytes(d, (double)(sum->sent[0] + sum->sent[1]));
	add_bytes(d, (double)(sum->received[0] + sum->received[1]));
	add_share(d, all > 0 ? (double)(sum->sent[1] + sum->received[1]) / all
			     : NAN);
}

static void add_peers(struct document *d, const struct report *r)
{
	size_t shown =
	    r->peer_count < PEERS_SHOWN ? r->peer_count : PEERS_SHOWN;

	if (!r->member)
		return;
	tr_add(document_text(d), "Peers");
	document_heading(d);
	if (r->basis->pairs.missing > 0) {
		tr_addf(document_text(d),
			"Days of which the pairs are not known: %u.",
			r->basis->pairs.missing);
		document_paragraph(d, true);
	}
	if (shown == 0)
		return;
	document_table(d, 4);
	document_said(d, TR("Peer"));
	document_said(d, TR("Sent"));
	document_said(d, TR("Received"));
	document_said(d, TR("IPv6"));
	for (size_t i = 0; i < shown; i++)
		add_peer(d, r, &r->peers[i]);
	document_more(d, r->peer_count, shown);
}

void compose_parts(struct document *d, const struct report *report)
{
	add_lines(d, report);
	add_groups(d, report);
	add_peers(d, report);
}
