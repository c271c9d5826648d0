/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORT_DAY_H
#define LANTERNE_WEB_PORT_DAY_H

/*
 * port_day — how full a port was over a local day, slot by slot: the highest
 * of the five-minute means that a slot holds, or where there are none any more
 * of longer ones, by speed.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"
#include "web/ports.h"

enum port_day_way { PORT_DAY_IN, PORT_DAY_OUT, PORT_DAY_BOTH };

/* The slots of a day. */
struct port_day_slots {
	int64_t from_s;
	int64_t to_s;
	uint32_t slot_s;
	uint32_t row_s; /* of the means, at least; some are longer */
	size_t count;
};

struct port_day {
	double *use; /* of each slot, of 1; NaN: unknown; owned */
	double average;
	double highest;	      /* NaN: nothing is known */
	int64_t highest_at_s; /* the mean's start */
	double full_s;	      /* for so long 80 % or more */
	bool is_estimate;
};

/**
 * The slots of a day.
 * @param slot_s  wanted; longer where the means are
 * @return 0 or ERR_RANGE: the zone has no such day
 */
MUST_CHECK int port_day_slots(struct port_day_slots *out,
			      const struct call *call, struct date date,
			      uint32_t slot_s);

/**
 * Work a port's day out; a port without a file or speed is unknown.
 * @param out  on success to be freed with port_day_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int port_day_load(struct port_day *out, const struct call *call,
			     const struct port_row *row,
			     const struct port_day_slots *slots,
			     enum port_day_way way);

void port_day_fini(struct port_day *day);

#endif
