/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_EMBED_H
#define LANTERNE_WEB_EMBED_H

/*
 * embed — public graphs in other people's pages: a page that is a graph and no
 * more, which alone may be framed by anyone, and what to paste for it.
 */

#include "web/page.h"
#include "web/period.h"
#include "web/subject.h"

/** Append what to paste into a page to show a public graph there. */
void embed_add_help(struct text *out, const struct call *call,
		    const struct subject *subject, const struct period *period);

/** /embed/KIND, of the query's subject and period. */
void page_embed(const struct call *call, struct response *r);

#endif
