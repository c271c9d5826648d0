/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/content.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

enum { BYTES = 100, BLOCK = 32, WORDS = BYTES / 4 };

/* What the bytes are that are changed: nothing, what repeats with a block, and
 * no two words alike. */
static void fill(uint8_t *bytes, size_t len, int kind)
{
	for (size_t i = 0; i < len; i++) {
		size_t at = kind == 1 ? i % BLOCK : i;

		bytes[i] = kind == 0 ? 0 : (uint8_t)(at * 37 + 11);
	}
}

START_TEST(the_same_bytes_are_the_same_wherever_they_lie)
{
	uint8_t bytes[BYTES + 8];
	uint64_t content;

	fill(bytes, BYTES, _i);
	content = content_of(bytes, BYTES);
	for (size_t off = 1; off <= 8; off++) {
		memmove(bytes + off, bytes + off - 1, BYTES);
		ck_assert_uint_eq(content_of(bytes + off, BYTES), content);
	}
}
END_TEST

START_TEST(another_length_is_another_content)
{
	uint8_t bytes[BYTES];

	fill(bytes, sizeof(bytes), _i);
	for (size_t a = 0; a < BYTES; a++) {
		for (size_t b = a + 1; b <= BYTES; b++)
			ck_assert_uint_ne(content_of(bytes, a),
					  content_of(bytes, b));
	}
}
END_TEST

START_TEST(one_bit_makes_another_content_of_any_length)
{
	for (size_t len = 1; len <= BYTES; len++) {
		uint8_t bytes[BYTES];
		uint64_t content;

		fill(bytes, sizeof(bytes), _i);
		content = content_of(bytes, len);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			ck_assert_msg(content_of(bytes, len) != content,
				      "bit %zu of %zu bytes", bit, len);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}
END_TEST

/* Whichever two they are: fields that go on together, like the number of a
 * sample and its pool, must not hide each other. */
START_TEST(any_two_bits_make_another_content)
{
	uint8_t bytes[BYTES];
	uint64_t content;

	fill(bytes, sizeof(bytes), _i);
	content = content_of(bytes, sizeof(bytes));
	for (size_t a = 0; a < 8 * sizeof(bytes); a++) {
		bytes[a / 8] ^= (uint8_t)(1u << a % 8);
		for (size_t b = a + 1; b < 8 * sizeof(bytes); b++) {
			bytes[b / 8] ^= (uint8_t)(1u << b % 8);
			ck_assert_msg(content_of(bytes, sizeof(bytes)) !=
					  content,
				      "bits %zu and %zu", a, b);
			bytes[b / 8] ^= (uint8_t)(1u << b % 8);
		}
		bytes[a / 8] ^= (uint8_t)(1u << a % 8);
	}
}
END_TEST

/* As samples are: equal words in another order. */
START_TEST(another_order_of_words_is_another_content)
{
	uint32_t words[WORDS];
	uint64_t content;

	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = i * i + 1;
	content = content_of(words, sizeof(words));
	for (size_t a = 0; a < WORDS; a++) {
		for (size_t b = a + 1; b < WORDS; b++) {
			uint32_t other[WORDS];

			memcpy(other, words, sizeof(other));
			other[a] = words[b];
			other[b] = words[a];
			ck_assert_msg(content_of(other, sizeof(other)) !=
					  content,
				      "words %zu and %zu", a, b);
		}
	}
}
END_TEST

START_TEST(another_order_of_blocks_is_another_content)
{
	uint8_t bytes[4 * BLOCK];
	uint8_t other[4 * BLOCK];

	fill(bytes, sizeof(bytes), 2);
	for (size_t a = 0; a < sizeof(bytes); a += BLOCK) {
		for (size_t b = a + BLOCK; b < sizeof(bytes); b += BLOCK) {
			memcpy(other, bytes, sizeof(other));
			memcpy(other + a, bytes + b, BLOCK);
			memcpy(other + b, bytes + a, BLOCK);
			ck_assert_uint_ne(content_of(other, sizeof(other)),
					  content_of(bytes, sizeof(bytes)));
		}
	}
}
END_TEST

/* ---- datagrams whose samples are whole blocks ---- */

enum {
	SAMPLES = 4,
	RATE = 4096,
	HEADER = 128, /* 192 bytes a sample: all of them lie alike in blocks */
	TRIES = 20000,
};

/* What changes from sample to sample; the rest, and all frames, are equal. */
struct sample {
	uint32_t sequence;
	uint32_t pool;
	uint32_t frame_bytes;
};

static void put(uint8_t **to, uint32_t value)
{
	value = htonl(value);
	memcpy(*to, &value, sizeof(value));
	*to += sizeof(value);
}

static uint64_t content_of_samples(const struct sample samples[SAMPLES])
{
	uint8_t datagram[28 + SAMPLES * 192] = { 0 };
	uint8_t *at = datagram + 28;

	for (int i = 0; i < SAMPLES; i++) {
		const uint32_t before[] = { 1,
					    184,
					    samples[i].sequence,
					    5,
					    RATE,
					    samples[i].pool,
					    0,
					    5,
					    9,
					    1,
					    1,
					    16 + HEADER,
					    1,
					    samples[i].frame_bytes,
					    4,
					    HEADER };

		for (size_t n = 0; n < COUNT_OF(before); n++)
			put(&at, before[n]);
		at += HEADER;
	}
	ck_assert_ptr_eq(at, datagram + sizeof(datagram));
	return content_of(datagram, sizeof(datagram));
}

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t was = *a;

	*a = *b;
	*b = was;
}

