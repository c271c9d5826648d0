/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PLACES_H
#define LANTERNE_WEB_PLACES_H

/*
 * places — the parts of the exchange that everyone may look at: its
 * infrastructure, where its switches stand, its VLANs.
 */

#include "util/text.h"
#include "web/page.h"

/** A table of all of them, each with what it carries and a link. */
void places_add(struct text *out, const struct call *call,
		const struct period *period);

#endif
