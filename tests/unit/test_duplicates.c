/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "collector/duplicates.h"
#include "support/mirror_builder.h"

enum { NOW_US = 1000000, WINDOW_US = 10000, MANY = 100 };

static struct duplicates *d;
static struct made_packet p;
static int64_t time_us;

static void setup(void)
{
	ck_assert_int_eq(duplicates_new(&d), 0);
	time_us = NOW_US;
}

static void teardown(void)
{
	duplicates_free(d);
}

/* What is there comes, held up to so many bytes. */
static bool comes_cut(size_t captured)
{
	struct cursor c =
	    cursor_of(p.bytes, captured < p.len ? captured : p.len);
	struct frame frame = frame_parse(c);

	return duplicates_take(d, &frame, duplicates_key(d, &frame, c, p.len),
			       time_us);
}

static bool comes(const struct made_frame *frame)
{
	packet_is_frame(&p, frame);
	return comes_cut(p.len);
}

/* A frame as it comes in, and as it goes out with a tag. */
static const struct made_frame in = { .src = 1, .dst = 2, .number = 7 };
static const struct made_frame out = {
	.src = 1, .dst = 2, .tag = 100, .ip = 86, .len = 104, .number = 7
};

START_TEST(the_second_copy_is_a_duplicate)
{
	ck_assert(!comes(&in));
	ck_assert(comes(&out));
	/* they are a pair, and the next one begins another */
	ck_assert(!comes(&out));
	ck_assert(comes(&in));
}
END_TEST

static const struct {
	const char *name;
	struct made_frame other;
} others[] = {
	{ "another sender", { .src = 3, .dst = 2, .number = 7 } },
	{ "another receiver", { .src = 1, .dst = 3, .number = 7 } },
	{ "the way back", { .src = 2, .dst = 1, .number = 7 } },
	{ "other content", { .src = 1, .dst = 2, .number = 8 } },
	{ "another length", { .src = 1, .dst = 2, .number = 7, .len = 101 } },
	{ "another type", { .src = 1, .dst = 2, .number = 7, .type = 0x86dd } },
};

START_TEST(what_differs_is_no_copy)
{
	ck_assert(!comes(&in));
	ck_assert_msg(!comes(&others[_i].other), "%s", others[_i].name);
	ck_assert(comes(&in));
}
END_TEST

/* Frames of this length with their tag and without, the padding put before the
 * tag or behind it. */
START_TEST(frames_of_every_length_are_found)
{
	for (size_t len = 42; len < 200; len++) {
		struct made_frame plain = { .src = 1,
					    .dst = 2,
					    .ip = len - 14,
					    .len = len < 60 ? 60 : len };
		struct made_frame tagged = plain;

		tagged.tag = 100;
		tagged.len = plain.len + 4;
		ck_assert_msg(!comes(&plain) && comes(&tagged), "%zu", len);
		tagged.len = len + 4 < 60 ? 60 : len + 4;
		ck_assert_msg(!comes(&tagged) && comes(&plain), "%zu, shorter",
			      len);
	}
}
END_TEST

/* Both held up to so many bytes, however much their tags take of these. */
START_TEST(frames_cut_anywhere_are_found)
{
	for (size_t held = 24; held < 200; held++) {
		packet_is_frame(&p, &(struct made_frame){ .src = 1,
							  .dst = 2,
							  .ip = 500,
							  .len = 514,
							  .number = 7 });
		ck_assert(!comes_cut(held));
		packet_is_frame(&p, &(struct made_frame){ .src = 1,
							  .dst = 2,
							  .tag = 100,
							  .ip = 500,
							  .len = 518,
							  .number = 7 });
		ck_assert_msg(comes_cut(held), "%zu", held);
	}
}
END_TEST

START_TEST(tags_may_differ)
{
	struct made_frame other = out;

	ck_assert(!comes(&out));
	other.tag = 200;
	ck_assert(comes(&other));
}
END_TEST

/* n frames all alike, two copies of each, in some order. */
START_TEST(identical_frames_are_found_as_often_as_they_were_sent)
{
	static const char *const orders[] = { "ioioio", "iiiooo", "iooiio",
					      "oooiii", "iioooi" };
	int found = 0;

	for (const char *c = orders[_i]; *c; c++)
		found += comes(*c == 'i' ? &in : &out);
	ck_assert_int_eq(found, 3);
}
END_TEST

