/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LAG_BALANCE_H
#define LANTERNE_WEB_LAG_BALANCE_H

/*
 * lag_balance — how evenly the member ports of a LAG share its traffic. Pure.
 *
 * A port's even share is its speed's of all speeds, or where one is not known
 * that of as many equal ones. Its load is its share by that: 1 is even.
 */

#include <stdbool.h>
#include <stddef.h>

#include "web/traffic.h"

enum { LAG_PORTS_MAX = 64 }; /* more are not compared */

/* A member port that carries so much more than is even is flagged. */
#define LAG_LOAD_ODD 1.25

struct lag_port {
	double speed_bps;	 /* NaN: unknown */
	double bytes[WAY_COUNT]; /* NaN: unknown */
	double share[WAY_COUNT]; /* set here, of 1; NaN: unknown */
	double load[WAY_COUNT];	 /* set here */
};

/**
 * Work out shares and loads of a LAG's ports, and the highest load.
 * @param highest  gets that of each direction; NaN: fewer than two ports are
 *                 known, or there is no traffic
 */
void lag_balance(struct lag_port *ports, size_t count,
		 double highest[WAY_COUNT]);

/** Whether a load is one to flag. */
bool lag_is_odd(double load);

#endif
