/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/aggregate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Open addressing, never more than half full. The hash has no seed: keys are
 * made of the registry's numbers, not of what came off the wire, and the order
 * of the cells must be the same in every run, for a replay to give the same
 * files to the bit.
 */

enum {
	SLOTS_AT_START = 1 << 11,
	CELLS_AT_LEAST = 1 << 10,
	CELLS_AT_MOST = 1 << 20,
	SOURCES_PER_SIDE = 8,
	HUGE_PAGE = 2 << 20,
};

/* A pair has a cell for each side and port of a LAG that it was sampled at. */
static size_t cells_for(const struct registry *registry)
{
	size_t ends = registry->interface_count;
	size_t cells = CELLS_AT_MOST;

	if (ends < (1u << 14))
		cells = ends * ends * FAMILY_COUNT * 2 * SOURCES_PER_SIDE;
	if (cells < CELLS_AT_LEAST)
		return CELLS_AT_LEAST;
	return cells < CELLS_AT_MOST ? cells : CELLS_AT_MOST;
}

/* Address space; the kernel gives memory where it is touched, all zero. */
static struct cell *reserve(size_t slots)
{
	size_t bytes = slots * sizeof(struct cell);
	void *mapping =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mapping == MAP_FAILED)
		return NULL;
	/* Look-ups are random: small pages would miss the TLB each time. A
	 * kernel that has no huge pages says no, and it is only slower. */
	if (bytes >= HUGE_PAGE)
		(void)madvise(mapping, bytes, MADV_HUGEPAGE);
	return mapping;
}

int aggregate_init(struct aggregate *a, const struct registry *registry)
{
	*a = (struct aggregate){ .capacity = cells_for(registry) };
	a->slots_max = SLOTS_AT_START;
	while (a->slots_max < 2 * a->capacity)
		a->slots_max *= 2;
	a->mask = SLOTS_AT_START - 1;
	a->slots = reserve(a->slots_max);
	return a->slots ? 0 : -ENOMEM;
}

void aggregate_fini(struct aggregate *a)
{
	size_t bytes = a->slots_max * sizeof(struct cell);

	if (a->slots)
		(void)munmap(a->slots, bytes);
	*a = (struct aggregate){ 0 };
}

/* The slot of a key: its own, or the free one where it would stand. */
static struct cell *find(const struct aggregate *a, uint64_t key)
{
	size_t slot = u64map_hash(0, key) & a->mask;

	while (a->slots[slot].key != key && a->slots[slot].key != 0)
		slot = (slot + 1) & a->mask;
	return &a->slots[slot];
}

/*
 * Have twice as many slots, in place. Each cell is taken out and put in again,
 * in their order behind a free slot. So it comes to stand where it was or
 * nearer to where it belongs, in either half, and passes over none that has yet
 * to move and would leave a gap behind.
 */
static void grow(struct aggregate *a)
{
	size_t last = a->mask;
	size_t gap = 0;

	while (a->slots[gap].key != 0)
		gap++;
	a->mask = 2 * last + 1;
	for (size_t i = 1; i <= last; i++) {
		struct cell *from = &a->slots[(gap + i) & last];
		struct cell cell = *from;

		if (cell.key == 0)
			continue;
		*from = (struct cell){ 0 };
		*find(a, cell.key) = cell;
	}
}

struct tally *aggregate_tally_elsewhere(struct aggregate *a, uint64_t key)
{
	struct cell *cell = find(a, key);

	if (cell->key == key)
		return &cell->tally;
	if (a->count == a->capacity)
		return NULL;
	if (2 * a->count > a->mask && a->mask + 1 < a->slots_max) {
		grow(a);
		cell = find(a, key);
	}
	a->count++;
	cell->key = key;
	return &cell->tally;
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
	a->mask = SLOTS_AT_START - 1;
	*cells = taken;
	*count = n;
	return 0;
}
