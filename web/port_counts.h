/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORT_COUNTS_H
#define LANTERNE_WEB_PORT_COUNTS_H

/* port_counts — what a port's counters of packets, errors and discards came to
 * in a period. */

#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/column_sum.h"
#include "web/page.h"

enum {
	PORT_COUNTS = PORT_OUT_DISCARDS + 1, /* by enum series_port */
};

struct port_counts {
	uint32_t row_s; /* that the highest ones are means of */
	struct column_sum of[PORT_COUNTS];
};

/**
 * Work the counts of a port out.
 * @return 0, also of a port without a file; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int port_counts_load(struct port_counts *out,
				const struct call *call,
				const struct series *port,
				const struct period *period);

/** Append them as a table. */
void port_counts_add_table(struct text *out, const struct port_counts *counts);

#endif
