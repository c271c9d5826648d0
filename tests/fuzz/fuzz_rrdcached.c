/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What an rrdcached says: one answer after the other, and their lines. */
#include <assert.h>

#include "store/rrdcached_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_lines(struct cursor lines, size_t size)
{
	struct cursor line;
	size_t number = 0;
	bool unknown;
	int64_t at_s;

	while (rrdcached_line_next(&lines, &line)) {
		assert(cursor_ok(&line) && cursor_left(&line) <= size);
		if (rrdcached_pending_read(line, &at_s, &unknown) == 0)
			assert(at_s >= 0);
		if (rrdcached_refusal_read(&line, 10, &number) == 1)
			assert(number >= 1 && number <= 10);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor bytes = cursor_of(data, size);
	struct rrdcached_answer answer;
	int64_t at_s;

	while (rrdcached_answer_read(bytes, &answer) == 1) {
		assert(answer.size > 0 && answer.size <= cursor_left(&bytes));
		if (rrdcached_time_read(answer.message, &at_s) == 0)
			assert(at_s >= 0);
		read_lines(answer.lines, answer.size);
		cursor_skip(&bytes, answer.size);
	}
	return 0;
}
