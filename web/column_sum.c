/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/column_sum.h"

#include <math.h>

struct column_sum column_sum_of(const struct call *call,
				const struct series_data *data, size_t column)
{
	struct column_sum sum = { NAN, NAN, NAN, 0 };
	double seconds = 0;
	double total = 0;

	for (size_t row = 0; row < data->rows; row++) {
		int64_t at_s = data->from_s + (int64_t)row * data->row_s;
		double covered = page_covered_s(call, at_s, data->row_s);
		double rate = series_at(data, row, column);

		if (isnan(rate))
			continue;
		seconds += covered;
		total += rate * covered;
		if (rate > sum.highest || isnan(sum.highest)) {
			sum.highest = rate;
			sum.highest_at_s = at_s;
		}
	}
	if (seconds > 0) {
		sum.total = total;
		sum.average = total / seconds;
	}
	return sum;
}
