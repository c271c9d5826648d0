/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_FINDINGS_H
#define LANTERNE_WEB_REPORT_FINDINGS_H

/*
 * findings — which stations came, went and moved in a span, day by day, and how
 * well the switches were heard.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/source_day.h"
#include "store/station_day.h"
#include "store/station_day_compare.h"
#include "util/attr.h"
#include "web/report/span.h"

enum {
	FINDINGS_DAYS_BEFORE = 30, /* who was there on none of them is new */
};

struct findings_day {
	struct date date;
	struct station_changes changes;
};

struct findings {
	struct station_day *kept; /* what was read, the oldest first */
	size_t kept_count;
	struct findings_day *days; /* of the span, those that have a file */
	size_t day_count;
	size_t comparable; /* of them, with a day before */
	size_t counts[STATION_CHANGE_COUNT];
	struct source_days sources;
};

/**
 * Read what was kept of a span.
 * @param out  on success to be freed with findings_fini
 * @return 0 or -ENOMEM; a damaged file is a day without one
 */
MUST_CHECK int findings_load(struct findings *out, const char *state_dir,
			     const struct span *span);

void findings_fini(struct findings *findings);

/** Whose station it is: of now, or of one that is gone, of before. */
const struct station_entry *findings_entry(const struct station_finding *f);

/** How many findings there are of a member; asn 0: of all. */
size_t findings_count(const struct findings *findings, uint32_t asn);

/** The port of a switch in what was heard, or NULL. */
const struct source_port *findings_port(const struct findings *findings,
					const char *switch_name,
					uint32_t ifindex);

#endif
