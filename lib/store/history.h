/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_HISTORY_H
#define LANTERNE_STORE_HISTORY_H

/*
 * history — what somebody else knows of a series' past: rows of any lengths,
 * and what they come to over the rows of our archives.
 *
 * Values are rates per second, so rows of one length come to longer ones by
 * rate × time, and no shorter ones are made of them. What comes twice for the
 * same row and column is added up: a member's rows are those of its interfaces.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"

enum {
	HISTORY_PARTS_MAX = 32, /* lengths × consolidations */
	HISTORY_ROWS_MAX = 1 << 20,
};

/* Rows of one length, one behind the other. */
struct history_part {
	enum consolidation consolidation;
	uint32_t row_s;
	int64_t from_s; /* a multiple of row_s */
	size_t rows;
	size_t room;
	double *values; /* rows × columns; NaN unknown */
};

struct history {
	const struct series_layout *layout;
	size_t part_count;
	struct history_part parts[HISTORY_PARTS_MAX];
};

/* A row of a part. */
struct history_row {
	enum consolidation consolidation;
	uint32_t row_s;
	int64_t start_s;
};

/** No rows yet. */
void history_init(struct history *h, const struct series_layout *layout);

/** Free the rows; it is as after history_init. */
void history_fini(struct history *h);

/** Whether rows of this length may be known of a series of this layout: a
 * multiple of its step, and a divisor of a day. */
bool history_takes(const struct series_layout *layout, uint32_t row_s);

/**
 * Add a rate to a column of a row; NaN and what is no rate adds nothing.
 *
 * @param row  of a length that history_takes, starting at a multiple of it
 * @return 0, -ENOMEM, ERR_RANGE (rows too far apart), ERR_FULL (too many
 *         lengths)
 */
MUST_CHECK int history_add(struct history *h, const struct history_row *row,
			   size_t column, double value);

/** Add all that another history of the same layout knows. @return as
 * history_add */
MUST_CHECK int history_add_all(struct history *h, const struct history *from);

/** Forget the rows that end by before_s, and give their room back. */
void history_forget(struct history *h, int64_t before_s);

/** How many bytes its rows take. */
size_t history_bytes(const struct history *h);

/** Whether any value is known. */
bool history_knows(const struct history *h);

/** Whether any value is known and above 0. */
bool history_has_traffic(const struct history *h);

/** When the newest row that knows anything ends; 0: nothing is known. */
int64_t history_end(const struct history *h);

/** When the oldest row that knows anything starts; 0: nothing is known. */
int64_t history_start(const struct history *h);

/** A value of a part of exactly that length; NaN unknown. */
double history_exact(const struct history *h, const struct history_row *row,
		     size_t column);

/* A piece of a longer row: its rate, and of how many seconds. */
struct history_piece {
	double value;
	uint32_t row_s; /* 0: nothing is known there */
};

/**
 * The longest known row that starts at start_s, is shorter than below_s, a
 * divisor of it, and ends by its end. Of maxima the means over a step count
 * too: librrd makes the same of them.
 *
 * @param row  start_s: where; row_s: below_s
 */
struct history_piece history_piece(const struct history *h,
				   const struct history_row *row,
				   size_t column);

#endif
