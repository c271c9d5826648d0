/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_SAY_H
#define LANTERNE_WEB_REPORT_ALERT_SAY_H

/* alert_say — alerts in words, as plain text, in the language of the text; and
 * as JSON. */

#include "util/text.h"
#include "web/page.h"
#include "web/report/alerts.h"

/* What is told of one run. */
struct alert_report {
	const struct call *call;
	const struct alert_outcome *outcome;
	int64_t at_s;
	uint32_t asn; /* only what is this member's own; 0: everything */
};

/** Append what an alert says: "sw1: silent for 5 min". */
void alert_say(struct text *out, const struct call *call,
	       const struct alert_change *change);

/** The member that may be told of an alert: of itself, of a port that it has
 * alone. @return its AS number; 0: nobody may */
uint32_t alert_owner(const struct call *call, const struct alert_subject *s);

/** Append the name of the port of a subject. */
void alert_add_port(struct text *out, const struct call *call,
		    const struct alert_subject *s);

/** Whether any of what has changed is for the reader of a report. */
bool alert_report_says(const struct alert_report *report);

/** Append a line: the worst that has changed, or how much; for a mail. */
void alert_report_add_subject(struct text *out,
			      const struct alert_report *report);

/** Append a report as lines of text. */
void alert_report_add_text(struct text *out, const struct alert_report *report);

/** Append it as one JSON object and a newline; of the whole exchange. */
void alert_report_add_json(struct text *out, const struct alert_report *report);

#endif
