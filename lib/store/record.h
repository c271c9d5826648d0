/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RECORD_H
#define LANTERNE_STORE_RECORD_H

/*
 * record — what the journal says of a stretch of time, as bytes and back.
 *
 * A record has a head and entries: what some series got in that time, as
 * integer sums. Rates and rows are made of them by record_rates, so that an
 * RRD row written live and one made again from the journal are the same. The
 * bytes are read as untrusted ones: a disk may return anything. ARCHITECTURE.md
 * has the format.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/tally.h"
#include "net/frame.h"
#include "store/series.h"
#include "util/attr.h"
#include "util/cursor.h"
#include "util/text.h"

enum record_kind {
	RECORD_PART = 1,      /* some seconds of a step that is still open */
	RECORD_STEP = 2,      /* a closed step; replaces its parts */
	RECORD_PAIR_PART = 3, /* the same of pairs and their longer steps */
	RECORD_PAIR_STEP = 4,
	RECORD_PORTS = 5, /* ports' readings and steps not given out yet */
};

struct record_head {
	enum record_kind kind;
	uint64_t seq; /* set by the journal: one more than the one before */
	uint64_t replaces; /* it stands for the parts of its stream from this
			    * seq up to its own; 0: for none */
	int64_t start_s;   /* of its step, UTC */
	int64_t from_us;   /* what was observed of it, by the wall clock */
	int64_t to_us;
	int64_t covered_us; /* how long that was, by the monotonic clock */
	bool edge;	    /* first or last step of a replay */
	bool odd_clock;	    /* the wall clock was not to be trusted */
};

/* Who got what. [0]: from member, or from the pair's a to its b; [1]: to
 * member, or from b to a. */
struct record_traffic {
	struct tally tallies[2][FAMILY_COUNT];
};

struct record_agent {
	uint64_t datagrams;
	uint64_t lost;
	uint64_t samples;
	uint64_t drops;
};

/* A port's step. */
struct record_port {
	int64_t start_s; /* may lie before the record's */
	uint64_t
	    grown[PORT_OUT_DISCARDS + 1]; /* counters, as enum series_port */
	uint32_t unknown;		  /* bit n: counter n is not known */
	int64_t covered_us;		  /* by accepted counter samples */
	uint64_t estimate[2];		  /* bytes, in and out */
	int64_t observed_us;		  /* by flow samples */
	bool estimate_known;
	bool edge;
};

/*
 * One series in a record. In records of pairs a SERIES_MEMBER entry says for
 * how long the member's sending was observed; pairs come after these.
 */
struct record_entry {
	struct series series; /* when decoded, switch_name is valid until the
			       * reader is asked again */
	bool known;	      /* false: it could not be seen (RECORD_STEP); not
			       * looked at for ports and pairs */
	int64_t seen_us;      /* member of a pair record */
	union {
		struct record_traffic traffic; /* all kinds but these two: */
		struct record_agent agent;
		struct record_port port;
	};
};

enum {
	RECORD_NAME_MAX = 64,	     /* bytes of a switch's name */
	RECORD_BYTES_MAX = 256 << 20 /* of a whole record, entries and all */
};

/**
 * Begin a record: forget what out holds and write the head. Its seq and
 * replaces are the journal's to write. Whatever cannot be said in a record
 * (a negative time or one after the year 36000, a name too long, more bytes
 * than a record may have) makes out fail, here and below.
 */
void record_begin(struct text *out, const struct record_head *head);

/** Add an entry. Variances of pairs are kept with 24 bits, all else exactly. */
void record_add(struct text *out, const struct record_entry *entry);

/** Add bytes that mean something to the caller: once, behind all entries. */
void record_add_blob(struct text *out, const void *bytes, size_t len);

struct record_reader {
	struct cursor at;
	struct record_head head;
	uint32_t entries_left;
	bool has_blob;
	char switch_name[RECORD_NAME_MAX + 1];
	uint32_t asn; /* of the entry before; identities are differences */
	uint32_t other_asn;
	uint16_t vlan;
};

/**
 * Read a record's head. The bytes are borrowed while the reader is used. The
 * head's seq and replaces are 0 here; the journal's reader sets them.
 * @return 0; ERR_UNSUPPORTED (a kind of a later version), ERR_MALFORMED,
 *         ERR_TRUNCATED
 */
MUST_CHECK int record_open(struct record_reader *r, struct cursor bytes);

/**
 * The next entry.
 * @return 1; 0 at the end; ERR_TRUNCATED (one is missing), ERR_MALFORMED (one
 *         is cut or cannot be)
 */
MUST_CHECK int record_next(struct record_reader *r, struct record_entry *entry);

/**
 * What record_add_blob added, borrowed like the record's bytes; empty if
 * nothing. To be asked once record_next has returned 0.
 */
struct cursor record_blob(const struct record_reader *r);

/** Add the amounts of one traffic to another. */
void record_traffic_add(struct record_traffic *to,
			const struct record_traffic *from);

/** Whether a pair's file has columns for any of it. */
bool record_is_stored(const struct record_traffic *pair);

/**
 * Whether so much of a step is enough for a rate: half of it, or 5 s in the
 * first and last step of a replay.
 */
bool record_rate_known(int64_t covered_us, int64_t step_us, bool edge);

/**
 * The row of a closed step's entry: rates per second, NaN where unknown.
 *
 * @param head    of its record, RECORD_STEP or RECORD_PAIR_STEP
 * @param seen_us of a pair: for how long a's and b's sending was observed;
 *                else not looked at, may be NULL
 * @param values  as the series' layout has columns
 * @return the start of the row's step; 0: no row, nothing of it is known
 */
int64_t record_rates(const struct record_head *head,
		     const struct record_entry *entry, const int64_t *seen_us,
		     double *values);

#endif
