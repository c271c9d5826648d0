/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>

#include "collector/aggregate.h"
#include "support/registry_builder.h"

static struct exchange e;
static struct aggregate a;
static struct cell *cells;
static size_t count;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(aggregate_init(&a, e.registry), 0);
}

static void teardown(void)
{
	free(cells);
	cells = NULL;
	aggregate_fini(&a);
	exchange_free(&e);
}

static void take(void)
{
	free(cells);
	ck_assert_int_eq(aggregate_take(&a, &cells, &count), 0);
}

START_TEST(a_key_says_its_ends_back)
{
	static const struct cell_ends all[] = {
		{ 0, 0, 0, FAMILY_IPV4 },
		{ 1, 0, 0, FAMILY_OTHER },
		{ 0xffffff, 1, 0, FAMILY_IPV6 },
		{ 1, 0xffffff, 0xfff, FAMILY_OTHER },
		{ 0xabcdef, 0x123456, 0x789, FAMILY_IPV4 },
	};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		uint64_t key = cell_key(all[i].from, all[i].to,
					all[i].switch_index, all[i].family);
		struct cell_ends ends = cell_ends(key);

		ck_assert_uint_ne(key, 0);
		ck_assert_uint_eq(ends.from, all[i].from);
		ck_assert_uint_eq(ends.to, all[i].to);
		ck_assert_uint_eq(ends.switch_index, all[i].switch_index);
		ck_assert_int_eq(ends.family, all[i].family);
	}
}
END_TEST

START_TEST(one_key_has_one_cell)
{
	struct tally *t = aggregate_tally(&a, cell_key(1, 2, 0, FAMILY_IPV4));

	tally_add_sample(t, 100, 10);
	ck_assert_ptr_eq(aggregate_tally(&a, cell_key(1, 2, 0, FAMILY_IPV4)),
			 t);
	ck_assert_ptr_ne(aggregate_tally(&a, cell_key(2, 1, 0, FAMILY_IPV4)),
			 t);
	ck_assert_ptr_ne(aggregate_tally(&a, cell_key(1, 2, 1, FAMILY_IPV4)),
			 t);
	ck_assert_ptr_ne(aggregate_tally(&a, cell_key(1, 2, 0, FAMILY_IPV6)),
			 t);
	ck_assert_uint_eq(a.count, 4);
	ck_assert_uint_eq(t->bytes, 1000);
}
END_TEST

START_TEST(a_full_table_refuses_new_keys_and_keeps_the_old)
{
	uint32_t most = (uint32_t)a.capacity;

	for (uint32_t i = 0; i < most; i++)
		ck_assert_ptr_nonnull(
		    aggregate_tally(&a, cell_key(i + 1, 0, 0, FAMILY_IPV4)));
	ck_assert_ptr_null(
	    aggregate_tally(&a, cell_key(most + 1, 0, 0, FAMILY_IPV4)));
	ck_assert_ptr_nonnull(
	    aggregate_tally(&a, cell_key(most, 0, 0, FAMILY_IPV4)));
	take();
	ck_assert_uint_eq(count, most);
	ck_assert_ptr_nonnull(
	    aggregate_tally(&a, cell_key(most + 1, 0, 0, FAMILY_IPV4)));
}
END_TEST

START_TEST(every_cell_of_an_exchange_has_room)
{
	uint32_t ends = e.registry->interface_count;

	for (uint32_t i = 0; i < ends; i++) {
		for (uint32_t j = 0; j < ends; j++) {
			for (uint32_t k = 0; k < 2 * 8 * 3; k++)
				ck_assert_ptr_nonnull(aggregate_tally(
				    &a, raw_key((struct raw_ends){
					    .from = i,
					    .to = j,
					    .source = k / 6,
					    .family = (enum family)(k % 3),
					    .egress = k / 3 % 2,
					    .in_part = true })));
		}
	}
}
END_TEST

START_TEST(taking_empties_the_table)
{
	take();
	ck_assert_ptr_null(cells);
	ck_assert_uint_eq(count, 0);
	tally_add_sample(aggregate_tally(&a, 77), 5, 1);
	take();
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(cells[0].key, 77);
	ck_assert_uint_eq(cells[0].tally.bytes, 5);
	take();
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(aggregate_tally(&a, 77)->bytes, 0);
}
END_TEST

