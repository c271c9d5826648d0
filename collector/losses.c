/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/losses.h"

#include <errno.h>
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
	return balance_weight(&first->balance, step) <=
		       balance_weight(&second->balance, step)
		   ? first
		   : second;
}

void losses_add(struct losses *l, uint32_t from, uint32_t to, int side,
		int64_t step, const struct tally *tally)
{
	struct loss_pair *p = place_of(l, from, to, step);
	double packets = (double)tally->packets;

	if (!is_of(p, from, to)) {
		if (balance_weight(&p->balance, step) >= packets)
			return;
		*p = (struct loss_pair){ .from = from, .to = to };
	}
	balance_add(&p->balance, step, side, packets, (double)tally->samples);
}

size_t losses_list(const struct losses *l, const struct loss_pair **out,
		   size_t most)
{
	struct balance_loss loss;
	size_t count = 0;

	for (size_t i = 0; i < LOSSES_PLACES && count < most; i++) {
		const struct loss_pair *p = &l->all[i];

		if (p->from != REGISTRY_NOBODY &&
		    balance_loss(&p->balance, &loss))
			out[count++] = p;
	}
	return count;
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
