/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/page_script.h"

#include "util/language.h"
#include "web/asset.h"
#include "web/html.h"

/* What stands in braces the script fills in. */
static const struct {
	const char *name;
	const char *text;
} texts[] = {
	{ "hint",
	  TR("Point at the graph to read it, drag across it to zoom.") },
	{ "touch", TR("Tap the graph to read it, drag sideways to zoom.") },
	{ "keys", TR("Arrow keys read the values, with Shift they mark a span; "
		     "Enter zooms into it, minus zooms out.") },
	{ "marked", TR("Marked: {from} to {to}.") },
	{ "unknown", TR("no data") },
	{ "up-to", TR("up to {rate}") },
	{ "other", TR("other") },
	{ "failed", TR("The graph\xe2\x80\x99s figures could not be loaded.") },
};

static void add_attribute(struct text *out, const char *name, const char *text)
{
	text_addf(out, " data-%s=\"", name);
	html_escape(out, text);
	text_add_char(out, '"');
}

void page_script_add(const struct call *call, struct text *out)
{
	text_addf(out, "<script defer=\"defer\" src=\"/app.js?v=%s\"",
		  asset_script.version);
	if (asset_uplot.len > 0)
		text_addf(out,
			  " data-uplot=\"/uplot.js?v=%s\""
			  " data-uplot-style=\"/uplot.css?v=%s\"",
			  asset_uplot.version, asset_uplot_style.version);
	add_attribute(out, "zone", call->config->timezone);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_attribute(out, texts[i].name, tr(out, texts[i].text));
	text_add(out, "></script>\n");
}
