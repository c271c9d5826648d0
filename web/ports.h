/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORTS_H
#define LANTERNE_WEB_PORTS_H

/*
 * ports — every port that the configuration names or counters were heard of,
 * in port order, with what is known of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/page.h"
#include "web/traffic.h"

enum { PORT_LABEL_SIZE = 128 };

struct port_row {
	uint32_t switch_index;
	uint32_t ifindex;
	const struct port *port;	  /* NULL: not configured */
	const struct status_port *status; /* NULL: not heard of */
	char name[PORT_LABEL_SIZE];
	double speed_bps; /* NaN: unknown */
};

/**
 * All ports, by switch and natural order of names.
 *
 * @param out  gets count of them, to be freed
 * @return 0 or -ENOMEM
 */
MUST_CHECK int ports_list(struct port_row **out, size_t *count,
			  const struct call *call);

/** The series of a port. Borrows the configuration. */
struct series ports_series(const struct call *call, const struct port_row *row);

/** Append whose it is: "AS64500, AS64501", "core"; nothing if not known. */
void ports_add_owner(struct text *out, const struct call *call,
		     const struct port_row *row);

/** Append a port's name as a link to its page, behind its switch's or not. */
void ports_add_link(struct text *out, const struct call *call,
		    const struct port_row *row, bool with_switch);

/** "/ports/sw1/436207616" */
void ports_add_path(struct text *out, const struct call *call,
		    const struct port_row *row);

/**
 * What crosses a port now, in bit/s, NaN if not known: by its counters, or
 * if it sends none, by its samples.
 */
void ports_now(const struct port_row *row, double bps[WAY_COUNT],
	       bool *is_estimate);

/* What a port came to over a day, in bit/s; NaN: unknown. */
struct port_figures {
	double highest[WAY_COUNT];
	double p95[WAY_COUNT];
	double bytes[WAY_COUNT];  /* in all */
	double errors[WAY_COUNT]; /* packets, in all */
	double discards[WAY_COUNT];
	bool is_estimate;
};

/**
 * The figures of all ports of a list, worked out once a minute for all who
 * ask.
 * @param out  gets one a row, to be freed
 * @return 0 or -ENOMEM
 */
MUST_CHECK int ports_figures(struct port_figures **out, const struct call *call,
			     const struct port_row *rows, size_t count);

/** The class of a utilisation: "u95", "u80", "u60" or "". */
const char *ports_flag(double ratio);

#endif
