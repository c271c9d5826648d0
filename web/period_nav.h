/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PERIOD_NAV_H
#define LANTERNE_WEB_PERIOD_NAV_H

/* period_nav — the ways from one period of a page to another. */

#include "util/text.h"
#include "web/page.h"
#include "web/period.h"

/**
 * Links to the page that was asked for with every other range, with the
 * periods before and behind, and a form for any; all else of its query stays.
 */
void period_nav_add(struct text *out, const struct call *call,
		    const struct period *shown);

#endif
