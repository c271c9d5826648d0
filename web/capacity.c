/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/capacity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "web/headline.h"

double capacity_contracted(const struct port_row *row)
{
	const struct config_port *config = row->port ? row->port->config : NULL;

	return config && config->contracted_bps > 0
		   ? (double)config->contracted_bps
		   : (double)NAN;
}

static bool is_of(const struct call *call, const struct subject *subject,
		  const struct port_row *row)
{
	const struct registry *r = call->registry;

	if (subject->series.kind == SERIES_PORT)
		return row->ifindex == subject->series.ifindex &&
		       strcmp(call->config->switches[row->switch_index].name,
			      subject->series.switch_name) == 0;
	return row->port && !row->port->core &&
	       port_has_member(row->port,
			       (uint32_t)(subject->member - r->members)) &&
	       headline_lag_of(r, (uint32_t)(row->port - r->ports)) ==
		   UINT32_MAX;
}

/* The sum of the member ports of a LAG, which says no speed of its own. */
static double speed_of_lag(const struct call *call, const struct port_row *rows,
			   size_t count, const struct port_row *lag)
{
	const struct registry *r = call->registry;
	double sum = 0;

	for (size_t i = 0; lag->port && i < count; i++) {
		if (rows[i].port &&
		    headline_lag_of(r, (uint32_t)(rows[i].port - r->ports)) ==
			(uint32_t)(lag->port - r->ports))
			sum += rows[i].speed_bps;
	}
	return sum > 0 ? sum : (double)NAN;
}

void capacity_of(const struct call *call, const struct subject *subject,
		 double *capacity_bps, double *contracted_bps)
{
	struct port_row *rows;
	bool has_contract = false;
	double capacity = 0;
	double contracted = 0;
	size_t count;

	*capacity_bps = *contracted_bps = 0;
	if ((subject->series.kind != SERIES_PORT && !subject->member) ||
	    ports_list(&rows, &count, call) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		double speed = rows[i].speed_bps;
		double contract = capacity_contracted(&rows[i]);

		if (!is_of(call, subject, &rows[i]))
			continue;
		/* What others have of a port that is shared is not known. */
		if (subject->member && rows[i].port->member_count > 1)
			speed = NAN;
		else if (isnan(speed))
			speed = speed_of_lag(call, rows, count, &rows[i]);
		capacity += speed;
		contracted +=
		    isnan(contract) || isnan(speed) ? speed : contract;
		has_contract = has_contract || !isnan(contract);
	}
	free(rows);
	*capacity_bps = isnan(capacity) ? 0 : capacity;
	*contracted_bps = has_contract && !isnan(contracted) ? contracted : 0;
}
