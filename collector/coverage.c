/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/coverage.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrd_read.h"

enum { ROWS_PER_READ = 50000, WORD_BITS = 64 };

void coverage_fini(struct coverage *c)
{
	free(c->members);
	*c = (struct coverage){ 0 };
}

static void set_bit(struct coverage_member *m, int64_t step, bool seen)
{
	uint64_t *word = &m->bits[step % COVERAGE_STEPS / WORD_BITS];
	uint64_t bit = UINT64_C(1) << (step % COVERAGE_STEPS % WORD_BITS);

	*word = seen ? *word | bit : *word & ~bit;
}

static bool get_bit(const struct coverage_member *m, int64_t step)
{
	return m->bits[step % COVERAGE_STEPS / WORD_BITS] >>
		   (step % COVERAGE_STEPS % WORD_BITS) &
	       1;
}

void coverage_step(struct coverage *c, int64_t step)
{
	int64_t from = c->newest + 1;

	if (c->first != 0 && step <= c->newest)
		return;
	if (step - from >= COVERAGE_STEPS)
		from = step - COVERAGE_STEPS + 1;
	for (int64_t s = from; c->first != 0 && s <= step; s++) {
		for (uint32_t i = 0; i < c->count; i++)
			set_bit(&c->members[i], s, false);
	}
	if (c->first == 0)
		c->first = step;
	c->newest = step;
}

static int make_room(struct coverage *c, uint32_t member)
{
	uint32_t count = member + 1;
	struct coverage_member *grown;

	if (member < c->count)
		return 0;
	grown = realloc(c->members, count * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(&grown[c->count], 0, (count - c->count) * sizeof(*grown));
	c->members = grown;
	c->count = count;
	return 0;
}

int coverage_note(struct coverage *c, uint32_t member, int64_t step)
{
	int rc = make_room(c, member);

	if (rc == 0 && step > c->newest - COVERAGE_STEPS && step <= c->newest)
		set_bit(&c->members[member], step, true);
	return rc;
}

/* One step's answer from rows that may be longer than it. */
static bool row_known(const struct series_data *data, int64_t at_s)
{
	int64_t row = (at_s - data->from_s) / data->row_s;

	return at_s >= data->from_s && (size_t)row < data->rows &&
	       !isnan(series_at(data, (size_t)row, TRAFFIC_FROM_SAMPLES));
}

/* What the member's file says; a file that cannot be read says nothing. */
static void ask_file(const struct coverage_range *r, bool *seen)
{
	const struct series member = { .kind = SERIES_MEMBER, .asn = r->asn };

	for (uint32_t at = 0; at < r->count; at += ROWS_PER_READ) {
		uint32_t left = r->count - at;
		uint32_t n = left < ROWS_PER_READ ? left : ROWS_PER_READ;
		int64_t from_s = (r->from + at) * SERIES_PAIR_STEP_S;
		struct series_range range = {
			.consolidation = CONSOLIDATION_AVERAGE,
			.from_s = from_s,
			.to_s = from_s + (int64_t)n * SERIES_PAIR_STEP_S,
			.row_s = SERIES_PAIR_STEP_S,
		};
		struct series_data data = { 0 };

		memset(&seen[at], 0, n * sizeof(*seen));
		if (series_read(&data, r->state_dir, &member, &range) < 0)
			continue;
		for (uint32_t i = 0; i < n; i++)
			seen[at + i] = row_known(
			    &data, from_s + (int64_t)i * SERIES_PAIR_STEP_S);
		series_data_fini(&data);
	}
}

/* Fill the ring with the steps of before the first one. */
static void load(struct coverage *c, const struct coverage_range *range)
{
	bool seen[COVERAGE_STEPS];
	struct coverage_member *m = &c->members[range->member];
	int64_t oldest = c->newest - COVERAGE_STEPS + 1;
	struct coverage_range before = *range;

	m->loaded = true;
	if (oldest >= c->first)
		return;
	before.from = oldest > 0 ? oldest : 0;
	before.count = (uint32_t)(c->first - before.from);
	ask_file(&before, seen);
	for (uint32_t i = 0; i < before.count; i++)
		set_bit(m, before.from + i, seen[i]);
}

int coverage_of(struct coverage *c, const struct coverage_range *range,
		bool *seen)
{
	int64_t oldest = c->newest - COVERAGE_STEPS + 1;
	struct coverage_range older = *range;
	int rc = make_room(c, range->member);

	if (rc < 0)
		return rc;
	if (!c->members[range->member].loaded && range->from < c->first)
		load(c, range);
	if (range->from < oldest) {
		int64_t count = oldest - range->from;

		older.count =
		    count < range->count ? (uint32_t)count : range->count;
		ask_file(&older, seen);
	} else {
		older.count = 0;
	}
	for (uint32_t i = older.count; i < range->count; i++)
		seen[i] = range->from + i <= c->newest &&
			  get_bit(&c->members[range->member], range->from + i);
	return 0;
}
