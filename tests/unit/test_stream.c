/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "collector/stream.h"

static struct streams streams;

static void setup(void)
{
	streams = (struct streams){ 0 };
}

static void teardown(void)
{
}

/* A datagram as it is heard; its content is these numbers and the salt. */
struct heard {
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms; /* 0 ends a table */
	int64_t lost;
	enum stream_verdict verdict;
	uint32_t salt;
};

static struct stream_event take(const struct heard *h)
{
	const struct sflow_head head = { .sub_agent = h->sub_agent,
					 .sequence = h->sequence,
					 .uptime_ms = h->uptime_ms };
	/* long enough for whole blocks and a tail */
	uint32_t content[19] = { h->sub_agent, h->sequence, h->uptime_ms };

	content[9] = h->salt;
	return streams_take(&streams, &head, content, sizeof(content));
}

enum { HEARD_MAX = 8 };

static const struct {
	const char *name;
	struct heard heard[HEARD_MAX];
} tables[] = {
	{ "in order", { { 0, 5, 1000, 0, 0, 0 }, { 0, 6, 2000, 0, 0, 0 } } },
	{ "a gap is loss",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 9, 2000, 3, 0, 0 },
	    { 0, 10, 2000, 0, 0, 0 } } },
	{ "the first number says nothing", { { 0, 900, 1000, 0, 0, 0 } } },
	{ "one overtaken fills its gap",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 7, 1000, 1, 0, 0 },
	    { 0, 6, 1000, -1, STREAM_OVERTAKEN, 0 },
	    { 0, 8, 1000, 0, 0, 0 } } },
	{ "over 2^32",
	  { { 0, UINT32_MAX - 1, 1000, 0, 0, 0 },
	    { 0, UINT32_MAX, 1000, 0, 0, 0 },
	    { 0, 0, 1000, 0, 0, 0 },
	    { 0, 2, 1000, 1, 0, 0 } } },
	{ "a restarted agent has lost nothing",
	  { { 0, 500, 9000000, 0, 0, 0 },
	    { 0, 1, 3000, 0, 0, 0 },
	    { 0, 2, 4000, 0, 0, 0 } } },
	{ "a restart just ahead is one too",
	  { { 0, 5, 9000000, 0, 0, 0 },
	    { 0, 9, 3000, 0, 0, 0 },
	    { 0, 10, 4000, 0, 0, 0 } } },
	{ "a jump too large to be loss",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 1006, 1000, 0, 0, 0 },
	    { 0, 1008, 1000, 1, 0, 0 } } },
	{ "the largest gap that is loss without history",
	  { { 0, 5, 1000, 0, 0, 0 }, { 0, 1005, 1000, 999, 0, 0 } } },
	{ "the same one twice is used once",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 5, 1000, 0, STREAM_DUPLICATE, 0 },
	    { 0, 6, 1000, 0, 0, 0 },
	    { 0, 5, 1000, 0, STREAM_DUPLICATE, 0 } } },
	{ "one overtaken and doubled is used once",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 7, 1000, 1, 0, 0 },
	    { 0, 6, 1000, -1, STREAM_OVERTAKEN, 0 },
	    { 0, 6, 1000, 0, STREAM_DUPLICATE, 0 } } },
	{ "the same number with another content is another stream",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 5, 1000, 0, 0, 1 },
	    { 0, 5, 1000, 0, STREAM_DUPLICATE, 1 },
	    { 0, 5, 1000, 0, STREAM_DUPLICATE, 0 } } },
	{ "too far behind to be late is another stream",
	  { { 0, 9000, 1000000, 0, 0, 0 },
	    { 0, 4905, 1000000, 0, STREAM_LATE, 0 },
	    { 0, 4904, 1000000, 0, 0, 0 } } },
	{ "too old to be late is another stream",
	  { { 0, 9000, 1000000, 0, 0, 0 },
	    { 0, 8900, 400000, 0, STREAM_LATE, 0 },
	    { 0, 8899, 399999, 0, 0, 0 } } },
	{ "two sub-agents count by themselves",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 1, 800, 1000, 0, 0, 0 },
	    { 0, 6, 1000, 0, 0, 0 },
	    { 1, 803, 1000, 2, 0, 0 } } },
	{ "two sequences under one identity are no loss",
	  { { 0, 5, 1000, 0, 0, 0 },
	    { 0, 70000, 1000, 0, 0, 0 },
	    { 0, 6, 1000, 0, 0, 0 },
	    { 0, 70002, 1000, 1, 0, 0 },
	    { 0, 7, 1000, 0, 0, 0 } } },
};

