/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members/AS64500 — one member: total, VLAN interfaces, ports, peers. */

#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "web/access.h"
#include "web/figure.h"
#include "web/html.h"
#include "web/member_ports.h"
#include "web/page.h"
#include "web/peer_table.h"
#include "web/period_nav.h"
#include "web/scaled.h"

enum { PATH_SIZE = 64, DRAWN_MAX = 16 };

/* A member and the range to show it in. */
struct visit {
	const struct call *call;
	const struct member *member;
	struct period period;
	char query[PERIOD_QUERY_SIZE]; /* of the period, HTML */
	char path[PATH_SIZE];
};

static void add_total(const struct visit *v, struct text *out)
{
	struct subject subject;

	subject_of_member(&subject, out->language, v->member);
	figure_add(out, v->call, &subject,
		   &(struct figure){ .period = &v->period,
				     .id = "g",
				     .has_tiles = true,
				     .has_switches = true });
	subject_fini(&subject);
}

static void add_interface(const struct visit *v,
			  const struct vlan_interface *interface, uint32_t n,
			  struct text *out)
{
	const struct vlan *vlan =
	    registry_vlan(v->call->registry, interface->vlan);
	struct subject subject;
	char id[16];

	(void)snprintf(id, sizeof(id), "i%u", n);
	subject_of_interface(&subject, out->language, v->member, interface);
	text_add(out, "<div><h3>");
	html_name(out, vlan ? vlan->name : "VLAN");
	text_addf(out, " (VLAN %u)", interface->vlan);
	if (interface->ordinal > 1)
		tr_addf(out, ", connection %u", interface->ordinal);
	text_add(out, "</h3>\n");
	figure_add(out, v->call, &subject,
		   &(struct figure){
		       .period = &v->period, .id = id, .is_small = true });
	text_add(out, "</div>\n");
	subject_fini(&subject);
}

/* A member with one VLAN interface is that interface: nothing to add. */
static void add_interfaces(const struct visit *v, struct text *out)
{
	const struct registry *registry = v->call->registry;
	uint32_t index = (uint32_t)(v->member - registry->members);
	uint32_t n = 0;

	if (v->member->interface_count < 2)
		return;
	text_addf(out, "<section><h2>%s</h2>\n<div class=\"pairs\">\n",
		  tr(out, "By VLAN interface"));
	for (uint32_t i = 1; i < registry->interface_count; i++) {
		const struct vlan_interface *interface =
		    &registry->interfaces[i];

		if (interface->member == index && interface->vlan != 0 &&
		    n++ < DRAWN_MAX)
			add_interface(v, interface, n, out);
	}
	text_add(out, "</div>\n");
	if (n > DRAWN_MAX)
		text_addf(out, "<p class=\"note\">%s</p>\n",
			  tr(out, "More are there than are drawn."));
	text_add(out, "</section>\n");
}

static bool asks_for(const struct visit *v, const char *name, const char *value)
{
	const char *asked = request_parameter(v->call->request, name);

	return asked && strcmp(asked, value) == 0;
}

/* Scaled to counters, or why that cannot be had and what there is instead. */
static void add_scaled(const struct visit *v, struct text *out)
{
	const struct scaled_place place = { .member = v->member,
					    .path = v->path,
					    .all =
						asks_for(v, "peers", "all") };
	struct scaled scaled;

	if (scaled_load(&scaled, v->call, v->member, &v->period) < 0) {
		text_addf(out, "<p class=\"banner bad\">%s</p>",
			  tr(out, "The store could not be read."));
		return;
	}
	if (scaled.verdict == HEADLINE_COUNTED) {
		scaled_add_tables(out, &scaled, &place);
	} else {
		text_add(out, "<p class=\"banner\">");
		tr_addf(out,
			"This cannot be scaled to counters: %s What follows "
			"is estimated.",
			tr(out, scaled_refusal(scaled.verdict)));
		text_add(out, "</p>\n");
		peer_table_add(out, v->call, v->member, &v->period);
	}
	scaled_fini(&scaled);
}

static void add_peers(const struct visit *v, struct text *out)
{
	bool scaled = asks_for(v, "scaled", "1");

	text_addf(out,
		  "<section id=\"peers\"><h2>%s</h2>\n<p class=\"links\">"
		  "<a href=\"",
		  tr(out, "Peers"));
	page_add_target(v->call, out, "scaled", scaled ? NULL : "1");
	text_addf(out, "#peers\">%s</a></p>\n",
		  tr(out, scaled ? TR("Not scaled: as estimated")
				 : TR("Scaled to counters")));
	if (scaled)
		add_scaled(v, out);
	else
		peer_table_add(out, v->call, v->member, &v->period);
	text_add(out, "</section>\n");
}

static void add_head(const struct visit *v, struct text *out)
{
	text_add(out, "<h1><bdi>");
	html_name(out, v->member->name);
	text_addf(out, "</bdi> <span class=\"asn\">AS%u</span></h1>\n",
		  v->member->asn);
	text_add(out, "<p class=\"lead\">");
	tr_addf(out,
		"Seen from the exchange: \xe2\x80\x9c"
		"AS%u \xe2\x86\x92 "
		"exchange\xe2\x80\x9d is what this member sends.",
		v->member->asn);
	text_add(out, "</p>\n");
	period_nav_add(out, v->call, &v->period);
}

void page_member(const struct call *call, struct response *r)
{
	struct visit v = { .call = call };
	struct text title;
	uint32_t asn;
	int rc = request_asn(call->request->segments[1], &asn);

	if (rc == 0)
		v.member = registry_member(call->registry, asn);
	if (rc == 0 && !v.member && page_former(call, r, asn))
		return;
	if (!v.member) {
		page_refuse(call, r, 404, TR("There is no such member."));
		return;
	}
	if (!page_period(call, r, &v.period))
		return;
	period_query(v.query, &v.period);
	text_init(&title);
	text_addf(&title, "AS%u %s", asn, v.member->name);
	(void)snprintf(v.path, sizeof(v.path), "/members/AS%u", asn);
	page_begin(call, r, text_str(&title));
	add_head(&v, &r->body);
	add_total(&v, &r->body);
	member_ports_add(&r->body, call, v.member, &v.period);
	add_interfaces(&v, &r->body);
	if (access_peers(call, asn))
		add_peers(&v, &r->body);
	page_end(call, r);
	text_fini(&title);
}
