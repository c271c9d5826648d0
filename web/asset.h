/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ASSET_H
#define LANTERNE_WEB_ASSET_H

/* asset — files of web/static and of npm's, built into the program. */

#include <stddef.h>

struct asset {
	const char *data;    /* followed by a NUL that len does not count */
	size_t len;	     /* 0: the build had not what it is made of */
	const char *version; /* changes with the content */
	const char *style_source; /* hash source for a CSP */
};

extern const struct asset asset_style;	     /* style.css and graph.css */
extern const struct asset asset_graph_style; /* graph.css, for SVG files */
extern const struct asset asset_openapi;     /* openapi.json */
extern const struct asset asset_favicon;     /* favicon.svg */
extern const struct asset asset_script;	     /* js/, which pages run */
extern const struct asset asset_uplot;	     /* uPlot; may be empty */
extern const struct asset asset_uplot_style; /* its style; may be empty */
extern const struct asset asset_licenses;    /* others'; may be empty */

#endif
