/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_METRICS_PARTS_H
#define LANTERNE_WEB_METRICS_PARTS_H

/*
 * metrics_parts — the parts of /metrics, each of which adds its families. For
 * metrics*.c alone. ARCHITECTURE.md has the list of all.
 */

#include "store/cumulative.h"
#include "web/exposition.h"
#include "web/page.h"
#include "web/ports.h"

/* What all parts are told. */
struct metrics {
	struct exposition e;
	const struct call *call;
	struct cumulative counters; /* empty where there are none */
	struct port_row *ports;	    /* owned */
	size_t port_count;
};

/* A counter of the status file by its key. */
struct metrics_told {
	const char *key;
	struct exposition_family family;
};

/** Append those of a table that the counts have. */
void metrics_add_told(struct exposition *e, const struct status_counts *counts,
		      const struct metrics_told *table, size_t count,
		      double since_s);

/** A value by its key; NaN: there is none. */
double metrics_count_of(const struct status_counts *counts, const char *key);

/* metrics_traffic.c: exchange, members, VLAN interfaces, VLANs, switches. */
void metrics_add_traffic(struct metrics *m);

/* metrics_ports.c: what each port counted and how it is. */
void metrics_add_ports(struct metrics *m);

/* metrics_sources.c: switches, relays, and what was found on the LAN. */
void metrics_add_sources(struct metrics *m);

/* metrics_collector.c: what the collector did with what it got. */
void metrics_add_collector(struct metrics *m);

/* metrics_self.c: the disk, this program, and this answer. */
void metrics_add_self(struct metrics *m);

/* metrics_pairs.c: which pairs a query asks for. */
struct metrics_pairs {
	bool is_asked;
	uint32_t asn; /* of this member alone; 0: of all */
};

/** @return false: the query is wrong */
MUST_CHECK bool metrics_read_pairs(const struct call *call,
				   struct metrics_pairs *out);

/** The pairs that are asked for. @return 0; -EBUSY: somebody is at them */
MUST_CHECK int metrics_add_pairs(struct metrics *m,
				 const struct metrics_pairs *pairs);

#endif
