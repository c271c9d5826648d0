/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What this server has had to do, and whom it sent away. What says that
 * somebody was sent away is shown when it is not 0.
 */

#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/said.h"
#include "web/units.h"

static void add_row(struct text *out, const char *label, double value,
		    bool is_plain)
{
	if (is_plain || value > 0)
		page_add_count_row(out, tr(out, label), value);
}

static void add_connections(struct text *out, const struct load *load)
{
	const struct connections_counters *c = &load->connections;

	add_row(out, TR("connections"), (double)c->accepted, true);
	add_row(out, TR("connections open now"), c->open, true);
	add_row(out, TR("most connections at once"), c->most, true);
	add_row(out, TR("ended: no complete header section in time"),
		(double)c->late[CONNECTION_HEADER], false);
	add_row(out, TR("ended: no complete body in time"),
		(double)c->late[CONNECTION_BODY], false);
	add_row(out, TR("ended: the answer was not read in time"),
		(double)c->late[CONNECTION_ANSWER], false);
	add_row(out, TR("ended: more of one address than there may be"),
		(double)c->over_address, false);
	add_row(out, TR("ended: more in all than there may be"),
		(double)c->over_total, false);
}

static void add_work(struct text *out, const struct load *load)
{
	const struct work_queue_counters *w = &load->work;

	add_row(out, TR("requests refused as not well-formed"),
		(double)load->malformed, false);
	add_row(out, TR("answers worked out"), (double)w->done, true);
	add_row(out, TR("answers that wait now"), w->waiting, true);
	add_row(out, TR("most answers that waited at once"), w->most, true);
	add_row(out, TR("refused (503): too many of one address waited"),
		(double)w->refused_source, false);
	add_row(out, TR("refused (503): too many waited in all"),
		(double)w->refused_full, false);
	add_row(out, TR("given up: nobody waited any more"), (double)load->gone,
		false);
}

static void add_images(struct text *out, struct render_pool *pool)
{
	struct render_pool_counters c;

	if (!pool)
		return;
	c = render_pool_counters(pool);
	add_row(out, TR("images drawn"), (double)c.drawn, true);
	add_row(out, TR("images refused (503): too many waited"),
		(double)c.refused, false);
	add_row(out, TR("images that could not be drawn"), (double)c.failed,
		false);
	add_row(out, TR("drawing processes that died"), (double)c.died, false);
	add_row(out, TR("drawing processes that took too long"), (double)c.late,
		false);
}

static void add_certificate(struct text *out, const struct load *load,
			    double now_s)
{
	enum { SOON_S = 14 * 86400 };

	if (load->tls_was_refused)
		health_flag(out, "bad",
			    TR("A newer certificate or key was refused; the "
			       "old one stays in use. The log says why."));
	if (load->tls_until_s == 0)
		return;
	text_addf(out, "<p class=\"flag %s\">",
		  (double)load->tls_until_s - now_s < SOON_S ? "warn" : "good");
	tr_addf(out, "The certificate is valid until %s.",
		said(out, dates_add_time, (double)load->tls_until_s).text);
	text_add(out, "</p>\n");
}

void health_add_requests(const struct call *call, struct text *out)
{
	static const char *const columns[] = { TR("This server"),
					       "#" TR("Count"), NULL };
	struct load load;

	if (!site_load(call->site, &load))
		return;
	health_section(out, "requests", TR("Requests"));
	health_table(out, TR("Requests"), columns);
	add_connections(out, &load);
	add_work(out, &load);
	add_images(out, site_render_pool(call->site));
	health_table_end(out);
	add_certificate(out, &load, call->wall_s);
	text_add(out, "<p class=\"note\">");
	tr_addf(out,
		"Since this server started. There may be %u connections; "
		"where one more comes, the oldest goes that has not sent a "
		"whole header section.",
		load.connections_max);
	text_add(out, "</p>\n</section>\n");
}
