/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRDCACHED_H
#define LANTERNE_STORE_RRDCACHED_H

/*
 * rrdcached — append closed steps to RRD files that an rrdcached keeps,
 * perhaps on another machine.
 *
 * Rows mean what they mean to rrd_write_rows, and the files come out the same.
 * Rows are collected, and rrdcached_finish sends them as one batch. It waits,
 * but no longer than its limits allow. What an rrdcached loses is noticed and
 * made up for from a source of older rows, which the caller makes of the
 * journal; so a row that could not be sent is not kept here. rrdcached.c says
 * what is lost when. For one thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "ixp/config.h"
#include "store/rrd_write.h"
#include "store/series.h"
#include "util/attr.h"

struct rrdcached;

struct rrdcached_limits {
	uint32_t answer_ms; /* to connect; to have the answer to one exchange */
	uint32_t finish_ms; /* after this no more exchanges are begun */
	uint32_t settle_ms; /* for a write that the server has in hand */
	uint32_t retry_first_ms; /* before connecting again; doubles ... */
	uint32_t retry_most_ms;	 /* ... up to this */
	size_t batch_bytes;	 /* of commands in one exchange, about */
	size_t refill_rows;	 /* of older rows held at a time */
};

/* 5 s, 20 s, 1.5 s, 1 s, 30 s, 256 KiB, 65,536. */
extern const struct rrdcached_limits rrdcached_default_limits;

struct rrdcached_counters {
	uint64_t rows_given;	/* by rrdcached_write_rows */
	uint64_t rows_accepted; /* of them, by the server in their finish */
	uint64_t rows_skipped;	/* of them, covered by the file already */
	uint64_t rows_unsent;	/* of them, or not known to be accepted */
	uint64_t rows_made_up;	/* from the source, and accepted */
	uint64_t steps_lost;	/* accepted, and found missing, or not
				 * certain to be right, later */
	uint64_t files_created;
	uint64_t updates_refused; /* by the server, and creations */
	uint64_t series_refused;  /* answers that made a series unusable */
	uint64_t series_checked;
	uint64_t batches;
	uint64_t connections;
	uint64_t connections_failed;
	uint64_t connections_lost; /* for one of these reasons or another: */
	uint64_t timeouts;
	uint64_t answers_malformed;
	int error; /* why the last finish failed; 0: it did not */
};

/*
 * Rows that the server lacks of a series: those that start in
 * [from_s, to_s). from_s 0: from as early on as there are any.
 */
struct rrdcached_gap {
	const struct series *series; /* valid during the call */
	int64_t from_s;
	int64_t to_s;
};

/**
 * The source of older rows: called by rrdcached_finish with all series that
 * lack some, so that the journal is read once for all of them. Gives each row
 * that it has by rrdcached_refill, those of one series in rising order.
 *
 * @return 0: there are no others, and newer rows may follow; ERR_FULL: as
 *         rrdcached_refill said, it will be called again for the rest; another
 *         negative code: these series wait for a later finish
 */
typedef int rrdcached_rows_since(void *context, struct rrdcached *c,
				 const struct rrdcached_gap *gaps,
				 size_t count);

/* What became of the rows of one series. */
struct rrdcached_result {
	const struct series *series; /* valid during the call */
	int error;	 /* 0; ERR_STORE: the server refused, the reason
			  * was logged; ERR_FULL: older rows are still on
			  * their way; or as rrdcached_finish */
	size_t accepted; /* rows by the server */
	size_t skipped;	 /* covered by the file already */
	size_t unsent;	 /* or not known to be accepted */
};

typedef void rrdcached_result_fn(void *context,
				 const struct rrdcached_result *result);

/**
 * Make a client; it connects when there is something to do.
 *
 * @param target  copied; its base may be NULL
 * @param limits  copied; NULL: the default ones
 * @return 0 or -ENOMEM
 */
MUST_CHECK int rrdcached_open(struct rrdcached **out,
			      const struct config_rrdcached *target,
			      const struct rrdcached_limits *limits);

/** Take leave of the server; rows not sent are dropped. NULL is fine. */
void rrdcached_close(struct rrdcached *c);

/** Ask this source for what the server lacks. Without one, gaps stay. */
void rrdcached_set_source(struct rrdcached *c, rrdcached_rows_since *source,
			  void *context);

/**
 * Collect rows of a series for the next finish, in rising order.
 *
 * @param rows  count of them; copied
 * @return 0; ERR_FULL (a million are held: finish first), ERR_RANGE (a time
 *         before 1980 or after 2105, which rrdcached does not take, or as
 *         series_path), -ENOMEM. On failure none is held.
 */
MUST_CHECK int rrdcached_write_rows(struct rrdcached *c,
				    const struct series *series,
				    const struct series_row *rows,
				    size_t count);

/**
 * Tell what a client of former times was given: the rows of a series up to
 * end_s. The next finish sees whether the server has them.
 * @return 0, ERR_RANGE as series_path, -ENOMEM
 */
MUST_CHECK int rrdcached_expect(struct rrdcached *c,
				const struct series *series, int64_t end_s);

/**
 * Send all rows held, after what the server lacks of their series; check
 * whether it still has what it accepted of some others. Holds none after it.
 *
 * @param each  called for each series that had rows; may be NULL
 * @return 0; ERR_STORE (some series failed), ERR_FULL (some are still
 *         behind); no connection: -EAGAIN (not tried, it failed a moment ago),
 *         -ETIMEDOUT and other system errors, ERR_MALFORMED (what answers is
 *         no rrdcached)
 */
MUST_CHECK int rrdcached_finish(struct rrdcached *c, rrdcached_result_fn *each,
				void *context);

/** Give one row of gaps[gap]. @return 0; ERR_FULL, ERR_RANGE, -ENOMEM */
MUST_CHECK int rrdcached_refill(struct rrdcached *c, size_t gap,
				const struct series_row *row);

/**
 * Ask when the last step ends that the server has of a series, in its file or
 * on the way there.
 * @return 0; ERR_NOT_FOUND (no such file), ERR_STORE, ERR_RANGE as
 *         series_path, or as rrdcached_finish
 */
MUST_CHECK int rrdcached_last_end(struct rrdcached *c,
				  const struct series *series, int64_t *end_s);

/**
 * Have the server write a series to its file now, and see that it did.
 * @return as rrdcached_last_end; ERR_STORE: what it had accepted is lost
 */
MUST_CHECK int rrdcached_flush(struct rrdcached *c,
			       const struct series *series);

struct rrdcached_counters rrdcached_counters(const struct rrdcached *c);

#endif
