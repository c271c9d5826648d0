/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One record of the journal, as its bytes come from a disk. */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_rates(const struct record_head *head,
			const struct record_entry *entry)
{
	const int64_t seen_us[2] = { entry->seen_us, head->covered_us };
	double values[SERIES_COLUMNS_MAX];
	int64_t start_s = record_rates(head, entry, seen_us, values);
	size_t columns = series_layout(entry->series.kind)->column_count;

	assert(start_s >= 0);
	for (size_t i = 0; start_s > 0 && i < columns; i++)
		assert(isnan(values[i]) || values[i] >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct record_reader r;
	struct record_entry entry;
	size_t entries = 0;
	int rc = record_open(&r, cursor_of(data, len));

	if (rc < 0)
		return 0;
	while ((rc = record_next(&r, &entry)) == 1) {
		const char *name = entry.series.switch_name;

		assert(++entries <= len / 2);
		assert(!name || strnlen(name, 65) <= RECORD_NAME_MAX);
		assert(entry.seen_us >= 0);
		check_rates(&r.head, &entry);
	}
	if (rc == 0) {
		struct cursor blob = record_blob(&r);

		assert(cursor_left(&blob) <= len);
	}
	return 0;
}