START_TEST(of_a_frame_to_a_group_all_but_the_first_are)
{
	struct made_frame flood = { .src = 1, .dst = 0xff, .number = 7 };

	ck_assert(!comes(&flood));
	for (int i = 0; i < 5; i++)
		ck_assert(comes(&flood));
	time_us += WINDOW_US + 1;
	ck_assert(!comes(&flood));
}
END_TEST

static const struct {
	int64_t later_us;
	bool found;
} times[] = {
	{ 0, true },
	{ WINDOW_US, true },
	{ WINDOW_US + 1, false },
	{ -WINDOW_US, true },
	{ -WINDOW_US - 1, false },
	{ -NOW_US, false },
	{ INT64_C(253402300800000000) - NOW_US, false },
};

START_TEST(a_copy_comes_within_ten_milliseconds)
{
	ck_assert(!comes(&in));
	time_us += times[_i].later_us;
	ck_assert_int_eq(comes(&out), times[_i].found);
}
END_TEST

START_TEST(when_time_goes_back_it_goes_on)
{
	ck_assert(!comes(&in));
	time_us -= 500000;
	ck_assert(!comes(&in));
	ck_assert(comes(&out));
	ck_assert(!comes(&in));
	ck_assert(comes(&out));
}
END_TEST

START_TEST(many_in_between_hide_nothing)
{
	struct made_frame frame = in;

	for (int i = 0; i < MANY; i++) {
		frame.number = (uint8_t)i;
		ck_assert(!comes(&frame));
	}
	for (int i = 0; i < MANY; i++) {
		frame.number = (uint8_t)i;
		ck_assert(comes(&frame));
	}
}
END_TEST

START_TEST(frames_that_differ_in_length_alone_are_no_copies)
{
	struct made_frame frame = {
		.src = 1, .dst = 2, .type = 0x88b5, .len = 300
	};

	ck_assert(!comes(&frame));
	frame.len++;
	ck_assert(!comes(&frame));
	ck_assert(comes(&frame));
}
END_TEST

enum { LINES = 1 << 14 };

/* One of the keys that share a line, a microsecond after the one before. */
static bool comes_as(uint64_t n)
{
	struct frame frame = { .dst = { .bits = 2 } };

	time_us++;
	return duplicates_take(d, &frame, 1 + n * LINES, time_us);
}

START_TEST(of_a_full_line_the_oldest_gives_way)
{
	for (uint64_t n = 0; n < 5; n++)
		ck_assert(!comes_as(n));
	for (uint64_t n = 1; n < 5; n++)
		ck_assert(comes_as(n));
	ck_assert(!comes_as(0));
}
END_TEST

/* Wherever in the line: one whose second copy came is free. */
START_TEST(none_gives_way_where_there_is_room)
{
	uint64_t pair = (uint64_t)_i;

	for (uint64_t n = 0; n < 4; n++)
		ck_assert(!comes_as(n));
	ck_assert(comes_as(pair));
	ck_assert(!comes_as(4));
	/* a free place is free however new it is */
	ck_assert(comes_as(4));
	ck_assert(!comes_as(5));
	for (uint64_t n = 0; n < 4; n++)
		ck_assert(n == pair || comes_as(n));
	ck_assert(comes_as(5));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_second_copy_is_a_duplicate, 0 },
		{ what_differs_is_no_copy, COUNT_OF(others) },
		{ frames_of_every_length_are_found, 0 },
		{ frames_cut_anywhere_are_found, 0 },
		{ tags_may_differ, 0 },
		{ identical_frames_are_found_as_often_as_they_were_sent, 5 },
		{ of_a_frame_to_a_group_all_but_the_first_are, 0 },
		{ a_copy_comes_within_ten_milliseconds, COUNT_OF(times) },
		{ when_time_goes_back_it_goes_on, 0 },
		{ many_in_between_hide_nothing, 0 },
		{ frames_that_differ_in_length_alone_are_no_copies, 0 },
		{ of_a_full_line_the_oldest_gives_way, 0 },
		{ none_gives_way_where_there_is_room, 4 },
	};

	return unit_run_with("duplicates", setup, teardown, tests,
			     COUNT_OF(tests));
}
