/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_FIGURE_H
#define LANTERNE_WEB_FIGURE_H

/* figure — a subject on a page: drawing, figures, links, as they stand on
 * every page that shows one. */

#include "web/look.h"
#include "web/page.h"
#include "web/subject.h"

/* How a page shows a subject. */
struct figure {
	const struct period *period;
	const char *id;	   /* unique in the page, of letters */
	bool has_tiles;	   /* with its key figures before it */
	bool has_switches; /* with links to other looks */
	bool is_small;	   /* with its figures folded away */
};

/** Append a subject, or a sentence that it could not be read. */
void figure_add(struct text *out, const struct call *call,
		const struct subject *subject, const struct figure *figure);

#endif
