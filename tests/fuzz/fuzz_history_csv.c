/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A CSV of history: what is taken is a row of a series that has a name. */

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "store/history_csv.h"
#include "store/series_parse.h"

enum { LINE_MAX_SIZE = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The next line of the data, in line. @return its length */
static size_t next_line(const uint8_t **data, size_t *len,
			char line[LINE_MAX_SIZE])
{
	const uint8_t *newline = memchr(*data, '\n', *len);
	size_t taken = newline ? (size_t)(newline - *data) + 1 : *len;
	size_t kept = taken < LINE_MAX_SIZE ? taken : LINE_MAX_SIZE;

	memcpy(line, *data, kept);
	*data += taken;
	*len -= taken;
	return kept;
}

static void check(const struct history_csv_row *row)
{
	const struct series_layout *layout = series_layout(row->series.kind);
	char name[SERIES_FILE_SIZE];

	assert(series_print(name, &row->series) == 0);
	assert(history_takes(layout, row->row.row_s));
	assert(row->row.start_s > 0 && row->row.start_s % row->row.row_s == 0);
	for (size_t c = 0; c < layout->column_count; c++)
		assert(isnan(row->values[c]) ||
		       (row->values[c] >= 0 && isfinite(row->values[c])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct history_csv csv;
	struct history_csv_row row = { .series = { .kind = SERIES_MEMBER } };
	struct history_fault fault;
	char line[LINE_MAX_SIZE];

	if (len == 0)
		return 0;
	if (!history_csv_head(&csv, line, next_line(&data, &len, line),
			      &fault)) {
		assert(fault.what && fault.column > 0);
		return 0;
	}
	while (len > 0) {
		size_t size = next_line(&data, &len, line);

		if (history_csv_line(&csv, line, size, &row, &fault))
			check(&row);
		else
			assert(fault.what && fault.column > 0);
	}
	return 0;
}
