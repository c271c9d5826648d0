/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_MATRIX_TABLE_H
#define LANTERNE_WEB_MATRIX_TABLE_H

/* matrix_table — the window of a matrix as a table that is a heat map. For
 * /matrix. */

#include "web/matrix.h"

enum {
	MATRIX_SIDE = 40, /* rows and columns at most, without the others */
};

/* What is being shown. */
struct matrix_shown {
	const struct call *call;
	const struct matrix *matrix;
	const struct matrix_grid *grid;
	struct matrix_window window;
	double seconds; /* that the bytes are of */
};

/** Append the address of another window of the same. */
void matrix_add_window(const struct matrix_shown *s, struct text *out,
		       const struct matrix_window *w);

/** Append the mean rate that bytes come to. */
void matrix_add_rate(const struct matrix_shown *s, struct text *out,
		     uint64_t bytes);

/** Append a member's name, small, or that it is one no more. */
void matrix_add_name(struct text *out, const struct matrix_line *line);

/** Append the table. */
void matrix_add_table(const struct matrix_shown *s, struct text *out);

#endif
