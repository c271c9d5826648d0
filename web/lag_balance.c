/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/lag_balance.h"

#include <math.h>

bool lag_is_odd(double load)
{
	return load >= LAG_LOAD_ODD;
}

/* What a port counts for beside the others. */
static double weight(const struct lag_port *port, bool by_speed)
{
	return by_speed ? port->speed_bps : 1;
}

static double balance_way(struct lag_port *ports, size_t count, int way)
{
	double bytes = 0;
	double weights = 0;
	double highest = (double)NAN;
	bool by_speed = true;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		ports[i].share[way] = (double)NAN;
		ports[i].load[way] = (double)NAN;
		if (isnan(ports[i].bytes[way]))
			continue;
		by_speed = by_speed && ports[i].speed_bps > 0;
		bytes += ports[i].bytes[way];
		known++;
	}
	if (known < 2 || !(bytes > 0))
		return highest;
	for (size_t i = 0; i < count; i++) {
		if (!isnan(ports[i].bytes[way]))
			weights += weight(&ports[i], by_speed);
	}
	for (size_t i = 0; i < count; i++) {
		double even = weight(&ports[i], by_speed) / weights;

		if (isnan(ports[i].bytes[way]))
			continue;
		ports[i].share[way] = ports[i].bytes[way] / bytes;
		ports[i].load[way] = ports[i].share[way] / even;
		highest = fmax(highest, ports[i].load[way]);
	}
	return highest;
}

void lag_balance(struct lag_port *ports, size_t count,
		 double highest[WAY_COUNT])
{
	for (int way = 0; way < WAY_COUNT; way++)
		highest[way] = balance_way(ports, count, way);
}
