/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /style.css, /app.js and other files that are built in. */

#include <string.h>

#include "web/asset.h"
#include "web/page.h"

enum { ASSET_MAX_AGE_S = 86400 };

#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE  "text/css; charset=utf-8"

static const struct {
	const char *name;
	const struct asset *asset;
	const char *content_type;
} assets[] = {
	{ "style.css", &asset_style, STYLE },
	{ "app.js", &asset_script, SCRIPT },
	{ "uplot.js", &asset_uplot, SCRIPT },
	{ "uplot.css", &asset_uplot_style, STYLE },
	{ "licenses.txt", &asset_licenses, "text/plain; charset=utf-8" },
	{ "favicon.svg", &asset_favicon, "image/svg+xml" },
	{ "favicon.ico", &asset_favicon, "image/svg+xml" },
};

void page_asset(const struct call *call, struct response *r)
{
	const char *name = call->request->segments[0];
	const char *version = request_parameter(call->request, "v");
	size_t i = 0;

	while (i < sizeof(assets) / sizeof(assets[0]) &&
	       strcmp(assets[i].name, name) != 0)
		i++;
	if (i == sizeof(assets) / sizeof(assets[0]) ||
	    assets[i].asset->len == 0) {
		page_refuse(call, r, 404,
			    TR("This program was built without that."));
		return;
	}
	text_add_bytes(&r->body, assets[i].asset->data, assets[i].asset->len);
	r->content_type = assets[i].content_type;
	r->is_public = true;
	r->max_age_s = ASSET_MAX_AGE_S;
	r->is_immutable =
	    version && strcmp(version, assets[i].asset->version) == 0;
}
