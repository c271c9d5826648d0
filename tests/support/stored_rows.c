/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/stored_rows.h"

#include <check.h>
#include <stdlib.h>

#include "store/rrd_write.h"

struct series stored_series(enum series_kind kind)
{
	return (struct series){
		.kind = kind,
		.asn = 64500,
		.other_asn = 64501,
		.vlan = 100,
		.ordinal = 1,
		.switch_name = "sw1",
		.ifindex = 436207616,
	};
}

size_t stored_write(const char *dir, const struct series *series,
		    int64_t start_s, const double *rates, size_t count)
{
	uint32_t step_s = series_layout(series->kind)->step_s;
	struct series_row *rows = calloc(count, sizeof(*rows));
	size_t skipped = 0;

	ck_assert_ptr_nonnull(rows);
	for (size_t i = 0; i < count; i++) {
		rows[i].start_s = start_s + (int64_t)i * step_s;
		for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
			rows[i].values[c] = rates[i] + (double)c;
	}
	ck_assert_int_eq(rrd_write_rows(dir, series, rows, count, &skipped), 0);
	free(rows);
	return skipped;
}

struct series_data stored_read(const char *dir, const struct series *series,
			       int64_t from_s, int64_t to_s, uint32_t row_s)
{
	struct series_data data = { 0 };
	struct series_range range = { CONSOLIDATION_AVERAGE, from_s, to_s,
				      row_s };

	ck_assert_int_eq(series_read(&data, dir, series, &range), 0);
	return data;
}

uint32_t stored_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}
