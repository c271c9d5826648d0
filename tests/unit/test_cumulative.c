/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/cumulative.h"

#include <stdlib.h>
#include <string.h>

#include "store/cumulative_file.h"
#include "support/made_records.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/crc32c.h"
#include "util/err.h"
#include "util/little_endian.h"

enum { SEEDS = 40, ENTRIES = 60, CHECKSUM_AT = 8, VERSION_AT = 12 };

static struct cumulative c;

static void setup(void)
{
	cumulative_init(&c, CUMULATIVE_MAX);
}

static void teardown(void)
{
	cumulative_fini(&c);
}

/* Take a step of entries; of pairs, if kind says so. */
static int take(struct cumulative *to, const struct record_head *head,
		const struct record_entry *entries, size_t count)
{
	struct record_reader reader;
	struct text record;
	int rc;

	text_init(&record);
	record_begin(&record, head);
	for (size_t i = 0; i < count; i++)
		record_add(&record, &entries[i]);
	rc = record_open(&reader, cursor_of(record.data, record.len));
	if (rc == 0)
		rc = cumulative_take(to, &reader, 7);
	text_fini(&record);
	return rc;
}

static int take_made(struct cumulative *to, uint64_t seed)
{
	const struct record_head head = { .kind = RECORD_STEP,
					  .start_s = MADE_START_S };
	struct record_entry entries[ENTRIES];

	for (size_t i = 0; i < ENTRIES; i++)
		entries[i] = made_entry(&seed, RECORD_STEP);
	return take(to, &head, entries, ENTRIES);
}

static struct record_head step(int64_t number)
{
	return (struct record_head){ .kind = RECORD_STEP,
				     .start_s = MADE_START_S + number * 60 };
}

static struct record_entry member(uint32_t asn, uint64_t bytes)
{
	struct record_entry entry = {
		.series = { .kind = SERIES_MEMBER, .asn = asn },
		.known = true,
	};

	entry.traffic.tallies[0][FAMILY_IPV4].bytes = bytes;
	entry.traffic.tallies[1][FAMILY_IPV6].packets = 2 * bytes;
	entry.traffic.tallies[1][FAMILY_OTHER].samples = 3;
	return entry;
}

static struct record_entry port(uint32_t ifindex, uint64_t octets)
{
	struct record_entry entry = {
		.series = { .kind = SERIES_PORT,
			    .switch_name = "sw1",
			    .ifindex = ifindex },
		.known = true,
		.port = { .start_s = MADE_START_S,
			  .unknown = 1U << PORT_OUT_OCTETS },
	};

	entry.port.grown[PORT_IN_OCTETS] = octets;
	entry.port.grown[PORT_OUT_OCTETS] = 99;
	entry.port.estimate[0] = 5;
	return entry;
}

START_TEST(steps_add_up)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = 64500 };
	const struct cumulative_item *item;

	for (int64_t i = 0; i < 3; i++) {
		const struct record_head head = step(i);
		const struct record_entry entry = member(64500, 100);

		ck_assert_int_eq(take(&c, &head, &entry, 1), 0);
	}
	item = cumulative_find(&c, &series);
	ck_assert_ptr_nonnull(item);
	ck_assert_uint_eq(item->values[TRAFFIC_FROM_V4_BYTES], 300);
	ck_assert_uint_eq(item->values[TRAFFIC_TO_V6_PKTS], 600);
	ck_assert_uint_eq(item->values[TRAFFIC_TO_SAMPLES], 9);
	ck_assert_uint_eq(item->values[TRAFFIC_FROM_SAMPLES], 0);
	ck_assert_int_eq(item->since_s, MADE_START_S);
	ck_assert_int_eq(item->seen_s, MADE_START_S + 180);
	ck_assert_int_eq(c.end_s, MADE_START_S + 180);
	ck_assert_uint_eq(c.seq, 7);
}
END_TEST

