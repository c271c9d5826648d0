/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "store/record.h"
#include "support/made_records.h"
#include "util/err.h"

static struct text record;

static void setup(void)
{
	text_init(&record);
}

static void teardown(void)
{
	text_fini(&record);
}

static const struct record_head plain = {
	.kind = RECORD_STEP,
	.start_s = MADE_START_S,
	.from_us = MADE_START_S * INT64_C(1000000),
	.to_us = (MADE_START_S + 60) * INT64_C(1000000),
	.covered_us = 60000000,
};

static struct record_reader opened(void)
{
	struct record_reader r;

	ck_assert(text_ok(&record));
	ck_assert_int_eq(record_open(&r, cursor_of(record.data, record.len)),
			 0);
	return r;
}

static void check_series(const struct series *got, const struct series *want)
{
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_uint_eq(got->asn, want->asn);
	ck_assert_uint_eq(got->other_asn, want->other_asn);
	ck_assert_uint_eq(got->vlan, want->vlan);
	ck_assert_uint_eq(got->ordinal, want->ordinal);
	ck_assert_uint_eq(got->ifindex, want->ifindex);
	if (want->switch_name)
		ck_assert_str_eq(got->switch_name, want->switch_name);
	else
		ck_assert_ptr_null(got->switch_name);
}

static void check_port(const struct record_port *p, const struct record_port *q)
{
	ck_assert_int_eq(p->start_s, q->start_s);
	ck_assert_mem_eq(p->grown, q->grown, sizeof(q->grown));
	ck_assert_uint_eq(p->unknown, q->unknown);
	ck_assert_int_eq(p->covered_us, q->covered_us);
	ck_assert_mem_eq(p->estimate, q->estimate, sizeof(q->estimate));
	ck_assert_int_eq(p->observed_us, q->observed_us);
	ck_assert(p->estimate_known == q->estimate_known && p->edge == q->edge);
}

static void check_entry(const struct record_entry *got,
			const struct record_entry *want)
{
	check_series(&got->series, &want->series);
	ck_assert(got->known == want->known);
	ck_assert_int_eq(got->seen_us, want->seen_us);
	if (want->series.kind == SERIES_PORT)
		check_port(&got->port, &want->port);
	else if (want->series.kind == SERIES_AGENT)
		ck_assert_mem_eq(&got->agent, &want->agent,
				 sizeof(want->agent));
	else
		ck_assert_mem_eq(&got->traffic, &want->traffic,
				 sizeof(want->traffic));
}

static void check_head(const struct record_head *got,
		       const struct record_head *want)
{
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_int_eq(got->start_s, want->start_s);
	ck_assert_int_eq(got->from_us, want->from_us);
	ck_assert_int_eq(got->to_us, want->to_us);
	ck_assert_int_eq(got->covered_us, want->covered_us);
	ck_assert(got->edge == want->edge);
	ck_assert(got->odd_clock == want->odd_clock);
}

START_TEST(whatever_is_written_is_read)
{
	for (uint64_t seed = 1; seed <= 400; seed++) {
		enum record_kind kind = (enum record_kind)(1 + seed % 5);
		uint64_t numbers = seed;
		struct record_head head = made_head(&numbers, kind);
		unsigned count = (unsigned)(seed % 50);
		uint64_t again = numbers;
		struct record_entry entry;
		struct record_reader r;

		made_record(&record, &head, numbers, count, 0);
		r = opened();
		check_head(&r.head, &head);
		for (unsigned i = 0; i < count; i++) {
			struct record_entry want = made_entry(&again, kind);

			ck_assert_int_eq(record_next(&r, &entry), 1);
			check_entry(&entry, &want);
		}
		ck_assert_int_eq(record_next(&r, &entry), 0);
		ck_assert_int_eq(record_next(&r, &entry), 0);
		ck_assert_uint_eq(cursor_left(&(struct cursor){
				      .left = record_blob(&r).left }),
				  0);
	}
}
END_TEST

START_TEST(a_blob_comes_back_behind_the_entries)
{
	struct record_entry entry = { .series.kind = SERIES_EXCHANGE };
	struct record_reader r;
	struct cursor blob;

	record_begin(&record, &plain);
	record_add(&record, &entry);
	record_add_blob(&record, "any bytes", 9);
	r = opened();
	ck_assert_int_eq(record_next(&r, &entry), 1);
	ck_assert_int_eq(record_next(&r, &entry), 0);
	blob = record_blob(&r);
	ck_assert_uint_eq(cursor_left(&blob), 9);
	ck_assert_mem_eq(cursor_take(&blob, 9), "any bytes", 9);
}
END_TEST

START_TEST(nothing_can_be_added_behind_a_blob)
{
	struct record_entry entry = { .series.kind = SERIES_EXCHANGE };

	record_begin(&record, &plain);
	record_add_blob(&record, "x", 1);
	record_add(&record, &entry);
	ck_assert(!text_ok(&record));
	record_begin(&record, &plain);
	record_add_blob(&record, NULL, 0);
	ck_assert(text_ok(&record));
	record_add_blob(&record, "x", 1);
	ck_assert(!text_ok(&record));
}
END_TEST

