/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A document as one HTML file: its style and, unless it is a mail's, its graphs
 * are in it. */

#include "web/graph.h"
#include "web/html.h"
#include "web/report/document.h"
#include "web/report/style.h"
#include "web/units.h"

static void add_table(struct text *out, const struct block *block)
{
	if (block->columns == 0)
		return;
	text_add(out, "<div class=\"wide\"><table>\n<thead><tr>");
	for (size_t i = 0; i < block->count; i++) {
		bool is_head = i < block->columns;
		bool is_name = i % block->columns == 0;
		const char *tag = is_head || is_name ? "th" : "td";

		if (i > 0 && is_name)
			text_add(out, i == block->columns
					  ? "</tr></thead>\n<tbody>\n<tr>"
					  : "</tr>\n<tr>");
		text_addf(out, "<%s%s%s>", tag,
			  is_head   ? " scope=\"col\""
			  : is_name ? " scope=\"row\""
				    : "",
			  is_name ? "" : " align=\"right\"");
		html_name(out, block->cells[i]);
		text_addf(out, "</%s>", tag);
	}
	text_add(out, block->count > block->columns
			  ? "</tr>\n</tbody></table></div>\n"
			  : "</tr></thead></table></div>\n");
}

/* What a graph shows, for those who do not see it. */
static void add_alternative(struct text *out, const struct block *block)
{
	const struct view *v = block->view;

	html_name(out, text_str(&block->subject->title));
	for (int way = 0; way < WAY_COUNT; way++) {
		text_add(out, way == 0 ? ": " : "; ");
		html_name(out, text_str(&block->subject->way[way]));
		text_add_char(out, ' ');
		units_rate(out, v->statistics[way][BAND_TOTAL].average);
	}
}

static void add_graph(struct text *out, const struct document *d,
		      const struct block *block, const char *mail,
		      size_t number)
{
	if (!mail) {
		text_add(out, "<figure>");
		graph_add_svg(out, d->call, block->subject, block->view);
		text_add(out, "</figure>\n");
		return;
	}
	text_addf(out, "<p><img src=\"cid:graph%zu.", number);
	html_escape(out, mail);
	text_add(out, "\" alt=\"");
	add_alternative(out, block);
	text_add(out, "\" style=\"max-width:100%;height:auto\"></p>\n");
}

static void add_blocks(struct text *out, const struct document *d,
		       const char *mail)
{
	size_t graph = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct block *block = &d->blocks[i];

		switch (block->kind) {
		case BLOCK_HEADING:
			text_add(out, "<h2>");
			html_escape(out, block->count ? block->cells[0] : "");
			text_add(out, "</h2>\n");
			break;
		case BLOCK_PARAGRAPH:
			text_add(out, block->is_warning
					  ? "<p class=\"warning\">"
					  : "<p>");
			html_escape(out, block->count ? block->cells[0] : "");
			text_add(out, "</p>\n");
			break;
		case BLOCK_TABLE:
			add_table(out, block);
			break;
		case BLOCK_GRAPH:
			add_graph(out, d, block, mail, ++graph);
			break;
		}
	}
}

void document_add_html(struct text *out, const struct document *d,
		       const char *mail)
{
	const struct language *language = d->call->language;

	text_addf(out,
		  "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
		  "<meta charset=\"utf-8\">\n"
		  "<meta name=\"viewport\" content=\"width=device-width, "
		  "initial-scale=1\">\n<title>",
		  language ? language->code : "en");
	html_escape(out, d->title ? d->title : "");
	text_add(out, "</title>\n<style>\n");
	text_add_bytes(out, asset_report_style.data, asset_report_style.len);
	text_add(out, "</style>\n</head>\n<body>\n<h1>");
	html_escape(out, d->title ? d->title : "");
	text_add(out, "</h1>\n");
	add_blocks(out, d, mail);
	text_add(out, "</body>\n</html>\n");
}
