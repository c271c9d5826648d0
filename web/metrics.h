/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_METRICS_H
#define LANTERNE_WEB_METRICS_H

/* metrics — /metrics, for Prometheus and what reads its formats. */

#include "web/page.h"

enum { METRICS_SAMPLES_MAX = 200000 };

/** All metrics but those of pairs; with pairs= those alone. */
void page_metrics(const struct call *call, struct response *r);

#endif
