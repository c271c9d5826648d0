/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SUMMARY_H
#define LANTERNE_WEB_SUMMARY_H

/* summary — a direction's figures in a line, as they stand below a graph. */

#include "util/text.h"
#include "web/view.h"

/**
 * Append "now 1.20 Gbit/s · avg … · max … · 95th … · 3.2 TB", without the first
 * where the view has no present. Needs no escaping.
 */
void summary_add(struct text *out, const struct view *view, enum way way);

#endif
