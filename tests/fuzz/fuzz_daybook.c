/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A day book, its checksum made good so that what lies under it is reached:
 * what is read can be written, and gives what was read. */

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/daybook.h"
#include "store/daybook_format.h"
#include "util/crc32c.h"
#include "util/little_endian.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_entry(const struct daybook_head *head,
			const struct daybook_entry *entry)
{
	size_t measures = daybook_measure_count(entry->series.kind);

	assert(entry->series.kind < SERIES_PAIR);
	assert(!series_names_a_switch(entry->series.kind) ||
	       series_switch_name_is_valid(entry->series.switch_name));
	for (size_t i = 0; i < measures; i++) {
		const struct daybook_measure *m = &entry->measures[i];

		assert(m->known <= daybook_slots(head));
		if (m->known == 0)
			continue;
		assert(isfinite(m->p95) && isfinite(m->peak));
		assert(m->peak_at_s >= head->from_s &&
		       m->peak_at_s < head->to_s);
		assert(isnan(m->minute_peak) ||
		       (m->minute_peak_at_s >= head->from_s &&
			m->minute_peak_at_s < head->to_s));
	}
}

static int copy(struct daybook_reader *r, struct daybook_writer *w)
{
	struct daybook_entry entry;
	struct daybook_pair pair;
	int rc;

	for (;;) {
		rc = r->head.kind == DAYBOOK_PAIRS ? daybook_next_pair(r, &pair)
						   : daybook_next(r, &entry);
		if (rc != 1)
			return rc;
		if (r->head.kind == DAYBOOK_PAIRS) {
			daybook_add_pair(w, &pair);
		} else {
			check_entry(&r->head, &entry);
			daybook_add(w, &entry);
		}
	}
}

static void read_book(const void *data, size_t len)
{
	struct daybook_reader r;
	struct daybook_reader again;
	struct daybook_writer w;

	if (daybook_open(&r, data, len) < 0)
		return;
	daybook_begin(&w, &r.head);
	if (copy(&r, &w) == 0) {
		assert(daybook_finish(&w) == 0);
		assert(daybook_open(&again, w.bytes.data, w.bytes.len) == 0);
		assert(again.head.count == r.head.count);
		assert(again.head.from_s == r.head.from_s);
	}
	daybook_writer_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *sealed;

	if (len < VERSION_AT) {
		read_book(data, len);
		return 0;
	}
	sealed = malloc(len);
	assert(sealed);
	memcpy(sealed, data, len);
	put_le32(sealed + CHECKSUM_AT,
		 crc32c(0, sealed + VERSION_AT, len - VERSION_AT));
	read_book(sealed, len);
	free(sealed);
	return 0;
}
