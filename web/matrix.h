/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_MATRIX_H
#define LANTERNE_WEB_MATRIX_H

/*
 * matrix — who sent how much to whom on a day: members as lines in some order,
 * and a cell for each ordered pair that had traffic.
 *
 * The sums are those of the pairs' samples, layer 2 with FCS. What two
 * connections of one member exchange stands in the member's own cell.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/page.h"
#include "web/pair_days.h"
#include "web/traffic.h"

enum matrix_order {
	MATRIX_BY_TRAFFIC, /* sent and received, the largest first */
	MATRIX_BY_ASN,
	MATRIX_BY_NAME,
	MATRIX_ORDER_COUNT,
};

enum matrix_family {
	MATRIX_ALL, /* IPv4 and IPv6 */
	MATRIX_IPV4,
	MATRIX_IPV6,
	MATRIX_FAMILY_COUNT,
};

enum { MATRIX_ALL_VLANS = -1 };

/* What of a day is wanted. */
struct matrix_query {
	struct date date;
	int vlan; /* 802.1Q tag, 0: frames whose VLAN nothing told; or all */
	enum matrix_family family;
	enum matrix_order order;
};

struct matrix_line {
	uint32_t asn;
	const struct member *member; /* NULL: it is one no more */
	uint64_t bytes[WAY_COUNT];   /* sent, received */
};

struct matrix_cell {
	uint32_t from; /* lines */
	uint32_t to;
	uint64_t bytes[2]; /* IPv4, IPv6; 0 what is not wanted */
};

struct matrix {
	struct matrix_query query;
	struct pair_book book; /* without its pairs */
	struct matrix_line *lines;
	size_t line_count;
	struct matrix_cell *cells; /* those with traffic, as a book has them:
				    * by ASN, a to b before b to a */
	size_t cell_count;
	uint64_t total;
};

/**
 * Work a matrix out.
 *
 * @param out  on success to be freed with matrix_fini
 * @return 0 or as pair_days_take
 */
MUST_CHECK int matrix_load(struct matrix *out, const struct call *call,
			   const struct matrix_query *query);

void matrix_fini(struct matrix *m);

/** The day shown where none is asked for: the last one that has a book, of the
 * last few; else the one of now. */
struct date matrix_default_date(const struct call *call);

/** The name of an order or family in a query: "traffic", "ipv4". */
const char *matrix_order_name(enum matrix_order order);
const char *matrix_family_name(enum matrix_family family);

/**
 * Read what of a day is wanted from a request: date, vlan, family, order.
 * @return NULL, or what is wrong with it, to be translated
 */
MUST_CHECK const char *matrix_query_read(struct matrix_query *out,
					 const struct call *call);

/** The whole matrix for programs. */
void matrix_add_json(struct text *out, const struct call *call,
		     const struct matrix *m);
void matrix_add_csv(struct text *out, const struct matrix *m);

/* Some lines of it, rows from there and columns to there. */
struct matrix_window {
	size_t row; /* the first one, by place in the order */
	size_t rows;
	size_t column;
	size_t columns;
};

/* Rows and columns of a grid: some lines each, and behind them one for all
 * lines outside of the window, if there are any. */
struct matrix_axis {
	size_t first; /* line */
	size_t lines;
	size_t each;   /* lines in a row or column; in the last perhaps less */
	size_t groups; /* without that of the others */
	bool has_others;
};

struct matrix_grid {
	struct matrix_axis axis[2]; /* rows, columns */
	uint64_t *bytes;	    /* row by row, others included */
	uint64_t *sums[2];	    /* of each row, of each column */
	uint64_t highest; /* of the cells between lines of the window */
};

/** How many rows or columns there are, others included. */
size_t matrix_axis_size(const struct matrix_axis *axis);

/** The first line of a group and how many it has. */
size_t matrix_axis_lines(const struct matrix_axis *axis, size_t group,
			 size_t *count);

/**
 * Fold a matrix into a window of at most so many groups of lines a side.
 *
 * @param window  is cut to what there is
 * @param out     on success to be freed with matrix_grid_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int matrix_fold(struct matrix_grid *out, const struct matrix *m,
			   struct matrix_window *window, size_t groups_max);

void matrix_grid_fini(struct matrix_grid *grid);

/* The largest cells. */
struct matrix_top {
	uint32_t cell;
	uint64_t bytes;
};

/**
 * The largest cells of a matrix, the largest first.
 * @param out  gets at most count of them
 * @return how many
 */
size_t matrix_top(const struct matrix *m, struct matrix_top *out, size_t count);

#endif
