/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PAGE_SCRIPT_H
#define LANTERNE_WEB_PAGE_SCRIPT_H

/* page_script — the script of a page, and what it has to know. */

#include "util/text.h"
#include "web/page.h"

/**
 * Append the script element for the head of a page. Its data attributes hold
 * the exchange's time zone, where the charts' library is, and every text that
 * the script shows, in the reader's language.
 */
void page_script_add(const struct call *call, struct text *out);

#endif
