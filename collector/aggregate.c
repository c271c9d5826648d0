/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/aggregate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Open addressing in one large mapping. The hash has no seed: keys are made
 * of the registry's numbers, not of what came off the wire, and the order of
 * the cells must be the same in every run, for a replay to give the same
 * files to the bit.
 */

enum {
	CELLS_AT_LEAST = 1 << 10,
	CELLS_AT_MOST = 1 << 20,
	HUGE_PAGE = 2 << 20,
};

static size_t cells_for(const struct registry *registry)
{
	size_t ends = registry->interface_count;
	size_t switches = registry->config->switch_count;
	size_t cells = CELLS_AT_MOST;

	if (switches == 0)
		switches = 1;
	if (ends < (1u << 14) && switches < 64)
		cells = ends * ends * FAMILY_COUNT * switches;
	if (cells < CELLS_AT_LEAST)
		return CELLS_AT_LEAST;
	return cells < CELLS_AT_MOST ? cells : CELLS_AT_MOST;
}

int aggregate_init(struct aggregate *a, const struct registry *registry)
{
	size_t slots = 2;
	void *mapping;

	*a = (struct aggregate){ .capacity = cells_for(registry) };
	while (slots < 2 * a->capacity)
		slots *= 2;
	a->mask = slots - 1;
	a->bytes = slots * sizeof(*a->slots);
	mapping = mmap(NULL, a->bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapping == MAP_FAILED)
		return -errno;
	/* Look-ups are random: small pages would miss the TLB each time. A
	 * kernel that has no huge pages says no, and it is only slower. */
	if (a->bytes >= HUGE_PAGE)
		(void)madvise(mapping, a->bytes, MADV_HUGEPAGE);
	a->slots = mapping;
	return 0;
}

void aggregate_fini(struct aggregate *a)
{
	if (a->slots)
		(void)munmap(a->slots, a->bytes);
	*a = (struct aggregate){ 0 };
}

struct tally *aggregate_tally(struct aggregate *a, uint64_t key)
{
	size_t slot = u64map_hash(0, key) & a->mask;

	while (a->slots[slot].key != key) {
		if (a->slots[slot].key == 0) {
			if (a->count == a->capacity)
				return NULL;
			a->count++;
			a->slots[slot].key = key;
			break;
		}
		slot = (slot + 1) & a->mask;
	}
	return &a->slots[slot].tally;
}

int aggregate_take(struct aggregate *a, struct cell **cells, size_t *count)
{
	struct cell *taken = NULL;
	size_t n = 0;

	if (a->count > 0) {
		taken = malloc(a->count * sizeof(*taken));
		if (!taken)
			return -ENOMEM;
	}
	for (size_t i = 0; i <= a->mask && n < a->count; i++) {
		if (a->slots[i].key == 0)
			continue;
		taken[n++] = a->slots[i];
		memset(&a->slots[i], 0, sizeof(a->slots[i]));
	}
	a->count = 0;
	*cells = taken;
	*count = n;
	return 0;
}
