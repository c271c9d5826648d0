/* SPDX-License-Identifier: GPL-2.0-or-later */

/* / — the exchange's total, for everyone. */

#include "web/graph.h"
#include "web/html.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/places.h"
#include "web/units.h"
#include "web/view.h"

static void add_tile(struct text *out, const char *label, double rate)
{
	text_addf(out, "<div><dt>%s</dt><dd>", label);
	units_rate(out, rate);
	text_add(out, "</dd></div>");
}

static void add_tiles(const struct call *call, const struct view *v,
		      struct text *out)
{
	const struct statistics *s = &v->statistics[WAY_FROM][BAND_TOTAL];

	text_add(out, "<dl class=\"tiles\">");
	add_tile(out, "Now", v->current[WAY_FROM][BAND_TOTAL]);
	add_tile(out, "Average", s->average);
	add_tile(out, "Maximum", s->maximum);
	add_tile(out, "95th percentile", v->p95[WAY_FROM][BAND_TOTAL]);
	text_add(out, "<div><dt>Total</dt><dd>");
	units_bytes(out, s->total);
	text_add(out, "</dd></div><div><dt>IPv6 share</dt><dd>");
	units_percent(out, v->statistics[WAY_FROM][BAND_V6].total / s->total);
	text_addf(out, "</dd></div><div><dt>Members</dt><dd>%u</dd></div>",
		  call->registry->member_count);
	text_add(out, "</dl>\n");
}

/* What the configuration does not know yet, for those who write it. */
static void add_unknowns(const struct call *call, struct text *out)
{
	const struct status *s = call->status;
	struct {
		const char *anchor;
		const char *name;
		const char *plural;
		size_t count;
	} kinds[] = {
		{ "macs", "MAC address", "es",
		  s ? status_staying(s->macs, s->mac_count) : 0 },
		{ "ports", "port", "s", 0 },
		{ "refused", "agent", "s", s ? s->refused_count : 0 },
	};
	size_t shown = 0;

	for (size_t i = 0; s && i < s->port_count; i++)
		kinds[1].count += !s->ports[i].configured;
	for (size_t i = 0; call->is_open && i < 3; i++) {
		if (kinds[i].count == 0)
			continue;
		text_addf(out, "%s<a href=\"/health#%s\">%zu %s%s</a>",
			  shown++ ? ", "
				  : "<p class=\"banner\">Not in the "
				    "configuration: ",
			  kinds[i].anchor, kinds[i].count, kinds[i].name,
			  kinds[i].count > 1 ? kinds[i].plural : "");
	}
	if (shown)
		text_add(out, " \xe2\x80\x93 with what to paste.</p>\n");
}

void page_home(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct subject subject;
	struct view view;
	struct period period;
	int rc;

	if (!page_period(call, r, &period))
		return;
	subject_of_exchange(&subject, call->language);
	rc = view_load(&view, call, &subject, &period);
	if (rc < 0) {
		page_refuse(call, r, 500, "The store could not be read.");
		subject_fini(&subject);
		return;
	}
	page_begin(call, r, "Traffic of the exchange");
	text_add(out, "<h1>Traffic of the exchange</h1>\n");
	tr_add(out, "<p class=\"lead\">What all members together send into "
		    "the exchange: ");
	period_add_label(out, &period);
	text_add(out, ".</p>\n");
	add_unknowns(call, out);
	period_nav_add(out, call, &period);
	add_tiles(call, &view, out);
	graph_add_figure(out, &subject, &view, "g");
	graph_add_table(out, &subject, &view);
	graph_add_links(out, &subject, &view);
	places_add(out, call, &period);
	page_end(call, r);
	view_fini(&view);
	subject_fini(&subject);
}
