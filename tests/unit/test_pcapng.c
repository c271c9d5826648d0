/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <string.h>

#include "net/pcapng.h"
#include "support/pcapng_builder.h"
#include "util/err.h"

enum { ETHERNET = 1, COOKED = 276, NANOSECONDS = 9, MAX_KEPT = 16 };

static struct pcapng_builder b;
static struct pcapng state;
static struct pcapng_packet packets[MAX_KEPT];
static size_t packet_count;

static void setup(void)
{
	pcapng_builder_init(&b, false);
	packet_count = 0;
}

static void teardown(void)
{
	pcapng_fini(&state);
}

/* Read len bytes of what was built, block after block. 0, or the error. */
static int read_bytes(const uint8_t *bytes, size_t len)
{
	struct cursor c = cursor_of(bytes, len);

	while (cursor_left(&c) > 0) {
		struct cursor peek = c;
		const uint8_t *head = cursor_take(&peek, PCAPNG_HEAD);
		struct pcapng_packet packet;
		struct cursor block;
		size_t length = 0;
		int rc =
		    head ? pcapng_length(&state, head, &length) : ERR_TRUNCATED;

		if (rc < 0)
			return rc;
		block = cursor_sub(&c, length);
		if (!cursor_ok(&block))
			return ERR_TRUNCATED;
		rc = pcapng_block(&state, block, &packet);
		if (rc < 0)
			return rc;
		if (rc == PCAPNG_PACKET && packet_count < MAX_KEPT)
			packets[packet_count++] = packet;
	}
	return 0;
}

static int read_all(void)
{
	return read_bytes(b.data, b.len);
}

START_TEST(both_byte_orders_say_the_same)
{
	pcapng_builder_init(&b, _i == 1);
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 96, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(&b, 0, 1700000000123456, 5);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(packet_count, 1);
	ck_assert_uint_eq(packets[0].interface, 0);
	ck_assert(packets[0].has_time);
	ck_assert_int_eq(packets[0].time_us, 1700000000123456);
	ck_assert_uint_eq(packets[0].captured_bytes, 5);
	ck_assert_uint_eq(packets[0].wire_bytes, 15);
	ck_assert_mem_eq(packets[0].bytes, "\1\2\3\4\5", 5);
	ck_assert_uint_eq(state.interface_count, 1);
	ck_assert_int_eq(state.interfaces[0].link, ETHERNET);
	ck_assert_uint_eq(state.interfaces[0].snapshot_length, 96);
}
END_TEST

/* if_tsresol, a time in it, and the microseconds it is */
static const struct {
	int units;
	uint64_t time;
	int64_t us;
} times[] = {
	{ PCAPNG_UNITS_DEFAULT, 1700000000000001, 1700000000000001 },
	{ 6, 1700000000000001, 1700000000000001 },
	{ NANOSECONDS, 1700000000123456789, 1700000000123456 },
	{ 0, 1700000000, 1700000000000000 },
	{ 3, 1700000000123, 1700000000123000 },
	{ 12, 1700000123456789012, 1700000123456 },
	{ 19, UINT64_C(12345678901234567890), 1234567 },
	{ 0x80 | 0, 1700000000, 1700000000000000 },
	{ 0x80 | 10, (UINT64_C(1700000000) << 10) | 512, 1700000000500000 },
	{ 0x80 | 40, UINT64_C(0x10ffffffffff), 16999999 },
	{ 0x80 | 63, UINT64_C(3) << 62, 1500000 },
	{ 0, UINT64_MAX, INT64_MAX },
};

START_TEST(a_clock_of_any_resolution_gives_microseconds)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, times[_i].units);
	pcapng_packet(&b, 0, times[_i].time, 1);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(packets[0].time_us, times[_i].us);
}
END_TEST

START_TEST(interfaces_may_differ_in_everything)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 96, PCAPNG_UNITS_DEFAULT);
	pcapng_interface(&b, COOKED, 65535, NANOSECONDS);
	pcapng_packet(&b, 1, 2000, 3);
	pcapng_packet(&b, 0, 2000, 3);
	pcapng_interface(&b, ETHERNET, 0, 3);
	pcapng_packet(&b, 2, 2000, 3);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(packet_count, 3);
	ck_assert_int_eq(packets[0].time_us, 2);
	ck_assert_int_eq(packets[1].time_us, 2000);
	ck_assert_int_eq(packets[2].time_us, 2000000);
	ck_assert_int_eq(state.interfaces[1].link, COOKED);
	ck_assert_str_eq(state.interfaces[1].name, "sw1?");
}
END_TEST