static void pools_go_on(struct sample s[SAMPLES])
{
	for (int i = 0; i < SAMPLES; i++)
		s[i].pool += SAMPLES * RATE;
}

static void numbers_go_on(struct sample s[SAMPLES])
{
	for (int i = 0; i < SAMPLES; i++)
		s[i].sequence += SAMPLES;
}

static void one_bit_of_two_numbers(struct sample s[SAMPLES])
{
	s[0].sequence ^= 1;
	s[2].sequence ^= 1;
}

static void numbers_change_places(struct sample s[SAMPLES])
{
	swap(&s[1].sequence, &s[3].sequence);
}

static void lengths_change_places(struct sample s[SAMPLES])
{
	swap(&s[0].frame_bytes, &s[1].frame_bytes);
}

static void one_longer_another_shorter(struct sample s[SAMPLES])
{
	s[1].frame_bytes += 4;
	s[2].frame_bytes -= 4;
}

static void samples_change_places(struct sample s[SAMPLES])
{
	struct sample was = s[0];

	s[0] = s[3];
	s[3] = was;
}

static void (*const changes[])(struct sample s[SAMPLES]) = {
	pools_go_on,
	numbers_go_on,
	one_bit_of_two_numbers,
	numbers_change_places,
	lengths_change_places,
	one_longer_another_shorter,
	samples_change_places,
};

START_TEST(what_differs_between_equal_samples_is_not_hidden)
{
	uint32_t random = 1;

	for (uint32_t n = 0; n < TRIES; n++) {
		struct sample samples[SAMPLES];
		uint64_t content;

		random = random * 1664525 + 1013904223;
		for (uint32_t i = 0; i < SAMPLES; i++)
			samples[i] = (struct sample){
				.sequence = (random >> 8) + i,
				.pool = random * 7 + i * RATE,
				.frame_bytes = 68 + (random >> 20) + 16 * i,
			};
		content = content_of_samples(samples);
		changes[_i](samples);
		ck_assert_msg(content_of_samples(samples) != content,
			      "start %u", n);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_same_bytes_are_the_same_wherever_they_lie, 3 },
		{ another_length_is_another_content, 3 },
		{ one_bit_makes_another_content_of_any_length, 3 },
		{ any_two_bits_make_another_content, 3 },
		{ another_order_of_words_is_another_content, 0 },
		{ another_order_of_blocks_is_another_content, 0 },
		{ what_differs_between_equal_samples_is_not_hidden,
		  COUNT_OF(changes) },
	};

	return unit_run("content", tests, COUNT_OF(tests));
}
