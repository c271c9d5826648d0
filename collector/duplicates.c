/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/duplicates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util/u64map.h"

/*
 * A table of the frames of the last ten milliseconds, by their keys: four to a
 * line of the cache, of which the oldest gives way. At a million frames a
 * second it is a sixth full.
 */

enum {
	LINES = 1 << 14,
	PER_LINE = 4,
	WINDOW_US = 10000,
	CONTENT_MAX = 192, /* bytes behind the tags that are compared */
	ADDRESSES_SIZE = 12,
	TAG_SIZE = 4,
	SMALLEST_FRAME = 60,
};

struct seen {
	uint64_t key; /* 0: free */
	int64_t time_us;
};

struct line {
	struct seen seen[PER_LINE];
} __attribute__((aligned(64)));

struct duplicates {
	struct line lines[LINES];
	uint64_t seed; /* whose frames collide is not for senders to choose */
};

int duplicates_new(struct duplicates **out)
{
	struct duplicates *d = aligned_alloc(_Alignof(struct line), sizeof(*d));

	if (!d)
		return -ENOMEM;
	memset(d, 0, sizeof(*d));
	/* Without chance it is as good as ever, but for forgers. */
	if (getrandom(&d->seed, sizeof(d->seed), GRND_NONBLOCK) < 0)
		d->seed = (uint64_t)(uintptr_t)d;
	*out = d;
	return 0;
}

void duplicates_free(struct duplicates *d)
{
	free(d);
}

static size_t less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

/*
 * How much content is compared: what the other copy holds for certain, though
 * it may have a tag more or less, which takes the place of content where a
 * frame was padded to the smallest or cut.
 *
 * @param left   bytes that are held behind the tags
 * @param bytes  of the frame without tags, at least SMALLEST_FRAME
 */
static size_t content_bytes(size_t left, size_t tags, size_t bytes)
{
	size_t held = less(left, less(TAG_SIZE, tags));
	size_t whole = bytes - ADDRESSES_SIZE - TAG_SIZE;
	size_t most = held < whole ? held : whole;

	return most < CONTENT_MAX ? most : CONTENT_MAX;
}

uint64_t duplicates_key(const struct duplicates *d, const struct frame *frame,
			struct cursor c, size_t wire_bytes)
{
	size_t tags = (size_t)frame->tag_count * TAG_SIZE;
	size_t bytes = less(wire_bytes, tags);
	uint64_t key = u64map_hash(d->seed, frame->dst.bits);
	size_t content;

	/* Padding to the smallest frame comes before the tag, or behind it. */
	if (bytes < SMALLEST_FRAME)
		bytes = SMALLEST_FRAME;
	key = u64map_hash(key, frame->src.bits ^ d->seed);
	key = u64map_hash(key, bytes ^ d->seed);
	cursor_skip(&c, ADDRESSES_SIZE + tags);
	content = content_bytes(cursor_left(&c), tags, bytes);
	for (size_t i = 0; i + sizeof(uint64_t) <= content;
	     i += sizeof(uint64_t))
		key = u64map_hash(key, cursor_be64(&c) ^ d->seed);
	return key ? key : 1;
}

static bool is_recent(const struct seen *s, int64_t time_us)
{
	return time_us - s->time_us <= WINDOW_US &&
	       s->time_us - time_us <= WINDOW_US;
}

bool duplicates_take(struct duplicates *d, const struct frame *frame,
		     uint64_t key, int64_t time_us)
{
	struct line *line = &d->lines[key % LINES];
	struct seen *oldest = &line->seen[0];

	for (int i = 0; i < PER_LINE; i++) {
		struct seen *s = &line->seen[i];

		if (s->key == key && is_recent(s, time_us)) {
			if (!mac_is_group(frame->dst))
				s->key = 0;
			return true;
		}
		if (s->key == 0 ||
		    (oldest->key != 0 && s->time_us < oldest->time_us))
			oldest = s;
	}
	*oldest = (struct seen){ .key = key, .time_us = time_us };
	return false;
}
