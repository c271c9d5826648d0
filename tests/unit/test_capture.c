/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/capture.h"
#include "support/pcapng_builder.h"
#include "support/tempdir.h"
#include "util/err.h"

enum { RAW_IP = 101, ETHERNET = 1, WLAN = 105, PATH_SIZE = 4096 };

static char *dir;
static char paths[3][PATH_SIZE];
static const char *names[3] = { paths[0], paths[1], paths[2] };
static struct captures *captures;
static struct capture_packet packet;
static struct text problem;
static int stop[2];

static bool next(struct capture_packet *out)
{
	const struct capture_packet *found = captures_next(captures);

	if (found)
		*out = *found;
	return found != NULL;
}

static void setup(void)
{
	dir = tempdir_new();
	for (int i = 0; i < 3; i++)
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/%d", dir, i);
	text_init(&problem);
	ck_assert_int_eq(pipe2(stop, O_CLOEXEC), 0);
}

static void teardown(void)
{
	captures_close(captures);
	captures = NULL;
	text_fini(&problem);
	(void)close(stop[0]);
	(void)close(stop[1]);
	tempdir_remove(dir);
}

static void put(FILE *file, const void *bytes, size_t len)
{
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
}

static void put_head(FILE *file, uint32_t link)
{
	const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, link };

	put(file, head, sizeof(head));
}

/* A packet of as many bytes as it claims to hold, or fewer. */
static void put_packet(FILE *file, uint32_t second, uint32_t micros,
		       uint32_t held, uint32_t wire)
{
	const uint32_t head[] = { second, micros, held, wire };
	static const uint8_t bytes[100] = { 7 };

	put(file, head, sizeof(head));
	put(file, bytes, held);
}

/* A capture whose packets come at these seconds; the list ends with 0. */
static void write_capture(int which, uint32_t link, const uint32_t *seconds)
{
	FILE *file = fopen(paths[which], "wb");

	ck_assert_ptr_nonnull(file);
	put_head(file, link);
	for (; *seconds; seconds++)
		put_packet(file, *seconds, (uint32_t)which, 10, 20);
	ck_assert_int_eq(fclose(file), 0);
}

static int open_all(size_t count)
{
	return captures_open(&captures, names, count, -1, &problem);
}

START_TEST(a_packet_says_when_it_came_and_how_long_it_is)
{
	static const uint32_t seconds[] = { 1700000000, 0 };

	write_capture(1, RAW_IP, seconds);
	names[0] = paths[1];
	ck_assert_int_eq(open_all(1), 0);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, INT64_C(1700000000000001));
	ck_assert_int_eq(packet.link, RAW_IP);
	ck_assert_uint_eq(packet.captured_bytes, 10);
	ck_assert_uint_eq(packet.wire_bytes, 20);
	ck_assert_uint_eq(packet.bytes[0], 7);
	ck_assert(!next(&packet));
	ck_assert(!next(&packet));
	ck_assert_str_eq(captures_problems(captures), "");
}
END_TEST

START_TEST(several_files_are_merged_by_time)
{
	static const uint32_t first[] = { 10, 20, 30, 60, 0 };
	static const uint32_t second[] = { 5, 20, 50, 0 };
	static const uint32_t none[] = { 0 };
	static const int64_t wanted[] = { 5000001,  10000000, 20000000,
					  20000001, 30000000, 50000001,
					  60000000 };

	write_capture(0, ETHERNET, first);
	write_capture(1, RAW_IP, second);
	write_capture(2, RAW_IP, none);
	ck_assert_int_eq(open_all(3), 0);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		ck_assert(next(&packet));
		ck_assert_int_eq(packet.time_us, wanted[i]);
		ck_assert_int_eq(packet.link,
				 wanted[i] % 10 ? RAW_IP : ETHERNET);
	}
	ck_assert(!next(&packet));
}
END_TEST

START_TEST(nanoseconds_come_as_microseconds)
{
	const uint32_t head[] = { 0xa1b23c4d, 0x00040002, 0, 0, 65535, RAW_IP };
	FILE *file = fopen(paths[0], "wb");

	put(file, head, sizeof(head));
	put_packet(file, 10, 123456789, 10, 10);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(open_all(1), 0);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 10123456);
}
END_TEST

START_TEST(more_may_be_held_than_was_on_the_wire)
{
	FILE *file = fopen(paths[0], "wb");

	put_head(file, RAW_IP);
	put_packet(file, 10, 0, 10, 4);
	put_packet(file, 11, 0, 10, 10);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(open_all(1), 0);
	ck_assert(next(&packet));
	ck_assert_uint_eq(packet.captured_bytes, 10);
	ck_assert_uint_eq(packet.wire_bytes, 4);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 11000000);
}
END_TEST

