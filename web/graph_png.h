/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_GRAPH_PNG_H
#define LANTERNE_WEB_GRAPH_PNG_H

/* graph_png — a view as what is drawn of it in another process: the shapes,
 * colours and figures of the SVG, all worked out here. */

#include "store/render.h"
#include "util/attr.h"
#include "web/view.h"

/**
 * Fill a job.
 *
 * @param job  all zero but for its size
 * @return 0; ERR_RANGE (nothing to draw, or more columns than fit), -ENOMEM
 */
MUST_CHECK int graph_fill_png(struct render_job *job, const struct call *call,
			      const struct subject *subject,
			      const struct view *view);

#endif
