/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/pair_step.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "store/journal.h"

enum {
	/* Nothing of it is left in any archive of a pair after that. */
	GAP_MAX_STEPS = 488 * 86400 / SERIES_PAIR_STEP_S,
};

void pair_step_fini(struct pair_step *p)
{
	coverage_fini(&p->coverage);
	free(p->seen_us);
	*p = (struct pair_step){ 0 };
}

int pair_step_see(struct pair_step *p, uint32_t member, int64_t covered_us)
{
	int64_t *grown;

	if (member >= p->seen_count) {
		grown = realloc(p->seen_us, (member + 1u) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		for (uint32_t i = p->seen_count; i <= member; i++)
			grown[i] = 0;
		p->seen_us = grown;
		p->seen_count = member + 1;
	}
	p->seen_us[member] += covered_us;
	return 0;
}

static int64_t seen_us(const struct pair_step *p, uint32_t member)
{
	return member < p->seen_count ? p->seen_us[member] : 0;
}

/* Whom a closed step had in sight. */
static int see_members(struct pair_step *p, struct track_set *set,
		       struct record_reader *step)
{
	int64_t covered_us = step->head.covered_us;
	struct record_entry entry;
	int rc;

	while ((rc = record_next(step, &entry)) == 1) {
		uint32_t member;

		if (entry.series.kind != SERIES_MEMBER || !entry.known)
			continue;
		member = track_set_member(set, entry.series.asn);
		rc = member == TRACK_NONE
			 ? -ENOMEM
			 : pair_step_see(p, member, covered_us);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* What closed steps say of whom was observed in the open step. */
static int read_seen(struct pair_step *seen, struct track_set *set,
		     const char *state_dir, uint64_t before)
{
	int64_t from_s = seen->number * SERIES_PAIR_STEP_S;
	struct journal_reader *reader;
	struct record_reader record;
	int rc =
	    journal_read_all(&reader, state_dir, 1u << JOURNAL_STEPS, from_s);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		const struct record_head *head = &record.head;

		if (head->kind != RECORD_STEP || head->start_s < from_s ||
		    head->start_s >= from_s + SERIES_PAIR_STEP_S ||
		    (before && head->seq >= before))
			continue;
		rc = see_members(seen, set, &record);
		if (rc < 0)
			break;
	}
	/* The disk may give it another time. */
	if (rc == 0 && journal_read_unread(reader) > 0)
		rc = -EIO;
	journal_read_close(reader);
	return rc;
}

int pair_step_restore(struct pair_step *p, struct track_set *set,
		      const char *state_dir, uint64_t before)
{
	struct pair_step seen = { .number = p->number };
	int rc = read_seen(&seen, set, state_dir, before);

	/* The last one first: then there is room for all. */
	for (uint32_t i = seen.seen_count; rc == 0 && i > 0; i--)
		rc = pair_step_see(p, i - 1, seen.seen_us[i - 1]);
	free(seen.seen_us);
	return rc;
}

void pair_step_unsee(struct pair_step *p)
{
	for (uint32_t i = 0; i < p->seen_count; i++)
		p->seen_us[i] = 0;
}

/* Who was observed goes before the pairs, and into the coverage. */
static void record_members(struct pair_step *p, const struct sums *sums,
			   struct text *record)
{
	coverage_step(&p->coverage, p->number);
	for (uint32_t i = 0; i < p->seen_count; i++) {
		const struct record_entry entry = {
			.series = { .kind = SERIES_MEMBER,
				    .asn = sums->set.asns[i] },
			.known = true,
			.seen_us = p->seen_us[i],
		};

		if (p->seen_us[i] == 0)
			continue;
		record_add(record, &entry);
		if (record_rate_known(p->seen_us[i],
				      SERIES_PAIR_STEP_S * (int64_t)US_PER_S,
				      p->edge) &&
		    coverage_note(&p->coverage, i, p->number) < 0)
			p->failed++;
	}
}

/* What a pair's file lacks up to the open step: zeros as far as the senders
 * were observed. */
static void fill_gap(struct pair_step *p, struct sums *sums,
		     const struct pair_files *files, uint32_t track)
{
	const struct series pair = sums->set.tracks[track].series;
	int64_t end_s = view_end(files->view, track);
	struct coverage_range range = { .state_dir = files->state_dir };
	bool *seen;

	if (end_s <= 0 || end_s >= p->number * SERIES_PAIR_STEP_S)
		return;
	range.from = end_s / SERIES_PAIR_STEP_S;
	if (p->number - range.from > GAP_MAX_STEPS)
		range.from = p->number - GAP_MAX_STEPS;
	range.count = (uint32_t)(p->number - range.from);
	seen = calloc(2 * (size_t)range.count, sizeof(*seen));
	if (!seen) {
		p->failed++;
		return;
	}
	for (size_t end = 0; end < 2; end++) {
		range.asn = end ? pair.other_asn : pair.asn;
		range.member = track_set_member(&sums->set, range.asn);
		if (range.member == TRACK_NONE ||
		    coverage_of(&p->coverage, &range,
				&seen[end * range.count]) < 0)
			p->failed++;
	}
	for (uint32_t i = 0; i < range.count; i++) {
		double a = seen[i] ? 0 : (double)NAN;
		double b = seen[range.count + i] ? 0 : (double)NAN;
		const double values[PAIR_COUNT] = { a, a, b, b };

		if (seen[i] || seen[range.count + i])
			view_row(files->view, track,
				 (range.from + i) * SERIES_PAIR_STEP_S, values);
	}
	free(seen);
}

static void close_pair(struct pair_step *p, struct sums *sums,
		       const struct pair_files *files, uint32_t track,
		       const struct record_head *head)
{
	struct track *t = &sums->set.tracks[track];
	const struct record_entry entry = {
		.series = t->series,
		.known = true,
		.traffic = t->sums,
	};
	const int64_t seen[2] = {
		seen_us(p, track_set_member(&sums->set, t->series.asn)),
		seen_us(p, track_set_member(&sums->set, t->series.other_asn)),
	};
	double values[SERIES_COLUMNS_MAX];
	int64_t start_s = record_rates(head, &entry, seen, values);

	/* Frames that are neither IPv4 nor IPv6 make no file. */
	if (!record_is_stored(&entry.traffic))
		return;
	fill_gap(p, sums, files, track);
	/* Not to be taken for idle later. */
	for (size_t i = 0; start_s == 0 && i < PAIR_COUNT; i++)
		values[i] = (double)NAN;
	view_row(files->view, track, head->start_s, values);
}

static int by_members(const void *left, const void *right, void *context)
{
	const struct track *tracks = context;
	const struct series *a = &tracks[*(const uint32_t *)left].series;
	const struct series *b = &tracks[*(const uint32_t *)right].series;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->other_asn != b->other_asn)
		return a->other_asn < b->other_asn ? -1 : 1;
	return (int)a->vlan - (int)b->vlan;
}

void pair_step_close(struct pair_step *p, struct sums *sums,
		     const struct pair_files *files, struct text *record,
		     struct record_head *head)
{
	struct track_list *pairs = &sums->pairs;

	*head = (struct record_head){
		.kind = RECORD_PAIR_STEP,
		.replaces = p->first_part,
		.start_s = p->number * SERIES_PAIR_STEP_S,
		.from_us = p->from_us,
		.to_us = p->to_us,
		.covered_us = p->to_us - p->from_us,
		.edge = p->edge,
		.odd_clock = p->odd_clock,
	};
	/* Neighbours differ little: short records, and files in order. */
	if (pairs->count > 0)
		qsort_r(pairs->tracks, pairs->count, sizeof(*pairs->tracks),
			by_members, sums->set.tracks);
	record_begin(record, head);
	record_members(p, sums, record);
	for (uint32_t i = 0; i < pairs->count; i++) {
		const struct track *t = &sums->set.tracks[pairs->tracks[i]];
		const struct record_entry entry = {
			.series = t->series,
			.known = true,
			.traffic = t->sums,
		};

		record_add(record, &entry);
	}
	for (uint32_t i = 0; i < pairs->count; i++) {
		if (!p->unconfirmed)
			close_pair(p, sums, files, pairs->tracks[i], head);
		sums_forget(&sums->set.tracks[pairs->tracks[i]]);
	}
	pairs->count = 0;
	p->number = 0;
	p->first_part = 0;
	p->edge = false;
	p->odd_clock = false;
	p->unconfirmed = false;
	pair_step_unsee(p);
}
