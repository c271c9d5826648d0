/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/pair_sums.h"

#include <errno.h>
#include <stdlib.h>

#include "web/report/books.h"

enum { FAMILIES = 2 };

/* Sums as they come, two for each pair, a day's behind the sums of those before
 * it; put together at the end of each day. */
struct heap {
	struct peer_sum *sums;
	size_t count;
	size_t capacity;
};

static int append(struct heap *h, const struct peer_sum *sum)
{
	if (h->count == h->capacity) {
		size_t capacity = h->capacity ? h->capacity * 2 : 1024;
		struct peer_sum *grown =
		    realloc(h->sums, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		h->sums = grown;
		h->capacity = capacity;
	}
	h->sums[h->count++] = *sum;
	return 0;
}

static int by_pair(const void *a, const void *b)
{
	const struct peer_sum *x = a;
	const struct peer_sum *y = b;

	if (x->asn != y->asn)
		return x->asn < y->asn ? -1 : 1;
	return (x->peer > y->peer) - (x->peer < y->peer);
}

static int by_size(const void *a, const void *b)
{
	const struct peer_sum *x = a;
	const struct peer_sum *y = b;
	uint64_t of_x = pair_sums_bytes(x);
	uint64_t of_y = pair_sums_bytes(y);

	if (x->asn != y->asn)
		return x->asn < y->asn ? -1 : 1;
	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return (x->peer > y->peer) - (x->peer < y->peer);
}

static void put_together(struct heap *h)
{
	size_t last = 0;

	if (h->count == 0)
		return;
	qsort(h->sums, h->count, sizeof(*h->sums), by_pair);
	for (size_t i = 1; i < h->count; i++) {
		struct peer_sum *to = &h->sums[last];
		const struct peer_sum *from = &h->sums[i];

		if (by_pair(to, from) != 0) {
			h->sums[++last] = *from;
			continue;
		}
		for (int f = 0; f < FAMILIES; f++) {
			to->sent[f] += from->sent[f];
			to->received[f] += from->received[f];
		}
	}
	h->count = last + 1;
}

static int add_pair(struct heap *h, const struct daybook_pair *pair)
{
	struct peer_sum sum = { .asn = pair->asn, .peer = pair->other_asn };
	struct peer_sum seen = { .asn = pair->other_asn, .peer = pair->asn };
	int rc;

	for (int f = 0; f < FAMILIES; f++) {
		sum.sent[f] = pair->bytes[PAIR_AB_V4_BYTES + f];
		sum.received[f] = pair->bytes[PAIR_BA_V4_BYTES + f];
		seen.sent[f] = sum.received[f];
		seen.received[f] = sum.sent[f];
	}
	rc = append(h, &sum);
	if (rc == 0 && pair->asn != pair->other_asn)
		rc = append(h, &seen);
	return rc;
}

static int add_day(struct heap *h, const char *state_dir, struct date day,
		   unsigned *missing)
{
	struct daybook_pair pair;
	struct daybook book;
	int rc = books_open(&book, state_dir, DAYBOOK_PAIRS, day);

	if (rc < 0) {
		*missing += 1;
		return rc == -ENOMEM ? rc : 0;
	}
	while ((rc = daybook_next_pair(&book.reader, &pair)) == 1) {
		rc = add_pair(h, &pair);
		if (rc < 0)
			break;
	}
	daybook_fini(&book);
	put_together(h);
	return rc == -ENOMEM ? rc : 0;
}

int pair_sums_load(struct pair_sums *out, const char *state_dir,
		   const struct span *span)
{
	struct heap h = { .sums = NULL };
	unsigned missing = 0;
	int rc = 0;

	for (struct date d = span->first;
	     rc == 0 && date_compare(d, span->end) < 0; d = date_add_days(d, 1))
		rc = add_day(&h, state_dir, d, &missing);
	if (rc < 0) {
		free(h.sums);
		return rc;
	}
	if (h.count > 0)
		qsort(h.sums, h.count, sizeof(*h.sums), by_size);
	*out = (struct pair_sums){ h.sums, h.count, missing };
	return 0;
}

const struct peer_sum *pair_sums_of(const struct pair_sums *sums, uint32_t asn,
				    size_t *count)
{
	size_t low = 0;
	size_t high = sums->count;
	size_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sums->sums[middle].asn < asn)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < sums->count && sums->sums[end].asn == asn;)
		end++;
	*count = end - low;
	return *count ? &sums->sums[low] : NULL;
}

uint64_t pair_sums_bytes(const struct peer_sum *sum)
{
	return sum->sent[0] + sum->sent[1] + sum->received[0] +
	       sum->received[1];
}

void pair_sums_fini(struct pair_sums *sums)
{
	free(sums->sums);
	*sums = (struct pair_sums){ .sums = NULL };
}