/* A record may have several steps of a port, also the first that it is in. */
START_TEST(a_port_may_come_twice_in_a_record)
{
	const struct record_entry entries[] = { port(2, 10), port(1, 1),
						port(2, 20) };
	const struct record_head head = step(0);

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(take(&c, &head, entries, 3), 0);
	ck_assert_uint_eq(c.count, 2);
	ck_assert_uint_eq(c.items[0].values[PORT_IN_OCTETS], 2);
	ck_assert_uint_eq(c.items[1].values[PORT_IN_OCTETS], 60);
	/* What is not known is nothing. */
	ck_assert_uint_eq(c.items[1].values[PORT_OUT_OCTETS], 0);
	ck_assert_uint_eq(c.items[1].values[PORT_IN_ESTIMATE], 0);
}
END_TEST

START_TEST(parts_do_not_count)
{
	const struct record_entry entry = member(64500, 100);
	struct record_head head = step(0);

	head.kind = RECORD_PART;
	ck_assert_int_eq(take(&c, &head, &entry, 1), 0);
	ck_assert_uint_eq(c.count, 0);
	ck_assert_int_eq(c.since_s, 0);
}
END_TEST

START_TEST(of_pairs_both_ways_are_counted)
{
	struct record_head head = step(0);
	struct record_entry entries[2] = { member(64500, 1) };
	struct record_traffic *t = &entries[1].traffic;

	head.kind = RECORD_PAIR_STEP;
	entries[1].series = (struct series){ .kind = SERIES_PAIR,
					     .asn = 64500,
					     .other_asn = 64501 };
	t->tallies[0][FAMILY_IPV4].bytes = 10;
	t->tallies[0][FAMILY_IPV6].bytes = 11;
	t->tallies[1][FAMILY_IPV6].bytes = 12;
	ck_assert_int_eq(take(&c, &head, entries, 2), 0);
	ck_assert_uint_eq(c.count, 1);
	ck_assert_uint_eq(c.items[0].values[PAIR_AB_V4_BYTES], 10);
	ck_assert_uint_eq(c.items[0].values[PAIR_AB_V6_BYTES], 11);
	ck_assert_uint_eq(c.items[0].values[PAIR_BA_V4_BYTES], 0);
	ck_assert_uint_eq(c.items[0].values[PAIR_BA_V6_BYTES], 12);
	ck_assert_int_eq(c.end_s, MADE_START_S + 300);
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	const struct record_entry entries[] = { member(64500, 1),
						member(64501, 1),
						member(64502, 1) };
	const struct record_head head = step(0);

	c.max = 2;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(take(&c, &head, entries, 3), 0);
	ck_assert_uint_eq(c.count, 2);
	ck_assert_uint_eq(c.left_out, 2);
	ck_assert_uint_eq(c.items[1].values[TRAFFIC_FROM_V4_BYTES], 2);
}
END_TEST

START_TEST(a_sum_never_becomes_less)
{
	const struct record_entry entry = member(64500, UINT64_MAX - 1);
	const struct record_head head = step(0);

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take(&c, &head, &entry, 1), 0);
	ck_assert_uint_eq(c.items[0].values[TRAFFIC_FROM_V4_BYTES], UINT64_MAX);
}
END_TEST

START_TEST(who_is_gone_is_forgotten)
{
	const struct record_entry entries[] = { member(64500, 1),
						member(64501, 1) };
	struct record_head head = step(0);

	ck_assert_int_eq(take(&c, &head, entries, 2), 0);
	head = step(CUMULATIVE_GONE_S / 60);
	ck_assert_int_eq(take(&c, &head, entries, 1), 0);
	cumulative_forget_gone(&c);
	ck_assert_uint_eq(c.count, 2);
	head = step(CUMULATIVE_GONE_S / 60 + 1);
	ck_assert_int_eq(take(&c, &head, entries, 1), 0);
	cumulative_forget_gone(&c);
	ck_assert_uint_eq(c.count, 1);
	ck_assert_uint_eq(c.items[0].series.asn, 64500);
}
END_TEST

static void assert_same(const struct cumulative *a, const struct cumulative *b)
{
	ck_assert_uint_eq(a->count, b->count);
	ck_assert_int_eq(a->since_s, b->since_s);
	ck_assert_int_eq(a->end_s, b->end_s);
	ck_assert_uint_eq(a->seq, b->seq);
	ck_assert_uint_eq(a->left_out, b->left_out);
	for (size_t i = 0; i < a->count; i++) {
		const struct cumulative_item *x = &a->items[i];
		const struct cumulative_item *y = &b->items[i];

		ck_assert_int_eq(series_compare(&x->series, &y->series), 0);
		ck_assert_int_eq(x->since_s, y->since_s);
		ck_assert_int_eq(x->seen_s, y->seen_s);
		ck_assert_int_eq(
		    memcmp(x->values, y->values, sizeof(x->values)), 0);
	}
}

