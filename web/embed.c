/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/embed.h"

#include <string.h>

#include "util/language.h"
#include "web/graph.h"
#include "web/html.h"
#include "web/languages.h"
#include "web/look.h"
#include "web/subject_find.h"

/* Stands for the site's own name, which a script puts in its place: a page is
 * kept for all who ask, by whatever name. */
#define SITE "SITE"

enum { EMBED_MAX_AGE_S = 60, FRAME_HEIGHT = 360 };

/* What the page was asked for beside subject and period. */
static void add_choices(struct text *out, const struct call *call,
			const struct look *look)
{
	look_add_query(out, look);
	if (request_parameter(call->request, "lang"))
		text_addf(out, "&amp;lang=%s", call->language->code);
}

/* As text of a page: what is to be pasted, escaped once more. */
static void add_code(struct text *out, const struct text *code)
{
	text_add(out, "<pre tabindex=\"0\"><code data-site=\"" SITE "\">");
	html_escape(out, text_str(code));
	text_add(out, "</code></pre>\n");
}

void embed_add_help(struct text *out, const struct call *call,
		    const struct subject *subject, const struct period *period)
{
	struct look look = look_of(call->request);
	struct text code;

	text_addf(out,
		  "<details class=\"embed\"><summary>%s</summary>\n<p>%s</p>\n",
		  tr(out, "Show this graph in another page"),
		  tr(out, "As a frame that follows light and dark, or as a "
			  "picture; both stay up to date. SITE is the name of "
			  "this site."));
	text_init(&code);
	text_addf(&code, "<iframe src=\"https://%s", SITE);
	subject_add_page(&code, subject, "embed", period);
	add_choices(&code, call, &look);
	text_addf(&code,
		  "\" width=\"100%%\" height=\"%d\" loading=\"lazy\" "
		  "title=\"",
		  FRAME_HEIGHT);
	html_name(&code, text_str(&subject->title));
	text_add(&code, "\"></iframe>");
	add_code(out, &code);
	text_clear(&code);
	text_addf(&code, "<img src=\"https://%s", SITE);
	subject_add_url(&code, subject, "svg", period);
	add_choices(&code, call, &look);
	text_add(&code, "\" alt=\"");
	html_name(&code, text_str(&subject->title));
	text_add(&code, "\">");
	add_code(out, &code);
	text_fini(&code);
	text_add(out, "</details>\n");
}

static void begin(const struct call *call, const struct subject *subject,
		  struct text *out)
{
	page_add_head(call, out, text_str(&subject->title));
	text_add(out, "</head>\n<body class=\"embedded\">\n<main>\n<h1><a "
		      "target=\"_top\" href=\"/\"><bdi>");
	html_name(out, call->config->exchange_name);
	text_add(out, "</bdi></a>: ");
	html_name(out, text_str(&subject->title));
	text_add(out, "</h1>\n");
}

void page_embed(const struct call *call, struct response *r)
{
	const char *kind = call->request->segments[1];
	struct text *out = &r->body;
	struct subject subject;
	struct period period;
	struct look look;
	struct view view;

	if (!page_period(call, r, &period))
		return;
	if (!subject_find(&subject, call, kind, strlen(kind))) {
		page_refuse(call, r, 404, TR("There is no such graph."));
		return;
	}
	look = look_of(call->request);
	if (view_load_as(&view, call, &subject, &period, &look) < 0) {
		page_refuse(call, r, 500, TR("The store could not be read."));
	} else {
		begin(call, &subject, out);
		graph_add_figure(out, &subject, &view, "g");
		text_addf(out, "<details><summary>%s</summary>\n",
			  tr(out, "Figures"));
		graph_add_table(out, &subject, &view);
		text_add(out, "</details>\n");
		page_add_freshness(call, out);
		text_add(out, "</main>\n</body>\n</html>\n");
		if (request_parameter(call->request, "lang"))
			languages_keep(out, call->language);
		r->is_translated = true;
		r->is_framed = true;
		r->max_age_s = EMBED_MAX_AGE_S;
		view_fini(&view);
	}
	subject_fini(&subject);
}
