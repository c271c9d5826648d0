/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/figure.h"

#include "util/language.h"
#include "web/graph.h"
#include "web/key_figures.h"

static void add_banner(struct text *out)
{
	text_addf(out, "<p class=\"banner bad\">%s</p>\n",
		  tr(out, "The store could not be read."));
}

static void add_view(struct text *out, const struct call *call,
		     const struct subject *subject, const struct view *view,
		     const struct figure *figure)
{
	struct key_figures keys;

	if (figure->has_tiles && key_figures_load(&keys, call, subject) == 0)
		key_figures_add(out, subject, view, &keys);
	else if (figure->has_tiles)
		add_banner(out);
	if (figure->has_switches)
		look_add_nav(out, call, !subject->one_way,
			     view->capacity_bps > 0);
	graph_add_figure(out, subject, view, figure->id);
	if (figure->is_small) {
		text_addf(out, "<details><summary>%s</summary>\n",
			  tr(out, "Figures"));
		graph_add_table(out, subject, view);
		graph_add_links(out, call, subject, view);
		text_add(out, "</details>\n");
		return;
	}
	graph_add_table(out, subject, view);
	graph_add_links(out, call, subject, view);
}

void figure_add(struct text *out, const struct call *call,
		const struct subject *subject, const struct figure *figure)
{
	struct look look = look_of(call->request);
	struct view view;

	if (view_load_as(&view, call, subject, figure->period, &look) < 0) {
		add_banner(out);
		return;
	}
	add_view(out, call, subject, &view, figure);
	view_fini(&view);
}
