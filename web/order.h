/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ORDER_H
#define LANTERNE_WEB_ORDER_H

/* order — how figures stand in a list. */

#include <math.h>

/** Larger first, unknown last: as a comparison of qsort; 0 of equal ones. */
static inline int order_falling(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x < y) - (x > y);
}

#endif
