/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/places.h"

#include <math.h>
#include <stdbool.h>

#include "util/language.h"
#include "web/access.h"
#include "web/html.h"
#include "web/units.h"
#include "web/view.h"

static void add_rate(struct text *out, double bytes_per_s)
{
	text_add(out, "<td class=\"number\">");
	units_rate(out, bytes_per_s);
	text_add(out, "</td>");
}

/* One row; takes the subject. */
static void add_place(struct text *out, const struct call *call,
		      struct subject *subject, const struct period *period)
{
	struct view view;
	bool is_read = view_load(&view, call, subject, period) == 0;

	text_add(out, "<tr><th scope=\"row\"><a href=\"");
	subject_add_page(out, subject, "traffic", period);
	text_add(out, "\">");
	html_name(out, text_str(&subject->title));
	text_add(out, "</a></th>");
	add_rate(out, is_read ? view.current[WAY_FROM][BAND_TOTAL] : NAN);
	add_rate(out,
		 is_read ? view.statistics[WAY_FROM][BAND_TOTAL].maximum : NAN);
	text_add(out, "</tr>\n");
	if (is_read)
		view_fini(&view);
	subject_fini(subject);
}

void places_add(struct text *out, const struct call *call,
		const struct period *period)
{
	const struct registry *r = call->registry;
	struct subject subject;

	text_addf(out, "<h2 id=\"places\">%s</h2>\n<p>%s</p>\n",
		  tr(out, "Where"),
		  tr(out, "What members send, as seen by the switches of each "
			  "place and in each VLAN; unknown while one of the "
			  "switches is silent."));
	text_addf(out,
		  "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		  "aria-labelledby=\"places\"><table "
		  "aria-labelledby=\"places\">\n<thead><tr>"
		  "<th scope=\"col\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "</tr></thead>\n<tbody>\n",
		  tr(out, "Part of the exchange"), tr(out, "Now"),
		  tr(out, "Maximum"));
	if (r->infrastructure.switch_count > 0 &&
	    access_kind(call, CONFIG_SHOWN_INFRASTRUCTURE)) {
		subject_of_infrastructure(&subject, out->language, r);
		add_place(out, call, &subject, period);
	}
	for (uint32_t i = 0;
	     access_kind(call, CONFIG_SHOWN_LOCATION) && i < r->location_count;
	     i++) {
		subject_of_location(&subject, out->language, &r->locations[i]);
		add_place(out, call, &subject, period);
	}
	for (uint32_t i = 0;
	     access_kind(call, CONFIG_SHOWN_VLAN) && i < r->vlan_count; i++) {
		subject_of_vlan(&subject, out->language, &r->vlans[i]);
		add_place(out, call, &subject, period);
	}
	text_add(out, "</tbody></table></div>\n");
}
