/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members/AS64500 — one member: total, VLAN interfaces, ports, peers. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "web/graph.h"
#include "web/html.h"
#include "web/page.h"
#include "web/peers.h"
#include "web/period_nav.h"
#include "web/ports.h"
#include "web/scaled.h"
#include "web/units.h"
#include "web/view.h"

enum { PEERS_SHOWN = 20, PATH_SIZE = 64 };

/* A member and the range to show it in. */
struct visit {
	const struct call *call;
	const struct member *member;
	struct period period;
	char query[PERIOD_QUERY_SIZE]; /* of the period, HTML */
	char path[PATH_SIZE];
};

/* Figure and table of a subject, or a sentence that it could not be read. */
static void add_subject(const struct visit *v, const struct subject *subject,
			const char *id, struct text *out)
{
	struct view view;

	if (view_load(&view, v->call, subject, &v->period) < 0) {
		text_add(out, "<p class=\"banner bad\">The store could not be "
			      "read.</p>\n");
		return;
	}
	graph_add_figure(out, subject, &view, id);
	graph_add_table(out, subject, &view);
	graph_add_links(out, subject, &v->period);
	view_fini(&view);
}

static void add_total(const struct visit *v, struct text *out)
{
	struct subject subject;

	subject_of_member(&subject, out->language, v->member);
	add_subject(v, &subject, "g", out);
	subject_fini(&subject);
}

/* A member with one VLAN interface is that interface: nothing to add. */
static void add_interfaces(const struct visit *v, struct text *out)
{
	const struct registry *registry = v->call->registry;
	uint32_t index = (uint32_t)(v->member - registry->members);
	char id[16] = "i";
	uint32_t n = 0;

	if (v->member->interface_count < 2)
		return;
	text_add(out, "<section><h2>By VLAN interface</h2>\n"
		      "<div class=\"pairs\">\n");
	for (uint32_t i = 1; i < registry->interface_count; i++) {
		const struct vlan_interface *interface =
		    &registry->interfaces[i];
		const struct vlan *vlan =
		    registry_vlan(registry, interface->vlan);
		struct subject subject;

		if (interface->member != index || interface->vlan == 0)
			continue;
		subject_of_interface(&subject, out->language, v->member,
				     interface);
		text_add(out, "<div><h3>");
		html_name(out, vlan ? vlan->name : "VLAN");
		text_addf(out, " (VLAN %u)", interface->vlan);
		if (interface->ordinal > 1)
			text_addf(out, ", connection %u", interface->ordinal);
		text_add(out, "</h3>\n");
		id[1] = (char)('a' + n++ % 26);
		add_subject(v, &subject, id, out);
		text_add(out, "</div>\n");
		subject_fini(&subject);
	}
	text_add(out, "</div></section>\n");
}

static bool is_mine(const struct visit *v, const struct port_row *row)
{
	uint32_t index = (uint32_t)(v->member - v->call->registry->members);

	return row->port && port_has_member(row->port, index);
}