START_TEST(a_record_begun_again_forgets_the_one_before)
{
	struct record_entry entry = { .series.kind = SERIES_EXCHANGE };
	struct record_reader r;

	made_record(&record, &plain, 3, 20, 8);
	record.failed = true;
	record_begin(&record, &plain);
	r = opened();
	ck_assert_int_eq(record_next(&r, &entry), 0);
}
END_TEST

START_TEST(variances_are_exact_but_those_of_pairs)
{
	struct record_entry entry = { .series.kind = SERIES_MEMBER };
	struct record_entry got;
	struct tally *t = &entry.traffic.tallies[0][0];
	struct record_reader r;

	t->variance = 1.0 / 3;
	record_begin(&record, &plain);
	record_add(&record, &entry);
	entry.series.kind = SERIES_PAIR;
	record_add(&record, &entry);
	t->variance = DBL_MAX;
	record_add(&record, &entry);
	r = opened();
	ck_assert_int_eq(record_next(&r, &got), 1);
	ck_assert(got.traffic.tallies[0][0].variance == 1.0 / 3);
	ck_assert_int_eq(record_next(&r, &got), 1);
	ck_assert(got.traffic.tallies[0][0].variance != 1.0 / 3);
	ck_assert(fabs(got.traffic.tallies[0][0].variance * 3 - 1) < 1e-7);
	ck_assert_int_eq(record_next(&r, &got), 1);
	ck_assert(got.traffic.tallies[0][0].variance == (double)FLT_MAX);
}
END_TEST

/* What cannot be written: each must fail, and not assert or overflow. */
static const struct record_head bad_heads[] = {
	{ .kind = RECORD_STEP, .start_s = -1 },
	{ .kind = RECORD_STEP, .start_s = INT64_MAX },
	{ .kind = RECORD_STEP, .from_us = -1 },
	{ .kind = RECORD_STEP, .to_us = INT64_MAX },
	{ .kind = RECORD_STEP, .covered_us = INT64_MIN },
};

START_TEST(a_head_that_cannot_be_said_fails)
{
	record_begin(&record, &bad_heads[_i]);
	ck_assert(!text_ok(&record));
}
END_TEST

static const struct record_entry bad_entries[] = {
	{ .series = { .kind = SERIES_KIND_COUNT } },
	{ .series = { .kind = SERIES_SWITCH, .switch_name = NULL } },
	{ .series = { .kind = SERIES_AGENT, .switch_name = "" } },
	{ .series = { .kind = SERIES_SWITCH,
		      .switch_name = "a-name-of-65-bytes-is-one-too-many-for-a"
				     "-record-to-hold-1234567890" } },
	{ .series = { .kind = SERIES_MEMBER }, .seen_us = -1 },
	{ .series = { .kind = SERIES_PORT, .switch_name = "sw1" },
	  .port = { .start_s = -60 } },
	{ .series = { .kind = SERIES_PORT, .switch_name = "sw1" },
	  .port = { .covered_us = -1 } },
};

START_TEST(an_entry_that_cannot_be_said_fails)
{
	record_begin(&record, &plain);
	record_add(&record, &bad_entries[_i]);
	ck_assert(!text_ok(&record));
}
END_TEST

START_TEST(a_later_kind_is_told_from_nonsense)
{
	struct record_reader r;

	record_begin(&record, &plain);
	record.data[0] = RECORD_PORTS + 1;
	ck_assert_int_eq(record_open(&r, cursor_of(record.data, record.len)),
			 ERR_UNSUPPORTED);
	record.data[0] = 0;
	ck_assert_int_eq(record_open(&r, cursor_of(record.data, record.len)),
			 ERR_MALFORMED);
	record.data[0] = RECORD_STEP;
	record.data[1] = 0x40;
	ck_assert_int_eq(record_open(&r, cursor_of(record.data, record.len)),
			 ERR_MALFORMED);
}
END_TEST

/* Entries that bytes of a record yield before it ends or cannot go on. */
static unsigned count_entries(const void *bytes, size_t len, int *end)
{
	struct record_entry entry;
	struct record_reader r;
	unsigned count = 0;

	*end = record_open(&r, cursor_of(bytes, len));
	while (*end == 0 && (*end = record_next(&r, &entry)) == 1) {
		count++;
		*end = 0;
	}
	return count;
}

/* Row _i: a kind of record. */
START_TEST(no_prefix_of_a_record_is_a_record)
{
	struct record_head head = plain;
	unsigned before = 0;
	int end;

	head.kind = (enum record_kind)(_i + 1);
	made_record(&record, &head, 17, 30, 0);
	for (size_t len = 0; len < record.len; len++) {
		char *copy = malloc(len + 1);
		unsigned count;

		memcpy(copy, record.data, len);
		count = count_entries(copy, len, &end);
		ck_assert(end == ERR_TRUNCATED || end == ERR_MALFORMED);
		ck_assert_uint_ge(count, before);
		before = count;
		free(copy);
	}
	ck_assert_uint_eq(count_entries(record.data, record.len, &end), 30);
	ck_assert_int_eq(before, 29);
}
END_TEST

