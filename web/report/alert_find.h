/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_FIND_H
#define LANTERNE_WEB_REPORT_ALERT_FIND_H

/*
 * alert_find — what there is to be judged: readings of the collector's status,
 * of recent rows and of the disk. Reads files, writes none.
 */

#include "util/attr.h"
#include "web/page.h"
#include "web/report/alert_state.h"
#include "web/report/alerts.h"

/* What all that looks for something works with. */
struct alert_search {
	const struct call *call;
	const struct alert_state *before;
	struct alert_readings *to;
	double now_s;	     /* of the status: when it was written */
	int64_t stored_s;    /* end of the last step that is stored; 0: none */
	double up_s;	     /* for how long the collector has been running */
	double configured_s; /* since when, at the latest, it knows switches */
};

/**
 * Find readings of everything. Without a fresh status only what needs none is
 * found, and nothing else is over.
 *
 * @param to     empty; its failure stays
 * @param clock  gets what is to be remembered of it
 */
void alerts_find(struct alert_readings *to, struct alert_clock *clock,
		 const struct call *call, const struct alert_state *before);

/* Parts of it, each in a file of its own; all want a status. */

/** Ports near their speed, and those whose estimates drift. */
void alert_find_ports(struct alert_search *s);

/** Datagrams that were lost, samples that were dropped. */
void alert_find_losses(struct alert_search *s);

/** Members that are gone, or far from what is usual. */
void alert_find_members(struct alert_search *s);

/** Agents and stations that nobody knows. */
void alert_find_strangers(struct alert_search *s);

#endif
