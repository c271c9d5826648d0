/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The receivers of relayed datagrams on /health. */

#include <math.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/units.h"

static void add_content(struct text *out, double asn)
{
	text_add(out, "<td>");
	if (asn >= 1 && asn < (double)UINT32_MAX)
		tr_addf(out, "samples of AS%u", (unsigned)asn);
	else
		tr_add(out, "all, unchanged");
	text_add(out, "</td>");
}

static void add_error(struct text *out, const struct status_relay *relay)
{
	text_add(out, "<td>");
	if (*relay->last_error) {
		html_escape(out, relay->last_error);
		if (relay->last_error_at > 0) {
			text_add(out, ", ");
			dates_add_time(out, relay->last_error_at);
		}
	} else {
		tr_add(out, "none");
	}
	text_add(out, "</td>");
}

void health_add_relays(const struct status *s, struct text *out)
{
	static const char *const columns[] = {
		TR("Receiver"),	   TR("Gets"),
		"#" TR("Sent"),	   "#" TR("Dropped"),
		"#" TR("Without"), "#" TR("Bytes"),
		TR("Last error"),  NULL,
	};

	if (s->relay_count == 0)
		return;
	health_section(out, "relays", TR("Relays"));
	health_table(out, TR("Receivers of datagrams"), columns);
	for (size_t i = 0; i < s->relay_count; i++) {
		const struct status_relay *relay = &s->relays[i];

		text_add(out, "<tr>");
		health_cell(out, relay->to);
		add_content(out, relay->asn);
		health_number(out, relay->sent);
		health_number(out, relay->dropped);
		health_number(out, relay->left_out);
		text_add(out, "<td class=\"number\">");
		units_bytes(out, relay->bytes);
		text_add(out, "</td>");
		add_error(out, relay);
		text_add(out, "</tr>\n");
	}
	health_table_end(out);
	text_addf(
	    out, "<p>%s</p>\n</section>\n",
	    tr(out, "Datagrams since the collector\xe2\x80\x99s start or since "
		    "the receiver was configured. <em>Dropped</em> is what the "
		    "system did not take; what is lost behind that, nobody "
		    "learns. <em>Without</em> held no sample of the member."));
}
