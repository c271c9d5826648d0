/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members/AS64500/AS64501 — what two members exchange, seen from the first. */

#include <stdio.h>

#include "util/err.h"
#include "util/language.h"
#include "web/access.h"
#include "web/figure.h"
#include "web/html.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/traffic.h"

enum { DRAWN_MAX = 16 };

static const struct member *member_of(const struct call *call, size_t segment)
{
	uint32_t asn;

	if (request_asn(call->request->segments[segment], &asn) < 0)
		return NULL;
	return registry_member(call->registry, asn);
}

static void add_name(struct text *out, const struct call *call,
		     const struct member *member, const struct period *period)
{
	bool is_link = access_member(call, member->asn);
	char query[PERIOD_QUERY_SIZE];

	if (is_link)
		text_addf(out, "<a href=\"/members/AS%u?%s\">", member->asn,
			  period_query(query, period));
	text_add(out, "<bdi>");
	html_name(out, member->name);
	text_addf(out, "</bdi> <span class=\"asn\">AS%u</span>%s", member->asn,
		  is_link ? "</a>" : "");
}

static void add_head(struct text *out, const struct call *call,
		     const struct member *const ends[2],
		     const struct period *period)
{
	char query[PERIOD_QUERY_SIZE];

	text_add(out, "<h1 class=\"pair\">");
	add_name(out, call, ends[0], period);
	text_add(out, " \xe2\x86\x92 ");
	add_name(out, call, ends[1], period);
	text_add(out, "</h1>\n<p class=\"lead\">");
	if (ends[0] == ends[1])
		tr_addf(out, "What connections of AS%u send to each other.",
			ends[0]->asn);
	else
		tr_addf(out,
			"The area is what AS%u sends to AS%u, the line what "
			"it gets back.",
			ends[0]->asn, ends[1]->asn);
	if (ends[0] != ends[1])
		text_addf(out, " <a href=\"/members/AS%u/AS%u?%s\">%s</a>",
			  ends[1]->asn, ends[0]->asn,
			  period_query(query, period),
			  tr(out, "Seen from the other"));
	text_add(out, "</p>\n");
	period_nav_add(out, call, period);
}

/* One VLAN, if they ever exchanged anything there; 0: where none was told. */
static bool add_vlan(struct text *out, const struct call *call,
		     const struct member *const ends[2],
		     const struct period *period, uint16_t tag)
{
	const struct vlan *vlan = registry_vlan(call->registry, tag);
	struct subject subject;
	bool has_file;
	char id[16];

	(void)snprintf(id, sizeof(id), "v%u", tag);
	subject_of_pair(&subject, call->language, ends[0]->asn, ends[1]->asn);
	subject_in_vlan(&subject, tag);
	has_file = traffic_has_file(call->config->state_dir, &subject.series);
	if (has_file) {
		text_add(out, "<section><h2>");
		if (tag == 0)
			tr_add(out, "Where no VLAN was told");
		else
			html_name(out, vlan ? vlan->name : "");
		if (tag != 0)
			text_addf(out, " (VLAN %u)", tag);
		text_add(out, "</h2>\n");
		figure_add(out, call, &subject,
			   &(struct figure){ .period = period, .id = id });
		text_add(out, "</section>\n");
	}
	subject_fini(&subject);
	return has_file;
}

/* Where both are in several VLANs, each in which they exchange anything. */
static void add_vlans(struct text *out, const struct call *call,
		      const struct member *const ends[2],
		      const struct period *period)
{
	const struct registry *registry = call->registry;
	uint32_t drawn = 0;

	for (uint32_t i = 0;
	     registry->vlan_count > 1 && i < registry->vlan_count; i++) {
		if (registry->vlans[i].tag != 0 && drawn < DRAWN_MAX)
			drawn += add_vlan(out, call, ends, period,
					  registry->vlans[i].tag);
	}
	(void)add_vlan(out, call, ends, period, 0);
}

void page_pair(const struct call *call, struct response *r)
{
	const struct member *const ends[] = { member_of(call, 1),
					      member_of(call, 2) };
	struct subject subject;
	struct period period;

	if (!ends[0] || !ends[1]) {
		page_refuse(call, r, 404, TR("There is no such member."));
		return;
	}
	if (!page_period(call, r, &period))
		return;
	subject_of_pair(&subject, call->language, ends[0]->asn, ends[1]->asn);
	page_begin(call, r, text_str(&subject.title));
	add_head(&r->body, call, ends, &period);
	figure_add(&r->body, call, &subject,
		   &(struct figure){ .period = &period,
				     .id = "g",
				     .has_tiles = true,
				     .has_switches = true });
	add_vlans(&r->body, call, ends, &period);
	page_end(call, r);
	subject_fini(&subject);
}