START_TEST(each_datagram_is_told_what_it_is)
{
	for (size_t i = 0; i < HEARD_MAX; i++) {
		const struct heard *h = &tables[_i].heard[i];
		struct stream_event event;

		if (h->uptime_ms == 0)
			break;
		event = take(h);
		ck_assert_msg(
		    event.lost == h->lost && event.verdict == h->verdict,
		    "%s: at %u: lost %ld, verdict %d", tables[_i].name,
		    h->sequence, (long)event.lost, (int)event.verdict);
	}
}
END_TEST

/* 100 a second for 100 s, then an hour of silence. */
START_TEST(a_long_outage_of_a_busy_stream_is_all_loss)
{
	struct heard h = { .sequence = 1, .uptime_ms = 1000 };

	for (; h.sequence <= 10000; h.sequence++, h.uptime_ms += 10)
		(void)take(&h);
	h.sequence += 360000;
	h.uptime_ms += 3600000;
	ck_assert_int_eq(take(&h).lost, 360000);
}
END_TEST

START_TEST(one_older_than_the_window_is_late_and_used)
{
	struct heard h = { .sequence = 1, .uptime_ms = 1000 };

	(void)take(&h);
	h.sequence = 3;
	ck_assert_int_eq(take(&h).lost, 1);
	for (h.sequence = 4; h.sequence < 200; h.sequence++)
		(void)take(&h);
	h.sequence = 2;
	ck_assert_int_eq(take(&h).verdict, STREAM_LATE);
}
END_TEST

/* Blocks of 64 shuffled, each datagram doubled: nothing lost, nothing twice. */
START_TEST(shuffled_within_the_window_and_doubled_balances_exactly)
{
	uint32_t random = 12345;
	int64_t lost = 0;
	uint32_t used = 0;

	for (uint32_t block = 0; block < 100; block++) {
		uint32_t order[32];

		for (uint32_t i = 0; i < 32; i++)
			order[i] = block * 32 + i + 1;
		for (uint32_t i = 31; i > 0; i--) {
			uint32_t k =
			    (random = random * 1664525 + 1013904223) % (i + 1);
			uint32_t swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		for (uint32_t i = 0; i < 64; i++) {
			struct heard h = { .sequence = order[i / 2],
					   .uptime_ms = 1000 };
			struct stream_event event = take(&h);

			lost += event.lost;
			used += event.verdict != STREAM_DUPLICATE;
		}
	}

	ck_assert_int_eq(lost, 0);
	ck_assert_uint_eq(used, 3200);
}
END_TEST

START_TEST(random_numbers_neither_lose_nor_grow)
{
	uint32_t random = 1;
	int64_t lost = 0;

	for (int i = 0; i < 100000; i++) {
		struct heard h = { .uptime_ms = 1000 };

		random = random * 1664525 + 1013904223;
		h.sequence = random;
		lost += take(&h).lost;
	}
	/* Now and then two are near each other by chance. */
	ck_assert_int_lt(lost, 1000);
}
END_TEST

/* As before, and more than four times what it sent in such a time. */
START_TEST(more_than_a_stream_can_have_sent_is_no_loss)
{
	struct heard h = { .sequence = 1, .uptime_ms = 1000 };

	for (; h.sequence <= 10000; h.sequence++, h.uptime_ms += 10)
		(void)take(&h);
	h.sequence += 2000000;
	h.uptime_ms += 3600000;
	ck_assert_int_eq(take(&h).lost, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_datagram_is_told_what_it_is, COUNT_OF(tables) },
		{ a_long_outage_of_a_busy_stream_is_all_loss, 0 },
		{ one_older_than_the_window_is_late_and_used, 0 },
		{ shuffled_within_the_window_and_doubled_balances_exactly, 0 },
		{ random_numbers_neither_lose_nor_grow, 0 },
		{ more_than_a_stream_can_have_sent_is_no_loss, 0 },
	};

	return unit_run_with("stream", setup, teardown, tests, COUNT_OF(tests));
}
