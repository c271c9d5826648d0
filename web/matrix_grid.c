/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A window of a matrix, its lines in groups where they are too many. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "web/matrix.h"

size_t matrix_axis_size(const struct matrix_axis *axis)
{
	return axis->groups + axis->has_others;
}

size_t matrix_axis_lines(const struct matrix_axis *axis, size_t group,
			 size_t *count)
{
	size_t before = group * axis->each;
	size_t left = axis->lines - before;

	*count = left < axis->each ? left : axis->each;
	return axis->first + before;
}

/* Cut a stretch of lines to what there is, at least one if there is any. */
static void cut(size_t *first, size_t *lines, size_t all)
{
	if (*lines == 0)
		*lines = 1;
	if (*lines > all)
		*lines = all;
	if (*first > all - *lines)
		*first = all - *lines;
}

static struct matrix_axis axis_of(size_t first, size_t lines, size_t all,
				  size_t groups_max)
{
	struct matrix_axis axis = { .first = first, .lines = lines, .each = 1 };

	assert(groups_max > 0);
	if (lines > groups_max)
		axis.each = (lines + groups_max - 1) / groups_max;
	axis.groups = (lines + axis.each - 1) / axis.each;
	axis.has_others = lines < all;
	return axis;
}

/* The group that a line is in; that of the others is the last. */
static size_t group_of(const struct matrix_axis *axis, size_t line)
{
	if (line < axis->first || line >= axis->first + axis->lines)
		return axis->groups;
	return (line - axis->first) / axis->each;
}

static void sum_up(struct matrix_grid *grid, const struct matrix *m)
{
	const struct matrix_axis *rows = &grid->axis[0];
	const struct matrix_axis *columns = &grid->axis[1];
	size_t width = matrix_axis_size(columns);

	for (size_t i = 0; i < m->cell_count; i++) {
		const struct matrix_cell *cell = &m->cells[i];
		size_t row = group_of(rows, cell->from);
		size_t column = group_of(columns, cell->to);
		uint64_t bytes = cell->bytes[0] + cell->bytes[1];

		grid->bytes[row * width + column] += bytes;
		grid->sums[0][row] += bytes;
		grid->sums[1][column] += bytes;
	}
	for (size_t row = 0; row < rows->groups; row++) {
		for (size_t column = 0; column < columns->groups; column++) {
			uint64_t bytes = grid->bytes[row * width + column];

			if (bytes > grid->highest)
				grid->highest = bytes;
		}
	}
}

int matrix_fold(struct matrix_grid *out, const struct matrix *m,
		struct matrix_window *window, size_t groups_max)
{
	struct matrix_grid grid = { .highest = 0 };
	size_t height;
	size_t width;

	cut(&window->row, &window->rows, m->line_count);
	cut(&window->column, &window->columns, m->line_count);
	grid.axis[0] =
	    axis_of(window->row, window->rows, m->line_count, groups_max);
	grid.axis[1] =
	    axis_of(window->column, window->columns, m->line_count, groups_max);
	height = matrix_axis_size(&grid.axis[0]);
	width = matrix_axis_size(&grid.axis[1]);
	grid.bytes = calloc(height * width + 1, sizeof(*grid.bytes));
	grid.sums[0] = calloc(height + 1, sizeof(*grid.sums[0]));
	grid.sums[1] = calloc(width + 1, sizeof(*grid.sums[1]));
	if (!grid.bytes || !grid.sums[0] || !grid.sums[1]) {
		matrix_grid_fini(&grid);
		return -ENOMEM;
	}
	sum_up(&grid, m);
	*out = grid;
	return 0;
}

void matrix_grid_fini(struct matrix_grid *grid)
{
	free(grid->bytes);
	free(grid->sums[0]);
	free(grid->sums[1]);
	*grid = (struct matrix_grid){ 0 };
}

size_t matrix_top(const struct matrix *m, struct matrix_top *out, size_t count)
{
	size_t found = 0;

	/* Few are wanted of many: nearly all fall behind the last at once. */
	for (size_t i = 0; i < m->cell_count; i++) {
		const struct matrix_cell *cell = &m->cells[i];
		uint64_t bytes = cell->bytes[0] + cell->bytes[1];
		size_t at = found;

		if (found == count && bytes <= out[found - 1].bytes)
			continue;
		if (found < count)
			found++;
		else
			at = found - 1;
		for (; at > 0 && out[at - 1].bytes < bytes; at--)
			out[at] = out[at - 1];
		out[at] = (struct matrix_top){ (uint32_t)i, bytes };
	}
	return found;
}
