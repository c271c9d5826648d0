/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * /graph/KIND.FORMAT — one graph in one of several formats; all its state is
 * in the query: what it is of (subject_find.h), and when.
 */

#include <inttypes.h>
#include <string.h>

#include "web/asset.h"
#include "web/graph.h"
#include "web/page.h"
#include "web/png.h"
#include "web/subject_find.h"
#include "web/view.h"

enum { GRAPH_MAX_AGE_S = 20 };

static void add_graph(const struct call *call, const struct subject *subject,
		      const struct period *period,
		      const struct graph_format *format, struct response *r)
{
	struct look look = look_of(call->request);
	struct view view;

	if (view_load_as(&view, call, subject, period, &look) < 0) {
		page_refuse(call, r, 500, TR("The store could not be read."));
		return;
	}
	r->content_type = format->content_type;
	r->is_translated = format->has_words;
	if (format->has_style)
		r->style_source = asset_graph_style.style_source;
	format->add(&r->body, call, subject, &view);
	r->is_data = true;
	r->max_age_s = page_max_age(call, GRAPH_MAX_AGE_S);
	view_fini(&view);
}

/* All that the image is made of, but for the data. */
static void add_key(const struct call *call, const struct subject *subject,
		    const struct period *period, struct text *out)
{
	const struct look look = look_of(call->request);

	text_addf(out, "%s %s?%s %" PRId64 " %" PRId64 " %s",
		  period_name(period->range), subject->kind,
		  text_str(&subject->query), period->from_s, period->to_s,
		  call->language ? call->language->code : "en");
	look_add_query(out, &look);
}

/* Drawn by another process: the response waits for it. */
static void draw_graph(const struct call *call, const struct subject *subject,
		       const struct period *period,
		       const struct graph_format *format, struct response *r)
{
	struct look look = look_of(call->request);
	struct render_job *job;
	struct text key;
	struct view view;
	int rc;

	text_init(&key);
	add_key(call, subject, period, &key);
	r->is_translated = format->has_words;
	r->is_data = true;
	job = png_prepare(call, r, text_str(&key), GRAPH_MAX_AGE_S);
	text_fini(&key);
	if (!job)
		return;
	rc = view_load_as(&view, call, subject, period, &look);
	if (rc == 0) {
		rc = format->fill(job, call, subject, &view);
		view_fini(&view);
	}
	if (rc < 0) {
		png_drop(r);
		page_refuse(call, r, 500, TR("The store could not be read."));
	}
}

void page_graph(const struct call *call, struct response *r)
{
	const char *name = call->request->segments[1];
	size_t len = strcspn(name, ".");
	const struct graph_format *format = NULL;
	struct subject subject;
	struct period period;

	if (name[len] == '.')
		format = graph_format(name + len + 1);
	if (!page_period(call, r, &period))
		return;
	if (!format || !subject_find(&subject, call, name, len)) {
		page_refuse(call, r, 404, TR("There is no such graph."));
		return;
	}
	if (format->fill)
		draw_graph(call, &subject, &period, format, r);
	else
		add_graph(call, &subject, &period, format, r);
	subject_fini(&subject);
}
