/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ASSET_H
#define LANTERNE_WEB_ASSET_H

/* asset — the files of web/static, built into the program. */

#include <stddef.h>

struct asset {
	const char *data; /* followed by a NUL that len does not count */
	size_t len;
	const char *version;	  /* changes with the content */
	const char *style_source; /* hash source for a CSP */
};

extern const struct asset asset_style;	     /* style.css and graph.css */
extern const struct asset asset_graph_style; /* graph.css, for SVG files */
extern const struct asset asset_favicon;     /* favicon.svg */

#endif
