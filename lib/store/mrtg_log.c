/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/mrtg_log.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"

enum { NUMBERS = 5, FIRST_NUMBERS = 3 };

/* time, mean in, mean out, maximum in, maximum out */
struct line {
	uint64_t numbers[NUMBERS];
};

/* Read the numbers of a line. @return whether it has so many and no more */
static bool read_line(const char *text, size_t len, size_t count,
		      struct line *out)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		size_t digits = 0;

		while (at + digits < len && text[at + digits] >= '0' &&
		       text[at + digits] <= '9')
			digits++;
		if (number_u64(text + at, digits, UINT64_C(1) << 62,
			       &out->numbers[i]) < 0)
			return false;
		at += digits;
		if (at < len && text[at] == ' ')
			at++;
	}
	return at == len || (at + 1 == len && text[at] == '\r');
}

/* The end of the last line with traffic in it: what is behind was never
 * measured, but says where that line's time began. */
static size_t measured(const char *text, size_t len)
{
	size_t end = 0;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t next = newline ? (size_t)(newline - text) + 1 : len;
		struct line line;

		if (read_line(text + at, next - at - (newline ? 1 : 0), NUMBERS,
			      &line) &&
		    line.numbers[1] + line.numbers[2] > 0)
			end = next;
		at = next;
	}
	return end;
}

/* Add a line's row; it began at start_s, the time of the line behind it. */
static int add_row(struct history *to, const struct line *line, int64_t start_s,
		   const size_t columns[2])
{
	int64_t row_s = (int64_t)line->numbers[0] - start_s;
	struct history_row row = { CONSOLIDATION_AVERAGE, 0, start_s };
	int rc = 0;

	if (start_s <= 0 || row_s <= 0 || row_s > INT32_MAX ||
	    start_s % row_s != 0 || !history_takes(to->layout, (uint32_t)row_s))
		return 0;
	row.row_s = (uint32_t)row_s;
	for (size_t i = 0; i < 4 && rc == 0; i++) {
		row.consolidation =
		    i < 2 ? CONSOLIDATION_AVERAGE : CONSOLIDATION_MAXIMUM;
		rc = history_add(to, &row, columns[i % 2],
				 (double)line->numbers[1 + i]);
	}
	return rc;
}

int mrtg_log_add(const char *text, size_t len, struct history *to,
		 const size_t columns[2], const char **fault)
{
	size_t end = measured(text, len);
	struct line later = { { UINT64_C(1) << 40 } }; /* the line before */
	size_t number = 0;
	size_t at = 0;
	int rc = 0;

	*fault = NULL;
	while (at < len && rc == 0) {
		const char *newline = memchr(text + at, '\n', len - at);
		struct line line;

		if (!newline ||
		    !read_line(text + at, (size_t)(newline - text) - at,
			       number == 0 ? FIRST_NUMBERS : NUMBERS, &line) ||
		    line.numbers[0] > later.numbers[0]) {
			*fault = "no log of MRTG's, or cut off";
			return ERR_MALFORMED;
		}
		/* the first line has counters, no rates */
		if (number++ > 1 && at <= end)
			rc = add_row(to, &later, (int64_t)line.numbers[0],
				     columns);
		later = line;
		at = (size_t)(newline - text) + 1;
	}
	return rc;
}