START_TEST(what_is_written_reads_back)
{
	struct cumulative again;
	struct text bytes;

	text_init(&bytes);
	for (uint64_t n = 0; n < 3; n++)
		ck_assert_int_eq(take_made(&c, (uint64_t)_i + n), 0);
	cumulative_write(&c, &bytes);
	cumulative_init(&again, CUMULATIVE_MAX);
	ck_assert_int_eq(cumulative_read(&again, bytes.data, bytes.len), 0);
	assert_same(&c, &again);
	cumulative_fini(&again);
	text_fini(&bytes);
}
END_TEST

START_TEST(no_beginning_of_a_file_reads)
{
	struct cumulative again;
	struct text bytes;

	text_init(&bytes);
	ck_assert_int_eq(take_made(&c, 1), 0);
	cumulative_write(&c, &bytes);
	cumulative_init(&again, CUMULATIVE_MAX);
	for (size_t len = 0; len < bytes.len; len++) {
		char *part = malloc(len + 1);

		memcpy(part, bytes.data, len);
		/* Also where its checksum is right. */
		if (len >= VERSION_AT && _i)
			put_le32(
			    (uint8_t *)part + CHECKSUM_AT,
			    crc32c(0, part + VERSION_AT, len - VERSION_AT));
		ck_assert_int_lt(cumulative_read(&again, part, len), 0);
		ck_assert_uint_eq(again.count, 0);
		free(part);
	}
	text_fini(&bytes);
}
END_TEST

START_TEST(no_flipped_bit_goes_unseen)
{
	struct cumulative again;
	struct text bytes;

	text_init(&bytes);
	ck_assert_int_eq(take_made(&c, 2), 0);
	cumulative_write(&c, &bytes);
	cumulative_init(&again, CUMULATIVE_MAX);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_int_lt(cumulative_read(&again, bytes.data, bytes.len),
				 0);
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	ck_assert_int_eq(cumulative_read(&again, bytes.data, bytes.len), 0);
	cumulative_fini(&again);
	text_fini(&bytes);
}
END_TEST

START_TEST(a_later_version_is_told_from_damage)
{
	struct cumulative again;
	struct text bytes;

	text_init(&bytes);
	cumulative_write(&c, &bytes);
	put_le32((uint8_t *)bytes.data + VERSION_AT, CUMULATIVE_VERSION + 1);
	put_le32((uint8_t *)bytes.data + CHECKSUM_AT,
		 crc32c(0, bytes.data + VERSION_AT, bytes.len - VERSION_AT));
	cumulative_init(&again, CUMULATIVE_MAX);
	ck_assert_int_eq(cumulative_read(&again, bytes.data, bytes.len),
			 ERR_UNSUPPORTED);
	text_fini(&bytes);
}
END_TEST

START_TEST(a_file_is_stored_and_loaded)
{
	struct cumulative again;
	char *dir = tempdir_new();

	ck_assert_int_eq(take_made(&c, 3), 0);
	ck_assert_int_eq(cumulative_store(&c, dir), 0);
	cumulative_init(&again, CUMULATIVE_MAX);
	ck_assert_int_eq(cumulative_load(&again, dir), 0);
	assert_same(&c, &again);
	cumulative_fini(&again);
	tempdir_remove(dir);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ steps_add_up, 0 },
		{ a_port_may_come_twice_in_a_record, 0 },
		{ parts_do_not_count, 0 },
		{ of_pairs_both_ways_are_counted, 0 },
		{ what_finds_no_room_is_counted, 0 },
		{ a_sum_never_becomes_less, 0 },
		{ who_is_gone_is_forgotten, 0 },
		{ what_is_written_reads_back, SEEDS },
		{ no_beginning_of_a_file_reads, 2 },
		{ no_flipped_bit_goes_unseen, 0 },
		{ a_later_version_is_told_from_damage, 0 },
		{ a_file_is_stored_and_loaded, 0 },
	};

	return unit_run_with("cumulative", setup, teardown, tests,
			     COUNT_OF(tests));
}
