/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRDCACHED_PARTS_H
#define LANTERNE_STORE_RRDCACHED_PARTS_H

/*
 * rrdcached_parts — what the files that make up the client know of each other.
 * For lib/store/rrdcached*.c alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrdcached.h"
#include "store/rrdcached_link.h"
#include "store/series.h"
#include "util/text.h"

enum {
	HELD_NONE = UINT32_MAX,
	REASON_SIZE = 160,
};

enum held_state { HELD_WAITING, HELD_SENT, HELD_SKIPPED };

/* A row on its way. */
struct held_row {
	struct series_row row;
	uint32_t next; /* of the same chain, or HELD_NONE */
	enum held_state state;
};

struct held_chain {
	uint32_t first; /* HELD_NONE: empty */
	uint32_t last;
};

/* A series that was ever asked for, as the server has it. */
struct cached {
	struct series series; /* its switch_name is switch_copy */
	const struct series_layout *layout;
	char *switch_copy;
	char *file; /* as the server is told */

	uint64_t met;	    /* in which connection it was asked for; 0: none */
	bool exists;	    /* the server has a file */
	bool existed;	    /* it had one at some time */
	bool created;	    /* by us, and nothing was accepted since */
	bool synced;	    /* nothing older than what is held is missing */
	bool distrusted;    /* an update in the middle was refused */
	int64_t first_s;    /* start of the first row that was given; 0: none */
	int64_t end_s;	    /* what the server has ends here, if it exists */
	int64_t gap_from_s; /* the last one that was told at once */
	int64_t gap_to_s;
	int64_t goal_s; /* what was given before ends here */

	/* During one finish: */
	bool working;
	bool checking;
	bool refused; /* a command in the batch under way */
	int error;
	int64_t sent_end_s;
	struct held_chain own;
	struct held_chain older;
};

enum command_kind {
	COMMAND_CREATE,
	COMMAND_GAP, /* an update that tells no value */
	COMMAND_ROW,
	COMMAND_OLDER_ROW, /* from the source */
};

/* A command of the batch under way. */
struct sent_command {
	struct cached *e;
	enum command_kind kind;
	bool refused;
	int64_t end_s; /* where it makes the series end */
};

struct rrdcached {
	struct rrdcached_limits limits;
	struct config_rrdcached target;
	rrdcached_rows_since *source;
	void *source_context;
	struct rrdcached_link link;
	uint64_t connection; /* the number of the open one, from 1 on */
	int64_t retry_at_us;
	int64_t retry_us; /* how long to wait the next time; 0: first */
	int64_t stop_us;  /* when the finish under way must begin no more */
	bool failing;	  /* as the log last said */

	void *by_file; /* tsearch: struct cached */
	struct cached **all;
	size_t all_count;
	size_t all_capacity;
	size_t check_next;
	size_t uncertain_next;
	struct cached **work;
	size_t work_count;
	size_t work_capacity;

	struct held_row *rows;
	size_t row_count;
	size_t row_capacity;
	size_t own_count; /* those behind are older ones */

	struct rrdcached_gap *gaps;
	struct cached **gap_series;
	size_t gap_count;
	bool refill_full;

	struct text request;
	struct sent_command *commands;
	size_t command_count;
	size_t command_capacity;
	size_t create_count; /* of them, that make a file */

	char reason[REASON_SIZE]; /* the first of this finish; "": none */
	struct rrdcached_counters counters;
};

/* rrdcached_table.c */

/** Make room for one more of an array. @return 0 or -ENOMEM */
MUST_CHECK int grow(void **array, size_t *capacity, size_t count, size_t size);

/** The entry of a series, made if there is none. @return 0, -errno, ERR_... */
MUST_CHECK int cached_find(struct rrdcached *c, const struct series *series,
			   struct cached **out);

/** Free all entries. */
void cached_free_all(struct rrdcached *c);

/** Have an entry in the work of this finish. @return 0 or -ENOMEM */
MUST_CHECK int cached_work_on(struct rrdcached *c, struct cached *e);

/** Make room for so many rows more. @return 0 or -ENOMEM */
MUST_CHECK int held_reserve(struct rrdcached *c, size_t count);

/** Hold a row at the end of a chain; room was made. */
void held_add(struct rrdcached *c, struct held_chain *chain,
	      const struct series_row *row);

/** Forget the rows behind the first count; no chain may lead there. */
void held_cut(struct rrdcached *c, size_t count);

/* rrdcached_talk.c */

/** Connect if it is not. @return 0, -EAGAIN (too soon), or -errno */
MUST_CHECK int talk_connect(struct rrdcached *c);

/** Exchange c->request; a failure closes the connection, and is counted. */
MUST_CHECK int talk(struct rrdcached *c, const struct rrdcached_wanted *wanted);

/** Keep the reason for this finish's log line, if it is the first. */
void keep_reason(struct rrdcached *c, const struct cached *e,
		 const struct cursor *message);

/* rrdcached_meet.c */

/** Whether the server was asked for it over this connection. */
bool cached_is_met(const struct rrdcached *c, const struct cached *e);

/**
 * Ask the server for the entries of the list that are not met, or are to be
 * checked. Those that it cannot tell of get an error.
 * @return 0; no connection: as rrdcached_finish
 */
MUST_CHECK int meet(struct rrdcached *c, struct cached *const *list,
		    size_t count);

/* rrdcached_send.c */

/** Send the rows of all entries at work, as far as their order allows. */
MUST_CHECK int send_rows(struct rrdcached *c);

#endif
