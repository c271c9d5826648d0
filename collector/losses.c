/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/losses.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "ixp/registry.h"
#include "util/u64map.h"

int losses_init(struct losses *l)
{
	l->all = calloc(LOSSES_PLACES, sizeof(*l->all));
	return l->all ? 0 : -ENOMEM;
}

void losses_fini(struct losses *l)
{
	free(l->all);
	l->all = NULL;
}

static bool is_of(const struct loss_pair *p, uint32_t from, uint32_t to)
{
	return p->from == from && p->to == to;
}

/* How much a place is worth: until it has a step of its own, what its pair came
 * with. */
static double weight_of(const struct loss_pair *p, int64_t step)
{
	double claim = step - p->since <= 1 ? p->claim : 0;

	return fmax(balance_weight(&p->balance, step), claim);
}

/* The pair's place, or the one of its two where less is known. */
static struct loss_pair *place_of(const struct losses *l, uint32_t from,
				  uint32_t to, int64_t step)
{
	uint64_t hash = u64map_hash(0, (uint64_t)from << 32 | to);
	struct loss_pair *first = &l->all[hash % LOSSES_PLACES];
	struct loss_pair *second = &l->all[(hash >> 32) % LOSSES_PLACES];

	if (is_of(first, from, to))
		return first;
	if (is_of(second, from, to))
		return second;
	return weight_of(first, step) <= weight_of(second, step) ? first
								 : second;
}

void losses_add(struct losses *l, uint32_t from, uint32_t to, int64_t step,
		const struct balance_part *part)
{
	struct loss_pair *p = place_of(l, from, to, step);

	if (!is_of(p, from, to)) {
		if (weight_of(p, step) >= part->packets)
			return;
		*p = (struct loss_pair){ .from = from,
					 .to = to,
					 .since = step,
					 .claim = part->packets };
	}
	if (p->since != step)
		balance_add(&p->balance, step, part);
}

static double lost_packets(const struct loss_pair *p)
{
	struct balance_loss loss;

	(void)balance_loss(&p->balance, p->balance.step, &loss);
	return loss.share * loss.packets;
}

static int more_first(const void *left, const void *right)
{
	double a = lost_packets(*(const struct loss_pair *const *)left);
	double b = lost_packets(*(const struct loss_pair *const *)right);

	return (a < b) - (a > b);
}

int losses_list(const struct losses *l, int64_t step,
		const struct loss_pair ***out, size_t *count)
{
	const struct loss_pair **list = calloc(LOSSES_PLACES, sizeof(*list));
	struct balance_loss loss;
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < LOSSES_PLACES; i++) {
		const struct loss_pair *p = &l->all[i];

		if (p->from != REGISTRY_NOBODY &&
		    balance_loss(&p->balance, step, &loss))
			list[n++] = p;
	}
	qsort(list, n, sizeof(*list), more_first);
	*out = list;
	*count = n;
	return 0;
}

void losses_continue(struct losses *l, const struct losses *from,
		     const uint32_t *interfaces)
{
	for (size_t i = 0; i < LOSSES_PLACES; i++) {
		struct loss_pair p = from->all[i];

		if (p.from == REGISTRY_NOBODY)
			continue;
		p.from = interfaces[p.from];
		p.to = interfaces[p.to];
		if (p.from != REGISTRY_NOBODY && p.to != REGISTRY_NOBODY)
			*place_of(l, p.from, p.to, p.balance.step) = p;
	}
}