START_TEST(a_section_begins_anew_in_its_own_byte_order)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, NANOSECONDS);
	pcapng_interface(&b, ETHERNET, 0, NANOSECONDS);
	b.big_endian = true;
	pcapng_section(&b);
	pcapng_interface(&b, COOKED, 0, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(&b, 0, 77, 4);
	pcapng_packet(&b, 1, 77, 4);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(state.interface_count, 1);
	ck_assert_int_eq(state.interfaces[0].link, COOKED);
	ck_assert_int_eq(packets[0].time_us, 77);
	ck_assert_msg(!packets[1].has_time, "an interface of another section");
	ck_assert_uint_eq(packets[1].captured_bytes, 4);
}
END_TEST

START_TEST(a_clock_may_be_offset_by_seconds)
{
	static const int64_t offsets[] = { 3600, -3600, INT64_MAX, INT64_MIN };
	static const int64_t wanted[] = { 3601000000, -3599000000, INT64_MAX,
					  INT64_MIN };

	pcapng_section(&b);
	pcapng_begin(&b, 1);
	pcapng_put_16(&b, ETHERNET);
	pcapng_put_16(&b, 0);
	pcapng_put_32(&b, 0);
	pcapng_put_16(&b, 14);
	pcapng_put_16(&b, 8);
	pcapng_put_64(&b, (uint64_t)offsets[_i]);
	pcapng_end(&b);
	pcapng_packet(&b, 0, 1000000, 1);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(packets[0].time_us, wanted[_i]);
}
END_TEST

START_TEST(simple_and_old_packets_are_read_too)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 4, PCAPNG_UNITS_DEFAULT);
	pcapng_begin(&b, 3);
	pcapng_put_32(&b, 9);
	pcapng_put(&b, "abcd", 4);
	pcapng_end(&b);
	pcapng_begin(&b, 2);
	pcapng_put_16(&b, 0);
	pcapng_put_16(&b, 7);
	pcapng_put_32(&b, 1);
	pcapng_put_32(&b, 2);
	pcapng_put_32(&b, 3);
	pcapng_put_32(&b, 60);
	pcapng_put(&b, "efg", 3);
	pcapng_end(&b);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(packet_count, 2);
	ck_assert(!packets[0].has_time);
	ck_assert_uint_eq(packets[0].captured_bytes, 4);
	ck_assert_uint_eq(packets[0].wire_bytes, 9);
	ck_assert_mem_eq(packets[0].bytes, "abcd", 4);
	ck_assert_int_eq(packets[1].time_us, (INT64_C(1) << 32) + 2);
	ck_assert_uint_eq(packets[1].wire_bytes, 60);
	ck_assert_mem_eq(packets[1].bytes, "efg", 3);
}
END_TEST

START_TEST(other_blocks_are_passed_over)
{
	pcapng_section(&b);
	pcapng_begin(&b, 0x80000bad);
	pcapng_put(&b, "whatever", 8);
	pcapng_end(&b);
	pcapng_interface(&b, ETHERNET, 0, PCAPNG_UNITS_DEFAULT);
	pcapng_begin(&b, 5);
	pcapng_end(&b);
	pcapng_packet(&b, 0, 1, 1);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(packet_count, 1);
}
END_TEST

static void no_section(void)
{
	pcapng_interface(&b, ETHERNET, 0, PCAPNG_UNITS_DEFAULT);
}

static void other_magic(void)
{
	pcapng_section(&b);
	b.data[8] ^= 1;
}

static void other_version(void)
{
	pcapng_section(&b);
	b.data[12] = 2;
}

static void short_block(void)
{
	pcapng_section(&b);
	b.data[4] = 8;
}

static void uneven_block(void)
{
	pcapng_section(&b);
	b.data[4]++;
}

static void huge_block(void)
{
	pcapng_section(&b);
	b.data[7] = 0x7f;
}

static void lengths_differ(void)
{
	pcapng_section(&b);
	b.data[b.len - 4]++;
}

static void endless_packet(void)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(&b, 0, 1, 8);
	b.data[b.block + 20] = 20;
}

