/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/rate_window.h"

#include <stddef.h>

enum {
	/* After more steps without a sample numbers begin anew. */
	SILENT_STEPS = 1,
	/* So many falls are a restart; more are several sequences. */
	FALLS_MAX = 1,
	/* A sample that was overtaken is not further behind. */
	OVERTAKEN = 1000,
	/* A gap is loss up to this and so many times as many as are usually
	 * taken in its time. */
	GAP_MAX = 50,
	GAP_TIMES = 4,
};

/* The bucket of a step, the oldest one made free for it. */
static struct rate_bucket *bucket_of(struct rate_window *w, int64_t step)
{
	struct rate_bucket *b = &w->buckets[(uint64_t)step % RATE_WINDOW_STEPS];

	if (b->step != step)
		*b = (struct rate_bucket){ .step = step };
	return b;
}

static struct rate_sequence *sequence_of(struct rate_window *w,
					 uint32_t sub_agent)
{
	for (int i = 0; i < RATE_WINDOW_SEQUENCES; i++) {
		struct rate_sequence *s = &w->sequences[i];

		if (!s->begun)
			s->sub_agent = sub_agent;
		if (s->sub_agent == sub_agent)
			return s;
	}
	return NULL;
}

/* How many samples are taken in a step, lately. */
static uint64_t usual(const struct rate_window *w, int64_t step)
{
	uint64_t taken = 0;
	uint64_t steps = 0;

	for (int i = 0; i < RATE_WINDOW_STEPS; i++) {
		const struct rate_bucket *b = &w->buckets[i];

		if (b->step == 0 || step - b->step >= RATE_WINDOW_STEPS)
			continue;
		taken += b->taken;
		steps++;
	}
	return steps ? taken / steps : 0;
}

/* How many samples were taken since the newest, this one included; 0: it was
 * counted as missing. Whatever cannot be is one. */
static uint32_t taken_since(const struct rate_window *w,
			    const struct rate_sequence *s, uint32_t sequence,
			    int64_t step)
{
	uint32_t gap = sequence - s->newest;

	if (!s->begun || step - s->step > SILENT_STEPS + 1)
		return 1;
	if (gap == 0 || -gap <= OVERTAKEN)
		return 0;
	if (gap > GAP_MAX + GAP_TIMES * usual(w, step) *
				(uint64_t)(step - s->step + 1))
		return 1;
	return gap;
}

/* Whether a number lies before the newest, farther than one that was
 * overtaken does. */
static bool falls(const struct rate_sequence *s, uint32_t sequence)
{
	uint32_t back = s->newest - sequence;

	return s->begun && back > OVERTAKEN && back < UINT32_MAX / 2;
}

/* Share out what was taken since the newest sample over the steps since. */
static void take(struct rate_window *w, const struct rate_sequence *s,
		 uint32_t taken, int64_t step)
{
	int64_t first = s && s->begun && taken > 1 ? s->step : step;
	uint32_t share = taken / (uint32_t)(step - first + 1);

	for (; first < step; first++) {
		bucket_of(w, first)->taken += share;
		taken -= share;
	}
	bucket_of(w, step)->taken += taken;
}

void rate_window_sample(struct rate_window *w, int64_t step, uint32_t sub_agent,
			uint32_t sequence)
{
	struct rate_sequence *s = sequence_of(w, sub_agent);
	uint32_t taken = s ? taken_since(w, s, sequence, step) : 1;

	bucket_of(w, step)->received++;
	take(w, s, taken, step);
	if (!s || taken == 0)
		return;
	bucket_of(w, step)->falls += falls(s, sequence);
	s->begun = true;
	s->newest = sequence;
	s->step = step;
}

bool rate_window_is_newest(const struct rate_window *w, uint32_t sub_agent,
			   uint32_t sequence)
{
	for (int i = 0; i < RATE_WINDOW_SEQUENCES; i++) {
		const struct rate_sequence *s = &w->sequences[i];

		if (s->begun && s->sub_agent == sub_agent)
			return s->newest == sequence;
	}
	return false;
}

void rate_window_run(struct rate_window *w, int64_t step, uint32_t sub_agent,
		     uint32_t count)
{
	struct rate_sequence *s = sequence_of(w, sub_agent);
	struct rate_bucket *b = bucket_of(w, step);

	if (!s)
		return;
	b->received += count;
	b->taken += count;
	s->newest += count;
	s->step = step;
}

void rate_window_dropped(struct rate_window *w, int64_t step, uint32_t grown)
{
	bucket_of(w, step)->dropped += grown;
}

struct rate_sum rate_window_of(const struct rate_window *w, int64_t step,
			       int steps)
{
	struct rate_sum sum = { 0 };
	uint32_t fallen = 0;

	for (int64_t i = 0; i < steps && i < step; i++) {
		const struct rate_bucket *b =
		    &w->buckets[(uint64_t)(step - i) % RATE_WINDOW_STEPS];

		if (b->step != step - i)
			continue;
		sum.taken += b->taken;
		sum.received += b->received;
		sum.dropped += b->dropped;
		fallen += b->falls;
	}
	/* More came than was taken: some of what was missing before did. */
	if (sum.taken < sum.received || fallen > FALLS_MAX)
		sum.taken = sum.received;
	return sum;
}

struct rate_sum rate_window_sum(const struct rate_window *w, int64_t step)
{
	struct rate_sum sum = { 0 };

	for (int n = 1; n <= RATE_WINDOW_STEPS; n++) {
		sum = rate_window_of(w, step, n);
		if (sum.received >= RATE_WINDOW_SAMPLES)
			break;
	}
	return sum;
}
