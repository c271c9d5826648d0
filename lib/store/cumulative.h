/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_CUMULATIVE_H
#define LANTERNE_STORE_CUMULATIVE_H

/*
 * cumulative — what each series got since counting began: sums of the journal's
 * closed steps, for whoever wants numbers that only grow.
 *
 * They are made of the very records, so a counter is the sum of its series'
 * entries, to the byte, corrections and all. Their bytes are read as untrusted
 * ones; ARCHITECTURE.md has the format, store/cumulative_file.h the file.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/text.h"

struct record_reader;

enum {
	CUMULATIVE_VERSION = 1,
	CUMULATIVE_VALUES = 14,
	CUMULATIVE_MAX = 50000, /* series; more are left out and counted */
	CUMULATIVE_GONE_S = 35 * 86400, /* nobody told of it for so long */
};

struct cumulative_item {
	struct series series; /* the name is the counters' own */
	int64_t since_s;      /* start of the first step that told of it */
	int64_t seen_s;	      /* end of the last one */
	/* by column of the kind; of traffic those before the variances */
	uint64_t values[CUMULATIVE_VALUES];
};

struct cumulative {
	struct cumulative_item *items; /* in the order of series_compare */
	size_t count;
	size_t capacity;
	size_t max;
	size_t sorted; /* while a record is taken in: new ones are behind */
	char **names;  /* of switches */
	size_t name_count;
	int64_t since_s;   /* start of the first step; 0: none was taken */
	int64_t end_s;	   /* of the last step */
	uint64_t seq;	   /* of the last record */
	uint64_t left_out; /* entries of steps that found no room */
};

/** Begin with nothing; room for max series. Allocates nothing. */
void cumulative_init(struct cumulative *c, size_t max);

/** Free what was taken in; c is as after cumulative_init. */
void cumulative_fini(struct cumulative *c);

/** How many values a kind has. */
size_t cumulative_width(enum series_kind kind);

/**
 * Add a closed step, of series or of pairs. What finds no room, or no memory,
 * is counted as left out.
 *
 * @param record  as record_open left it; RECORD_STEP or RECORD_PAIR_STEP, else
 *                nothing is done; is read to its end
 * @return 0; ERR_MALFORMED, ERR_TRUNCATED: entries before the fault count
 */
MUST_CHECK int cumulative_take(struct cumulative *c,
			       struct record_reader *record, uint64_t seq);

/** Forget series that no step told of for CUMULATIVE_GONE_S. */
void cumulative_forget_gone(struct cumulative *c);

/** The counter of a series, or NULL. Borrowed. */
const struct cumulative_item *cumulative_find(const struct cumulative *c,
					      const struct series *series);

/** Append all as bytes; not of pairs. out fails without memory. */
void cumulative_write(const struct cumulative *c, struct text *out);

/**
 * Read what cumulative_write wrote.
 *
 * @param c  initialised and empty; on failure it is so again
 * @return 0; ERR_TRUNCATED, ERR_MALFORMED (damaged, or something else);
 *         ERR_UNSUPPORTED (whole, and of a later version); -ENOMEM
 */
MUST_CHECK int cumulative_read(struct cumulative *c, const void *bytes,
			       size_t len);

#endif