static void endless_option(void)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, NANOSECONDS);
	b.data[b.block + 18] = 200;
}

static void uncountable_units(void)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, 20);
}

static void simple_without_interface(void)
{
	pcapng_section(&b);
	pcapng_begin(&b, 3);
	pcapng_put_32(&b, 0);
	pcapng_end(&b);
}

static const struct {
	const char *name;
	void (*build)(void);
	int rc;
} broken[] = {
	{ "no section", no_section, ERR_MALFORMED },
	{ "another magic", other_magic, ERR_MALFORMED },
	{ "another version", other_version, ERR_UNSUPPORTED },
	{ "a short block", short_block, ERR_MALFORMED },
	{ "an uneven block", uneven_block, ERR_MALFORMED },
	{ "a huge block", huge_block, ERR_UNSUPPORTED },
	{ "lengths that differ", lengths_differ, ERR_MALFORMED },
	{ "an endless packet", endless_packet, ERR_TRUNCATED },
	{ "an endless option", endless_option, ERR_TRUNCATED },
	{ "uncountable units", uncountable_units, ERR_MALFORMED },
	{ "simple, no interface", simple_without_interface, ERR_MALFORMED },
};

START_TEST(what_lies_is_refused)
{
	int rc;

	broken[_i].build();
	rc = read_all();
	ck_assert_msg(rc == broken[_i].rc, "%s: %s", broken[_i].name,
		      err_str(rc));
}
END_TEST

START_TEST(interfaces_are_bounded)
{
	pcapng_section(&b);
	ck_assert_int_eq(read_all(), 0);
	b.len = 0;
	pcapng_interface(&b, ETHERNET, 0, PCAPNG_UNITS_DEFAULT);
	for (int i = 0; i < PCAPNG_INTERFACES_MAX; i++)
		ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(read_all(), ERR_FULL);
	ck_assert_uint_eq(state.interface_count, PCAPNG_INTERFACES_MAX);
}
END_TEST

static void everything(void)
{
	pcapng_section(&b);
	pcapng_interface(&b, ETHERNET, 0, NANOSECONDS);
	pcapng_interface(&b, COOKED, 0, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(&b, 0, 1, 9);
	pcapng_packet(&b, 1, 2, 8);
}

START_TEST(a_cut_anywhere_keeps_what_came_before)
{
	size_t before = 0;

	everything();
	for (size_t len = 0; len < b.len; len++) {
		int rc;

		packet_count = 0;
		pcapng_fini(&state);
		rc = read_bytes(b.data, len);
		ck_assert(rc == 0 || rc == ERR_TRUNCATED);
		ck_assert_uint_ge(packet_count, before);
		before = packet_count;
	}
	ck_assert_uint_eq(before, 1);
}
END_TEST

START_TEST(any_byte_broken_never_reads_beyond)
{
	static const uint8_t values[] = { 0, 1, 3, 0x7f, 0x80, 0xff };

	everything();
	for (size_t at = 0; at < b.len; at++) {
		uint8_t right = b.data[at];

		for (size_t i = 0; i < COUNT_OF(values); i++) {
			b.data[at] = values[i];
			packet_count = 0;
			pcapng_fini(&state);
			(void)read_all();
			for (size_t k = 0; k < packet_count; k++)
				ck_assert(packets[k].bytes >= b.data &&
					  packets[k].bytes +
						  packets[k].captured_bytes <=
					      b.data + b.len);
		}
		b.data[at] = right;
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ both_byte_orders_say_the_same, 2 },
		{ a_clock_of_any_resolution_gives_microseconds,
		  COUNT_OF(times) },
		{ interfaces_may_differ_in_everything, 0 },
		{ a_section_begins_anew_in_its_own_byte_order, 0 },
		{ a_clock_may_be_offset_by_seconds, 4 },
		{ simple_and_old_packets_are_read_too, 0 },
		{ other_blocks_are_passed_over, 0 },
		{ what_lies_is_refused, COUNT_OF(broken) },
		{ interfaces_are_bounded, 0 },
		{ a_cut_anywhere_keeps_what_came_before, 0 },
		{ any_byte_broken_never_reads_beyond, 0 },
	};

	return unit_run_with("pcapng", setup, teardown, tests, COUNT_OF(tests));
}