static void add_port_rate(struct text *out, double bps, double speed_bps,
			  bool is_estimate)
{
	text_addf(out, "<td class=\"number %s\">%s",
		  ports_flag(bps / speed_bps),
		  is_estimate && !isnan(bps) ? "\xe2\x89\x88\xc2\xa0" : "");
	units_rate(out, bps / 8);
	if (isfinite(bps / speed_bps)) {
		text_add(out, " <small>");
		units_percent(out, bps / speed_bps);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void add_port(const struct visit *v, const struct port_row *row,
		     struct text *out)
{
	const struct status_port *s = row->status;
	double bps[WAY_COUNT];
	bool is_estimate;

	ports_now(row, bps, &is_estimate);
	text_add(out, "<tr><th scope=\"row\"><a href=\"");
	ports_add_path(out, v->call, row);
	text_addf(out, "?%s\">", v->query);
	html_name(out, v->call->config->switches[row->switch_index].name);
	text_add(out, " ");
	html_name(out, row->name);
	text_add(out, "</a></th><td class=\"number\">");
	units_speed(out, row->speed_bps);
	text_add(out, "</td><td>");
	text_add(out, !s || s->up < 0 ? "unknown"
		      : s->up	      ? "up"
				      : "<span class=\"flag bad\">down</span>");
	text_add(out, "</td>");
	add_port_rate(out, bps[WAY_FROM], row->speed_bps, is_estimate);
	add_port_rate(out, bps[WAY_TO], row->speed_bps, is_estimate);
	text_add(out, "<td>");
	if (row->port->member_count > 1)
		text_addf(out, "shared by %u members", row->port->member_count);
	text_add(out, "</td></tr>\n");
}

static void add_ports(const struct visit *v, struct text *out)
{
	struct port_row *rows;
	size_t count;
	size_t mine = 0;

	if (ports_list(&rows, &count, v->call) < 0) {
		out->failed = true;
		return;
	}
	text_add(out, "<section><h2>Ports</h2>\n");
	for (size_t i = 0; i < count; i++) {
		if (!is_mine(v, &rows[i]))
			continue;
		if (mine++ == 0)
			text_addf(out,
				  "<div class=\"scroll\" tabindex=\"0\" "
				  "role=\"region\" aria-label=\"Ports\">"
				  "<table><caption>Ports</caption><thead><tr>"
				  "<th scope=\"col\">Port</th>"
				  "<th scope=\"col\" class=\"number\">Speed"
				  "</th><th scope=\"col\">State</th>"
				  "<th scope=\"col\" class=\"number\">Into "
				  "the switch (from AS%u), now</th>"
				  "<th scope=\"col\" class=\"number\">Out of "
				  "the switch (to AS%u), now</th>"
				  "<th scope=\"col\">Remark</th></tr></thead>"
				  "<tbody>\n",
				  v->member->asn, v->member->asn);
		add_port(v, &rows[i], out);
	}
	text_add(out, mine ? "</tbody></table></div>\n"
			   : "<p>No port of the configuration is this "
			     "member\xe2\x80\x99s, so totals are estimated "
			     "from samples.</p>\n");
	text_add(out, "</section>\n");
	free(rows);
}

static void add_peer(const struct visit *v, const struct peer *peer,
		     const double sums[WAY_COUNT], struct text *out)
{
	double both = peer->bytes[WAY_FROM] + peer->bytes[WAY_TO];
	double v6 = peer->v6_bytes[WAY_FROM] + peer->v6_bytes[WAY_TO];

	text_addf(out,
		  "<tr><th scope=\"row\"><bdi><a href=\"/members/AS%u?%s"
		  "\">",
		  peer->member->asn, v->query);
	html_name(out, peer->member->name);
	text_addf(out, "</a></bdi></th><td class=\"number\">%u</td>",
		  peer->member->asn);
	for (int way = 0; way < WAY_COUNT; way++) {
		text_add(out, "<td class=\"number\">");
		units_bytes(out, peer->bytes[way]);
		text_add(out, "</td>");
	}
	text_add(out, "<td class=\"number\">");
	units_percent(out, both / (sums[WAY_FROM] + sums[WAY_TO]));
	text_addf(out,
		  "</td><td class=\"bar\"><meter min=\"0\" max=\"1\" "
		  "value=\"%.4f\" aria-hidden=\"true\"></meter></td>"
		  "<td class=\"number\">",
		  both / (sums[WAY_FROM] + sums[WAY_TO]));
	units_percent(out, (both - v6) / both);
	text_add(out, "</td><td class=\"number\">");
	units_percent(out, v6 / both);
	text_add(out, "</td></tr>\n");
}

static void add_peer_table(const struct visit *v, const struct peer *peers,
			   size_t count, bool all, struct text *out)
{
	size_t shown = all || count < PEERS_SHOWN ? count : PEERS_SHOWN;
	double sums[WAY_COUNT] = { 0 };

	for (size_t i = 0; i < count; i++) {
		sums[WAY_FROM] += peers[i].bytes[WAY_FROM];
		sums[WAY_TO] += peers[i].bytes[WAY_TO];
	}
	text_addf(
	    out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Peers\"><table><caption>Peers</caption>"
	    "<thead><tr><th scope=\"col\">Peer</th>"
	    "<th scope=\"col\" class=\"number\">ASN</th>"
	    "<th scope=\"col\" class=\"number\">AS%u \xe2\x86\x92 "
	    "peer</th><th scope=\"col\" class=\"number\">peer "
	    "\xe2\x86\x92 AS%u</th>"
	    "<th scope=\"col\" class=\"number\">Share of "
	    "all</th><td></td><th scope=\"col\" class=\"number\">IPv4</th>"
	    "<th scope=\"col\" class=\"number\">IPv6</th></tr></thead>"
	    "<tbody>\n",
	    v->member->asn, v->member->asn);
	for (size_t i = 0; i < shown; i++)
		add_peer(v, &peers[i], sums, out);
	text_add(out, "</tbody></table></div>\n");
	if (shown < count)
		text_addf(out,
			  "<p class=\"links\"><a href=\"%s?%s&amp;"
			  "peers=all\">All %zu peers</a></p>\n",
			  v->path, v->query, count);
}

static bool asks_for(const struct visit *v, const char *name, const char *value)
{
	const char *asked = request_parameter(v->call->request, name);

	return asked && strcmp(asked, value) == 0;
}

static void add_unscaled(const struct visit *v, struct text *out)
{
	const struct period *period = &v->period;
	struct peer *peers;
	size_t count;

	if (peers_load(&peers, &count, v->call, v->member, period) < 0) {
		text_add(out, "<p class=\"banner bad\">The store could not be "
			      "read.</p>");
		return;
	}
	if (count == 0)
		text_add(out, "<p>No traffic with another member is stored "
			      "for this period.</p>\n");
	else
		add_peer_table(v, peers, count, asks_for(v, "peers", "all"),
			       out);
	text_addf(out,
		  "<p class=\"note\">Estimated from samples, of %s "
		  "means.</p>",
		  units_row(period->pair_row_s));
	free(peers);
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
		text_add(out, "<p class=\"banner bad\">The store could not be "
			      "read.</p>");
		return;
	}
	if (scaled.verdict == HEADLINE_COUNTED) {
		scaled_add_tables(out, &scaled, &place);
	} else {
		text_add(out, "<p class=\"banner\">This cannot be scaled to "
			      "counters: ");
		html_escape(out, scaled_refusal(scaled.verdict));
		text_add(out, " What follows is estimated.</p>\n");
		add_unscaled(v, out);
	}
	scaled_fini(&scaled);
}

static void add_peers(const struct visit *v, struct text *out)
{
	bool scaled = asks_for(v, "scaled", "1");

	text_addf(
	    out,
	    "<section id=\"peers\"><h2>Top peers</h2>\n<p class=\"links\">"
	    "<a href=\"%s?%s%s#peers\">%s</a></p>\n",
	    v->path, v->query, scaled ? "" : "&amp;scaled=1",
	    scaled ? "Not scaled: as estimated" : "Scaled to counters");
	if (scaled)
		add_scaled(v, out);
	else
		add_unscaled(v, out);
	text_add(out, "</section>\n");
}

static void add_head(const struct visit *v, struct text *out)
{
	text_add(out, "<h1><bdi>");
	html_name(out, v->member->name);
	text_addf(out, "</bdi> <span class=\"asn\">AS%u</span></h1>\n",
		  v->member->asn);
	text_addf(out,
		  "<p class=\"lead\">Seen from the exchange: \xe2\x80\x9c"
		  "AS%u \xe2\x86\x92 exchange\xe2\x80\x9d is what this member "
		  "sends.</p>\n",
		  v->member->asn);
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
		page_refuse(call, r, 404, "There is no such member.");
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
	add_ports(&v, &r->body);
	add_interfaces(&v, &r->body);
	add_peers(&v, &r->body);
	page_end(call, r);
	text_fini(&title);
}