START_TEST(the_same_input_comes_out_in_the_same_order)
{
	struct cell *first;
	size_t first_count;

	for (int run = 0; run < 2; run++) {
		for (uint32_t i = 1; i < 1000; i++)
			(void)aggregate_tally(
			    &a, cell_key(i * 7919 % 977, i, 0, FAMILY_IPV6));
		if (run == 1)
			break;
		ck_assert_int_eq(aggregate_take(&a, &first, &first_count), 0);
	}
	take();
	ck_assert_uint_eq(count, first_count);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(cells[i].key, first[i].key);
	free(first);
}
END_TEST

START_TEST(the_cells_add_up_to_what_was_added)
{
	uint64_t seed = 99;
	uint64_t bytes = 0;
	uint64_t packets = 0;

	for (int i = 0; i < 20000; i++) {
		uint32_t from, to, size, rate;

		seed = seed * UINT64_C(6364136223846793005) + 1;
		from = (uint32_t)(seed >> 60);
		to = (uint32_t)(seed >> 56) & 15;
		size = (uint32_t)(seed >> 40) & 0x3fff;
		rate = (uint32_t)(seed >> 20) & 0x1fff;
		tally_add_sample(
		    aggregate_tally(&a, cell_key(from, to, 0, FAMILY_IPV4)),
		    size, rate);
		bytes += (uint64_t)size * rate;
		packets += rate;
	}
	take();
	ck_assert_uint_eq(count, 256);
	for (size_t i = 0; i < count; i++) {
		bytes -= cells[i].tally.bytes;
		packets -= cells[i].tally.packets;
	}
	ck_assert_uint_eq(bytes, 0);
	ck_assert_uint_eq(packets, 0);
}
END_TEST

/* Where the keys of a crowd belong, of the first 2,048 slots. */
static const struct crowd {
	const char *name;
	uint64_t bits; /* of their hashes, which are */
	uint64_t are;
} crowds[] = {
	{ "anywhere", 0, 0 },
	{ "the last slots, so that they go on at the first", 0x7f8, 0x7f8 },
	{ "one slot, and later the last of each size", 0xfff, 0xfff },
	{ "the first slots of either half", 0x7fe, 0 },
};

/* The next key of a crowd behind another one. */
static uint64_t next_key(const struct crowd *c, uint64_t key)
{
	do
		key++;
	while ((u64map_hash(0, key) & c->bits) != c->are);
	return key;
}

/* Each key has its own cell still, and no other one was made. */
static void check_all(const struct crowd *c, uint64_t key, uint64_t keys)
{
	size_t before = a.count;

	for (uint64_t i = 1; i <= keys; i++) {
		key = next_key(c, key);
		ck_assert_msg(aggregate_tally(&a, key)->packets == i,
			      "%s: key %lu of %lu in %zu slots", c->name,
			      (unsigned long)i, (unsigned long)keys,
			      a.mask + 1);
	}
	ck_assert_uint_eq(a.count, before);
}

enum { RUNS = 8 }; /* of each crowd, with other keys */

START_TEST(a_table_that_grows_keeps_each_cell)
{
	const struct registry large = { .interface_count = 1000 };
	const struct crowd *c = &crowds[(size_t)_i / RUNS];
	uint64_t first = (uint64_t)_i % RUNS << 40;
	uint64_t key = first;
	int grown = 0;

	aggregate_fini(&a);
	ck_assert_int_eq(aggregate_init(&a, &large), 0);
	for (uint64_t i = 1; i <= 5000; i++) {
		size_t mask = a.mask;

		key = next_key(c, key);
		aggregate_tally(&a, key)->packets = i;
		if (a.mask != mask) {
			grown++;
			check_all(c, first, i);
		}
	}
	ck_assert_int_eq(grown, 3);
	take();
	ck_assert_uint_eq(count, 5000);
	/* What it leaves is free. */
	for (size_t i = 0; i < 4 * (a.mask + 1); i++) {
		ck_assert_uint_eq(a.slots[i].key, 0);
		ck_assert_uint_eq(a.slots[i].tally.packets, 0);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_key_says_its_ends_back, 0 },
		{ one_key_has_one_cell, 0 },
		{ a_full_table_refuses_new_keys_and_keeps_the_old, 0 },
		{ every_cell_of_an_exchange_has_room, 0 },
		{ taking_empties_the_table, 0 },
		{ the_same_input_comes_out_in_the_same_order, 0 },
		{ the_cells_add_up_to_what_was_added, 0 },
		{ a_table_that_grows_keeps_each_cell, RUNS * COUNT_OF(crowds) },
	};

	return unit_run_with("aggregate", setup, teardown, tests,
			     COUNT_OF(tests));
}
