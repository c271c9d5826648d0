/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SOURCE_DAY_H
#define LANTERNE_STORE_SOURCE_DAY_H

/*
 * source_day — how well the switches were heard on closed days, and whether
 * their ports' samples say what the counters say: by the books of days or of a
 * month, in which all of it stands. Pure.
 *
 * All amounts are over the slots in which they are known; NaN: over none.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/daybook.h"
#include "util/attr.h"

struct source_switch {
	char name[SERIES_SWITCH_NAME_SIZE];
	double datagrams;  /* that came */
	double lost;	   /* datagrams that did not */
	double samples;	   /* that came */
	double drops;	   /* samples that the switch could not take */
	double lost_share; /* lost of all that was sent; NaN as well if nothing
			    * was */
	double drop_share; /* dropped of all that was to be taken */
	uint64_t known;	   /* slots */
};

/* A port's incoming (0) or outgoing (1) traffic. */
struct source_way {
	double octets;	       /* by its counters */
	double samples;	       /* bytes by samples */
	uint64_t octets_known; /* slots */
	uint64_t samples_known;
	/*
	 * By samples ÷ by counters, over the days or months of which about the
	 * same slots are known of both, to one in a hundred; NaN: of none, or
	 * nothing was counted. Of a port with little traffic it is chance.
	 */
	double ratio;
	double compared[2]; /* what that is of: samples, octets */
};

struct source_port {
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	uint32_t ifindex;
	struct source_way ways[2];
};

struct source_days {
	uint64_t slots; /* of all books that were added: known ones are of as
			 * many */
	struct source_switch *switches; /* by name */
	size_t switch_count;
	struct source_port *ports; /* by switch and ifIndex */
	size_t port_count;
};

/**
 * Add a book.
 *
 * @param days  empty ({ 0 }) before the first; to be freed with
 *              source_days_fini
 * @param book  of a day or month, before its first entry; not moved
 * @return 0; ERR_MALFORMED (also of pairs) or -ENOMEM: days is as before
 */
MUST_CHECK int source_days_add(struct source_days *days,
			       const struct daybook_reader *book);

void source_days_fini(struct source_days *days);

#endif
