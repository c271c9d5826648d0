/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAYBOOK_H
#define LANTERNE_STORE_DAYBOOK_H

/*
 * daybook — what every series came to on a closed local day, or in a closed
 * month, as bytes and back.
 *
 * A day and a month hold an entry for each series of which anything is known;
 * pairs have a book of their own for each day, with one line for each that had
 * traffic. The bytes are read as untrusted ones. ARCHITECTURE.md has the
 * format; store/daybook_file.h the files.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/cursor.h"
#include "util/date.h"
#include "util/text.h"

enum {
	DAYBOOK_SLOT_S = 300, /* what known, peaks and percentiles are of */
	DAYBOOK_MINUTE_S = 60,
	DAYBOOK_ZONE_SIZE = 65,
	DAYBOOK_MEASURES_MAX = 4,
	DAYBOOK_VERSION = 1,
};

enum daybook_kind {
	DAYBOOK_DAY = 1,
	DAYBOOK_MONTH = 2,
	DAYBOOK_PAIRS = 3, /* of a day */
	DAYBOOK_KIND_COUNT,
};

struct daybook_head {
	enum daybook_kind kind;
	struct date date;	      /* the day; of a month its first */
	char zone[DAYBOOK_ZONE_SIZE]; /* by which it was that day */
	int64_t from_s;		      /* whole slots, UTC */
	int64_t to_s;
	uint32_t row_s; /* of the rows that it was made of: a slot, or longer
			 * of pairs that were closed late */
	uint64_t known; /* slots, over all measures of all entries */
	uint32_t count; /* entries */
};

/*
 * What is measured, and what of: of the traffic kinds from member (0) and to
 * member (1), the sum of the families' bytes; of a port what comes in (0) and
 * goes out (1) by its counters, and the same by samples (2, 3); of an agent its
 * datagrams (0).
 */
struct daybook_measure {
	uint32_t known; /* slots; 0: all else is unknown */
	double p95;	/* place ceil(0.95 known) of the slots' means, per s */
	double peak;	/* the highest mean of a slot */
	int64_t peak_at_s;  /* its start; the first of equals */
	double minute_peak; /* the highest mean of a minute; NaN: not known */
	int64_t minute_peak_at_s;
};

struct daybook_entry {
	struct series series; /* when read, switch_name is valid until the
			       * reader is asked again */
	/* rate × seconds over the known slots, as the kind has columns: bytes,
	 * packets, samples, bytes² of variance; NaN where nothing is known */
	double totals[SERIES_COLUMNS_MAX];
	struct daybook_measure measures[DAYBOOK_MEASURES_MAX];
};

/* A pair's day. */
struct daybook_pair {
	uint16_t vlan;
	uint32_t asn; /* a: the lower */
	uint32_t other_asn;
	uint64_t bytes[PAIR_COUNT];
	uint32_t known[2]; /* slots of a to b and of b to a */
};

/** The slots of the day or month. */
uint32_t daybook_slots(const struct daybook_head *head);

/** How many measures a kind has; none of a pair. */
size_t daybook_measure_count(enum series_kind kind);

/**
 * The columns that a measure is the sum of.
 * @param columns  gets up to three of them
 * @return how many
 */
size_t daybook_measure_columns(enum series_kind kind, size_t measure,
			       size_t columns[3]);

/** An entry of which nothing is known yet. */
void daybook_entry_init(struct daybook_entry *entry,
			const struct series *series);

/** A total as the whole number that is stored; 0 of one below zero or NaN. */
uint64_t daybook_whole(double total);

struct daybook_writer {
	struct daybook_head head; /* known and count as far as written */
	struct text bytes;
	struct series last; /* added; its name is the next field's */
	char last_name[SERIES_SWITCH_NAME_SIZE];
};

/**
 * Begin a book; to be freed with daybook_writer_fini.
 * @param head  valid; known and count are not looked at, and w->head.row_s may
 *              be set until the book is finished
 */
void daybook_begin(struct daybook_writer *w, const struct daybook_head *head);

/** Add an entry, in the order of series_compare. */
void daybook_add(struct daybook_writer *w, const struct daybook_entry *entry);

/** The same of a pair, in that order too. */
void daybook_add_pair(struct daybook_writer *w,
		      const struct daybook_pair *pair);

/**
 * Finish: w->bytes is the book then.
 * @return 0; -ENOMEM: any append had found none
 */
MUST_CHECK int daybook_finish(struct daybook_writer *w);

/** Free the bytes. */
void daybook_writer_fini(struct daybook_writer *w);

struct daybook_reader {
	struct daybook_head head;
	struct cursor at;
	uint32_t left;	    /* entries still to come */
	struct series last; /* the name is in names[!turn] */
	char names[2][SERIES_SWITCH_NAME_SIZE];
	int turn;
};

/**
 * Check a book and read its head. The bytes are borrowed while it is read.
 *
 * @return 0; ERR_TRUNCATED, ERR_MALFORMED (damaged, or something else);
 *         ERR_UNSUPPORTED (whole, and of a later version)
 */
MUST_CHECK int daybook_open(struct daybook_reader *r, const void *bytes,
			    size_t len);

/** The next entry of a day or month. @return 1; 0 at the end; ERR_MALFORMED */
MUST_CHECK int daybook_next(struct daybook_reader *r,
			    struct daybook_entry *entry);

/** The next pair of a book of pairs. @return 1; 0 at the end; ERR_MALFORMED */
MUST_CHECK int daybook_next_pair(struct daybook_reader *r,
				 struct daybook_pair *pair);

/**
 * Look a series up, from where the reader stands on: series that are asked for
 * in rising order cost one pass.
 *
 * @return 1; 0: nothing is known of it; ERR_MALFORMED
 */
MUST_CHECK int daybook_find(struct daybook_reader *r,
			    const struct series *series,
			    struct daybook_entry *entry);

#endif
