/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_COMPOSE_H
#define LANTERNE_WEB_REPORT_COMPOSE_H

/* compose — a report as a document: what is said of it, in which order. */

#include "web/report/document.h"
#include "web/report/report.h"

/**
 * Lay a report out.
 * @param d  begun, with the report's call; borrows the report until it is freed
 */
void compose(struct document *d, const struct report *report);

/* The parts of it that have a file of their own. */

/** Totals, peaks, percentiles of both directions, against what is usual. */
void compose_totals(struct document *d, const struct report *report);

/** The ports: those that want looking after, of a member all. */
void compose_ports(struct document *d, const struct report *report);

/** What an exchange's members, VLANs and switches came to; a member's peers and
 * VLAN interfaces. */
void compose_parts(struct document *d, const struct report *report);

/** Stations that came, went or moved; how well switches were heard, and whether
 * samples say what counters say. */
void compose_findings(struct document *d, const struct report *report);

/** Append a time of the span: of a day "21:35", else with its day. */
void compose_time(struct text *out, const struct span *span, int64_t at_s);

/** Append a rate, and behind it what it is of a speed in bit/s, if known. */
void compose_rate_of(struct text *out, double bytes_per_s, double speed_bps);

#endif