START_TEST(a_file_that_breaks_off_gives_what_came_before)
{
	static const uint32_t other[] = { 50, 0 };
	FILE *file = fopen(paths[0], "wb");

	put_head(file, RAW_IP);
	put_packet(file, 10, 0, 10, 10);
	put_packet(file, 20, 0, 3, 10);
	ck_assert_int_eq(fseek(file, -3 - 8, SEEK_END), 0);
	put(file, "\x0a\0\0\0", 4); /* claims 10 bytes, 3 are there */
	ck_assert_int_eq(fclose(file), 0);
	write_capture(1, RAW_IP, other);
	ck_assert_int_eq(open_all(2), 0);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 10000000);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 50000001);
	ck_assert(!next(&packet));
	ck_assert_ptr_nonnull(
	    strstr(captures_problems(captures), "breaks off"));
	ck_assert_ptr_nonnull(strstr(captures_problems(captures), paths[0]));
}
END_TEST

START_TEST(a_file_cut_anywhere_gives_its_whole_packets)
{
	static const uint32_t seconds[] = { 10, 20, 30, 40, 0 };
	const size_t head = 24;
	const size_t each = 16 + 10;

	write_capture(0, RAW_IP, seconds);
	names[0] = paths[0];
	for (size_t size = head + 4 * each; size-- > 0;) {
		size_t packets = 0;

		ck_assert_int_eq(truncate(paths[0], (off_t)size), 0);
		text_clear(&problem);
		if (size < head) {
			ck_assert_int_eq(open_all(1), ERR_MALFORMED);
			ck_assert_ptr_nonnull(
			    strstr(text_str(&problem), paths[0]));
			continue;
		}
		ck_assert_int_eq(open_all(1), 0);
		while (next(&packet))
			packets++;
		ck_assert_uint_eq(packets, (size - head) / each);
		ck_assert_int_eq(*captures_problems(captures) != '\0',
				 (size - head) % each != 0);
		captures_close(captures);
		captures = NULL;
	}
}
END_TEST

START_TEST(a_file_with_any_byte_broken_is_refused_or_read)
{
	static const uint32_t seconds[] = { 10, 20, 0 };
	static const uint8_t bytes[] = { 0, 1, 0x7f, 0x80, 0xff };
	const long size = 24 + 2 * 26;

	names[0] = paths[0];
	for (long at = 0; at < size * (long)COUNT_OF(bytes); at++) {
		size_t packets = 0;
		FILE *file;
		int rc;

		write_capture(0, RAW_IP, seconds);
		file = fopen(paths[0], "r+b");
		ck_assert_int_eq(fseek(file, at % size, SEEK_SET), 0);
		put(file, &bytes[at / size], 1);
		ck_assert_int_eq(fclose(file), 0);
		rc = open_all(1);
		ck_assert(rc == 0 || rc == ERR_MALFORMED ||
			  rc == ERR_UNSUPPORTED);
		while (rc == 0 && next(&packet)) {
			ck_assert_uint_le(packet.captured_bytes, (size_t)size);
			packets++;
		}
		ck_assert_uint_le(packets, 3);
		captures_close(captures);
		captures = NULL;
	}
}
END_TEST

/* Two interfaces, of Ethernet and of raw IP, and a packet of each. */
static void build_pcapng(struct pcapng_builder *b)
{
	pcapng_builder_init(b, false);
	pcapng_section(b);
	pcapng_interface(b, ETHERNET, 96, 9);
	pcapng_interface(b, RAW_IP, 0, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(b, 1, 10000000, 10);
	pcapng_packet(b, 0, 20000000000, 10);
}

static void write_bytes(int which, const void *bytes, size_t len)
{
	FILE *file = fopen(paths[which], "wb");

	ck_assert_ptr_nonnull(file);
	put(file, bytes, len);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(interfaces_of_a_pcapng_file_keep_their_link_types)
{
	static const uint32_t seconds[] = { 15, 0 };
	static struct pcapng_builder b;

	build_pcapng(&b);
	write_bytes(0, b.data, b.len);
	write_capture(1, RAW_IP, seconds);
	ck_assert_int_eq(open_all(2), 0);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 10000000);
	ck_assert_int_eq(packet.link, RAW_IP);
	ck_assert_uint_eq(packet.wire_bytes, 20);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 15000001);
	ck_assert(next(&packet));
	ck_assert_int_eq(packet.time_us, 20000000);
	ck_assert_int_eq(packet.link, ETHERNET);
	ck_assert(!next(&packet));
	ck_assert_str_eq(captures_problems(captures), "");
}
END_TEST

START_TEST(a_pcapng_file_cut_anywhere_is_refused_or_says_so)
{
	static struct pcapng_builder b;
	size_t last;

	build_pcapng(&b);
	last = b.block;
	write_bytes(0, b.data, b.len);
	names[0] = paths[0];
	for (size_t size = b.len - 1; size > 0; size--) {
		size_t packets = 0;
		int rc;

		ck_assert_int_eq(truncate(paths[0], (off_t)size), 0);
		text_clear(&problem);
		rc = open_all(1);
		ck_assert_int_eq(rc == ERR_MALFORMED,
				 strstr(text_str(&problem), paths[0]) != NULL);
		while (rc == 0 && next(&packet))
			packets++;
		ck_assert_msg(packets == (size >= last), "%zu of %zu bytes",
			      packets, size);
		if (size > last)
			ck_assert_uint_eq(captures_broken(captures), 1);
		captures_close(captures);
		captures = NULL;
	}
}
END_TEST

