/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_RULES_H
#define LANTERNE_WEB_REPORT_ALERT_RULES_H

/* alert_rules — the table of all limits, and the names of kinds. The manual
 * has the same table. */

#include "web/report/alerts.h"

enum alert_sense {
	ALERT_ABOVE, /* begins at raise and above, is over below clear */
	ALERT_BELOW, /* begins below raise, is over above clear */
};

struct alert_limits {
	double raise;
	double clear;
};

struct alert_rule {
	const char *name; /* "port_full", in JSON and in the state */
	enum alert_sense sense;
	bool has[ALERT_SEVERITY_COUNT];
	struct alert_limits limits[ALERT_SEVERITY_COUNT];
	bool has_also;
	struct alert_limits also; /* must hold too; always ALERT_ABOVE */
	bool is_member_s;	  /* a member may be told of its own */
};

const struct alert_rule *alert_rule(enum alert_kind kind);

/** The limit at which a severity of a kind begins; NaN: it has none that can be
 * told. */
double alert_threshold(enum alert_kind kind, enum alert_severity severity);

/** What a severity becomes by a reading. */
enum alert_severity alert_rule_apply(enum alert_severity was,
				     const struct alert_reading *reading);

/** Whether a reading is known as far as its rule asks. */
bool alert_is_known(const struct alert_reading *reading);

/** "warning", "critical"; "fine". */
const char *alert_severity_name(enum alert_severity severity);

/** "in", "from_member"; "" for the whole. */
const char *alert_part_name(enum alert_part part);

/** "raised", "worse", "cleared". */
const char *alert_what_name(enum alert_what what);

#endif
