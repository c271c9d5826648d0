/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The collector's counters, their checksum made good so that what lies under it
 * is reached: what is read can be written, and gives what was read. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/cumulative.h"
#include "util/crc32c.h"
#include "util/little_endian.h"

enum { CHECKSUM_AT = 8, VERSION_AT = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_item(const struct cumulative *c, size_t i)
{
	const struct cumulative_item *item = &c->items[i];
	const struct series *s = &item->series;

	assert(s->kind < SERIES_PAIR);
	assert(!series_names_a_switch(s->kind) ||
	       series_switch_name_is_valid(s->switch_name));
	assert(item->since_s >= 0 && item->seen_s >= 0);
	assert(i == 0 || series_compare(&item[-1].series, s) < 0);
	assert(cumulative_find(c, s) == item);
}

static void read_counters(const void *data, size_t len)
{
	struct cumulative c;
	struct cumulative again;
	struct text bytes;

	cumulative_init(&c, 1000);
	if (cumulative_read(&c, data, len) < 0) {
		assert(c.count == 0);
		return;
	}
	for (size_t i = 0; i < c.count; i++)
		check_item(&c, i);
	text_init(&bytes);
	cumulative_write(&c, &bytes);
	cumulative_init(&again, 1000);
	assert(text_ok(&bytes));
	assert(cumulative_read(&again, bytes.data, bytes.len) == 0);
	assert(again.count == c.count && again.seq == c.seq);
	cumulative_fini(&again);
	text_fini(&bytes);
	cumulative_fini(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *sealed;

	if (len < VERSION_AT) {
		read_counters(data, len);
		return 0;
	}
	sealed = malloc(len);
	assert(sealed);
	memcpy(sealed, data, len);
	put_le32(sealed + CHECKSUM_AT,
		 crc32c(0, sealed + VERSION_AT, len - VERSION_AT));
	read_counters(sealed, len);
	free(sealed);
	return 0;
}
