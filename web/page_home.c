/* SPDX-License-Identifier: GPL-2.0-or-later */

/* / — the exchange's total, for everyone. */

#include "util/language.h"
#include "web/access.h"
#include "web/embed.h"
#include "web/figure.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/places.h"
#include "web/units.h"

/* What the configuration does not know yet, for those who write it. */
static void add_unknowns(const struct call *call, struct text *out)
{
	const struct status *s = call->status;
	struct {
		const char *anchor;
		const char *label;
		size_t count;
	} kinds[] = {
		{ "macs", TR("MAC addresses"),
		  s ? status_staying(s->macs, s->mac_count) : 0 },
		{ "ports", TR("ports"), 0 },
		{ "refused", TR("agents"), s ? s->refused_count : 0 },
	};
	size_t shown = 0;

	for (size_t i = 0; s && i < s->port_count; i++)
		kinds[1].count += !s->ports[i].configured;
	for (size_t i = 0; access_all(call) && i < 3; i++) {
		if (kinds[i].count == 0)
			continue;
		if (shown == 0)
			text_addf(out, "<p class=\"banner\">%s ",
				  tr(out, "Not in the configuration:"));
		text_addf(out, "%s<a href=\"/lan#%s\">", shown++ ? ", " : "",
			  kinds[i].anchor);
		tr_addf(out, "%s: %zu", tr(out, kinds[i].label),
			kinds[i].count);
		text_add(out, "</a>");
	}
	if (shown)
		text_addf(out, " \xe2\x80\x93 %s</p>\n",
			  tr(out, "with what to paste."));
}

static void add_members(const struct call *call, struct text *out)
{
	const struct registry *r = call->registry;
	double speed_bps = 0;
	size_t with_speed = 0;

	for (uint32_t i = 0; i < r->member_count; i++) {
		speed_bps += (double)r->members[i].speed_bps;
		with_speed += r->members[i].speed_bps > 0;
	}
	text_add(out, "<p class=\"links\"><a href=\"/members\">");
	tr_addf(out, "Members: %u", r->member_count);
	text_add(out, "</a>");
	if (with_speed > 0) {
		text_addf(out, ", %s ", tr(out, "connected with"));
		units_speed(out, speed_bps);
	}
	text_add(out, "</p>\n");
}

void page_home(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct subject subject;
	struct period period;

	if (!page_period(call, r, &period))
		return;
	subject_of_exchange(&subject, call->language);
	page_begin(call, r, text_str(&subject.title));
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\">%s",
		  tr(out, "Traffic of the exchange"),
		  tr(out, "What all members together send into the exchange"));
	tr_add(out, ": ");
	period_add_label(out, &period);
	text_add(out, "</p>\n");
	add_unknowns(call, out);
	period_nav_add(out, call, &period);
	figure_add(out, call, &subject,
		   &(struct figure){ .period = &period,
				     .id = "g",
				     .has_tiles = true,
				     .has_switches = true });
	add_members(call, out);
	places_add(out, call, &period);
	embed_add_help(out, call, &subject, &period);
	page_end(call, r);
	subject_fini(&subject);
}