START_TEST(what_is_no_capture_is_refused_with_its_name)
{
	FILE *file = fopen(paths[0], "wb");

	put(file, "just a text", 11);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(open_all(1), ERR_MALFORMED);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), paths[0]));
	ck_assert_ptr_null(captures);
}
END_TEST

START_TEST(a_link_type_without_ip_is_refused)
{
	static const uint32_t seconds[] = { 10, 0 };

	write_capture(0, WLAN, seconds);
	ck_assert_int_eq(open_all(1), ERR_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), "IEEE802_11"));
}
END_TEST

START_TEST(a_missing_file_is_said)
{
	static const uint32_t seconds[] = { 10, 0 };

	write_capture(0, RAW_IP, seconds);
	ck_assert_int_eq(open_all(2), -ENOENT);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), paths[1]));
}
END_TEST

/* Put a pipe in the place of standard input; returns its other end. */
static int feed_standard_input(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	names[0] = "-";
	return ends[1];
}

START_TEST(standard_input_is_read_until_it_ends)
{
	int feed = feed_standard_input();
	FILE *file = fdopen(feed, "wb");

	put_head(file, RAW_IP);
	put_packet(file, 10, 0, 10, 10);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(captures_open(&captures, names, 1, stop[0], &problem),
			 0);
	ck_assert(next(&packet));
	ck_assert(!next(&packet));
}
END_TEST

START_TEST(a_silent_standard_input_ends_when_told_to)
{
	int feed = feed_standard_input();
	FILE *file = fdopen(feed, "wb");

	put_head(file, RAW_IP);
	put_packet(file, 10, 0, 10, 10);
	put_packet(file, 20, 0, 10, 10);
	ck_assert_int_eq(fflush(file), 0);
	ck_assert_int_eq(captures_open(&captures, names, 1, stop[0], &problem),
			 0);
	ck_assert(next(&packet));
	ck_assert_int_eq(write(stop[1], "x", 1), 1);
	/* what was read already still comes */
	ck_assert(next(&packet));
	ck_assert(!next(&packet));
	(void)fclose(file);
}
END_TEST

START_TEST(how_far_files_were_read_is_known)
{
	static const uint32_t seconds[] = { 10, 30, 0 };
	const uint64_t each = 24 + 2 * (16 + 10); /* head, then packets */
	uint64_t size = 0;
	uint64_t last = 0;

	write_capture(0, RAW_IP, seconds);
	write_capture(1, ETHERNET, seconds);
	ck_assert_int_eq(open_all(2), 0);
	do {
		uint64_t at = captures_position(captures, &size);

		ck_assert_uint_ge(at, last);
		ck_assert_uint_eq(size, 2 * each);
		last = at;
	} while (next(&packet));
	ck_assert_uint_eq(captures_position(captures, &size), size);
}
END_TEST

START_TEST(how_long_a_pipe_is_is_not_known)
{
	static const uint32_t seconds[] = { 10, 0 };
	int feed = feed_standard_input();
	FILE *file = fdopen(feed, "wb");
	uint64_t size = 1;

	write_capture(1, RAW_IP, seconds);
	names[1] = paths[1];
	put_head(file, RAW_IP);
	put_packet(file, 10, 0, 10, 10);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(captures_open(&captures, names, 2, stop[0], &problem),
			 0);
	while (next(&packet))
		continue;
	ck_assert_uint_eq(captures_position(captures, &size), 2 * (24 + 26));
	ck_assert_uint_eq(size, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_packet_says_when_it_came_and_how_long_it_is, 0 },
		{ several_files_are_merged_by_time, 0 },
		{ nanoseconds_come_as_microseconds, 0 },
		{ more_may_be_held_than_was_on_the_wire, 0 },
		{ a_file_that_breaks_off_gives_what_came_before, 0 },
		{ a_file_cut_anywhere_gives_its_whole_packets, 0 },
		{ a_file_with_any_byte_broken_is_refused_or_read, 0 },
		{ interfaces_of_a_pcapng_file_keep_their_link_types, 0 },
		{ a_pcapng_file_cut_anywhere_is_refused_or_says_so, 0 },
		{ what_is_no_capture_is_refused_with_its_name, 0 },
		{ a_link_type_without_ip_is_refused, 0 },
		{ a_missing_file_is_said, 0 },
		{ standard_input_is_read_until_it_ends, 0 },
		{ a_silent_standard_input_ends_when_told_to, 0 },
		{ how_far_files_were_read_is_known, 0 },
		{ how_long_a_pipe_is_is_not_known, 0 },
	};

	return unit_run_with("capture", setup, teardown, tests,
			     COUNT_OF(tests));
}