START_TEST(bytes_behind_the_last_entry_are_refused)
{
	int end;

	made_record(&record, &plain, 5, 3, 0);
	text_add_char(&record, '\0');
	ck_assert_uint_eq(count_entries(record.data, record.len, &end), 3);
	ck_assert_int_eq(end, ERR_MALFORMED);
}
END_TEST

static bool is_odd(const struct record_entry *entry)
{
	bool traffic = entry->series.kind <= SERIES_SWITCH ||
		       entry->series.kind == SERIES_PAIR;

	return entry->seen_us < 0 ||
	       (traffic && !isfinite(entry->traffic.tallies[0][0].variance));
}

/* Whatever a byte becomes: an end, and no number that is none. */
START_TEST(a_broken_byte_yields_no_odd_value)
{
	struct record_head head = plain;
	unsigned odd = 0;

	head.kind = (enum record_kind)(_i + 1);
	made_record(&record, &head, 23, 12, 4);
	for (size_t i = 0; i < record.len * 8; i++) {
		struct record_entry entry;
		struct record_reader r;

		record.data[i / 8] ^= (char)(1 << i % 8);
		if (record_open(&r, cursor_of(record.data, record.len)) == 0) {
			while (record_next(&r, &entry) == 1)
				odd += is_odd(&entry);
		}
		record.data[i / 8] ^= (char)(1 << i % 8);
	}
	ck_assert_uint_eq(odd, 0);
}
END_TEST

/* No variance is negative, infinite or none at all. */
static const double bad_variances[] = { -1, -0.0, INFINITY, NAN };

START_TEST(a_variance_that_cannot_be_is_refused)
{
	struct record_entry entry = { .series.kind = SERIES_MEMBER };
	double exact = bad_variances[_i];
	float rounded = (float)exact;
	int end;

	entry.traffic.tallies[1][2].samples = 1;
	record_begin(&record, &plain);
	record_add(&record, &entry);
	memcpy(record.data + record.len - sizeof(exact), &exact, sizeof(exact));
	ck_assert_uint_eq(count_entries(record.data, record.len, &end), 0);
	ck_assert_int_eq(end, ERR_MALFORMED);
	entry.series.kind = SERIES_PAIR;
	record_begin(&record, &plain);
	record_add(&record, &entry);
	memcpy(record.data + record.len - sizeof(rounded), &rounded,
	       sizeof(rounded));
	ck_assert_uint_eq(count_entries(record.data, record.len, &end), 0);
	ck_assert_int_eq(end, ERR_MALFORMED);
}
END_TEST

START_TEST(a_pair_both_ways_takes_at_most_45_bytes)
{
	struct record_head head = plain;

	head.kind = RECORD_PAIR_STEP;
	made_pairs(&record, &head, 1, 20000);
	ck_assert(text_ok(&record));
	ck_assert_uint_le(record.len, 45 * 20000);
}
END_TEST

START_TEST(traffic_adds_up_family_by_family)
{
	struct record_traffic a = { 0 };
	struct record_traffic b = { 0 };

	a.tallies[0][FAMILY_IPV6] = (struct tally){ 1, 2, 3, 4 };
	b.tallies[0][FAMILY_IPV6] = (struct tally){ 10, 20, 30, 40 };
	b.tallies[1][FAMILY_OTHER] = (struct tally){ 5, 6, 7, 8 };
	record_traffic_add(&a, &b);
	ck_assert_uint_eq(a.tallies[0][FAMILY_IPV6].bytes, 11);
	ck_assert_uint_eq(a.tallies[0][FAMILY_IPV6].packets, 22);
	ck_assert_uint_eq(a.tallies[0][FAMILY_IPV6].samples, 33);
	ck_assert(a.tallies[0][FAMILY_IPV6].variance == 44);
	ck_assert_uint_eq(a.tallies[1][FAMILY_OTHER].bytes, 5);
	ck_assert_uint_eq(a.tallies[1][FAMILY_IPV4].bytes, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ whatever_is_written_is_read, 0 },
		{ a_blob_comes_back_behind_the_entries, 0 },
		{ nothing_can_be_added_behind_a_blob, 0 },
		{ a_record_begun_again_forgets_the_one_before, 0 },
		{ variances_are_exact_but_those_of_pairs, 0 },
		{ a_head_that_cannot_be_said_fails, COUNT_OF(bad_heads) },
		{ an_entry_that_cannot_be_said_fails, COUNT_OF(bad_entries) },
		{ a_later_kind_is_told_from_nonsense, 0 },
		{ no_prefix_of_a_record_is_a_record, 5 },
		{ bytes_behind_the_last_entry_are_refused, 0 },
		{ a_broken_byte_yields_no_odd_value, 5 },
		{ a_variance_that_cannot_be_is_refused,
		  COUNT_OF(bad_variances) },
		{ a_pair_both_ways_takes_at_most_45_bytes, 0 },
		{ traffic_adds_up_family_by_family, 0 },
	};

	return unit_run_with("record", setup, teardown, tests, COUNT_OF(tests));
}
