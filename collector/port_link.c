/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/port_link.h"

/* Errors are few: one that fell was reset with its agent, none wraps. */
static void take(struct link_counter *c, uint32_t now)
{
	if (now == UINT32_MAX) {
		c->known = false;
		return;
	}
	if (c->known && now > c->last)
		c->grown += now - c->last;
	c->last = now;
	c->known = true;
}

void port_link_take(struct port_link *link,
		    const struct sflow_counters *counters)
{
	if (counters->has_ethernet) {
		take(&link->fcs_errors, counters->ethernet.fcs_errors);
		take(&link->alignment_errors,
		     counters->ethernet.alignment_errors);
	}
	if (counters->has_lag) {
		link->lag = counters->lag;
		link->has_lag = true;
	}
}

bool port_link_forwards(const struct port_link *link)
{
	enum { BOTH_WAYS = SFLOW_LAG_COLLECTING | SFLOW_LAG_DISTRIBUTING };

	return link->has_lag &&
	       (link->lag.actor_oper_state & BOTH_WAYS) == BOTH_WAYS;
}
