/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdint.h>

#include "util/err.h"
#include "util/u64map.h"

enum { MANY = 100000 };

static struct u64map map;

static void setup(void)
{
	ck_assert_int_eq(u64map_init(&map, MANY), 0);
}

static void teardown(void)
{
	u64map_fini(&map);
}

START_TEST(a_key_that_was_put_is_found)
{
	ck_assert_int_eq(u64map_put(&map, 0, 7), 0);
	ck_assert_int_eq(u64map_put(&map, UINT64_MAX - 1, 8), 0);
	ck_assert_uint_eq(u64map_find(&map, 0), 7);
	ck_assert_uint_eq(u64map_find(&map, UINT64_MAX - 1), 8);
	ck_assert_uint_eq(u64map_find(&map, 1), U64MAP_NONE);
	ck_assert_uint_eq(map.count, 2);
}
END_TEST

START_TEST(putting_a_key_again_replaces_its_value)
{
	ck_assert_int_eq(u64map_put(&map, 5, 7), 0);
	ck_assert_int_eq(u64map_put(&map, 5, 9), 0);
	ck_assert_uint_eq(u64map_find(&map, 5), 9);
	ck_assert_uint_eq(map.count, 1);
}
END_TEST

/* Put as many keys as there is room for: their numbers, shifted. */
static void fill(unsigned shift)
{
	size_t put = 0;

	for (uint64_t key = 0; key < MANY; key++)
		put += u64map_put(&map, key << shift, (uint32_t)key) == 0;
	ck_assert_uint_eq(put, MANY);
}

START_TEST(a_full_map_refuses_new_keys_and_keeps_the_old)
{
	size_t found = 0;

	fill(24);
	ck_assert_int_eq(u64map_put(&map, 1, 1), ERR_FULL);
	ck_assert_int_eq(u64map_put(&map, 0, 77), 0);
	ck_assert_uint_eq(u64map_find(&map, 1), U64MAP_NONE);
	ck_assert_uint_eq(u64map_find(&map, 0), 77);
	for (uint64_t key = 1; key < MANY; key++)
		found += u64map_find(&map, key << 24) == key;
	ck_assert_uint_eq(found, MANY - 1);
	ck_assert_uint_eq(map.count, MANY);
}
END_TEST

START_TEST(the_key_that_cannot_be_stored_is_never_found)
{
	ck_assert_int_eq(u64map_put(&map, UINT64_MAX, 7), ERR_RANGE);
	ck_assert_uint_eq(u64map_find(&map, UINT64_MAX), U64MAP_NONE);
	ck_assert_uint_eq(map.count, 0);
}
END_TEST

START_TEST(a_map_without_room_is_still_a_map)
{
	struct u64map none;

	ck_assert_int_eq(u64map_init(&none, 0), 0);
	ck_assert_uint_eq(u64map_find(&none, 1), U64MAP_NONE);
	ck_assert_int_eq(u64map_put(&none, 1, 1), ERR_FULL);
	u64map_fini(&none);
}
END_TEST

START_TEST(a_capacity_beyond_memory_is_refused)
{
	struct u64map huge;

	ck_assert_int_eq(u64map_init(&huge, SIZE_MAX), -ENOMEM);
	ck_assert_int_eq(u64map_init(&huge, SIZE_MAX / 2 + 1), -ENOMEM);
	u64map_fini(&huge);
}
END_TEST

START_TEST(a_growing_map_keeps_what_it_has)
{
	struct u64map m;

	ck_assert_int_eq(u64map_init(&m, 0), 0);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_int_eq(u64map_put_growing(&m, (uint64_t)i << 32, i),
				 0);
	ck_assert_uint_eq(m.count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(u64map_find(&m, (uint64_t)i << 32), i);
	ck_assert_int_eq(u64map_put_growing(&m, UINT64_MAX, 1), ERR_RANGE);
	ck_assert_uint_eq(m.count, 1000);
	u64map_fini(&m);
}
END_TEST

/* How many steps past its own slot all keys together stand. */
static size_t steps_of_all(const struct u64map *m)
{
	size_t steps = 0;

	for (size_t slot = 0; slot <= m->mask; slot++) {
		uint64_t key = m->keys[slot];

		if (key != UINT64_MAX)
			steps += (slot - u64map_hash(m->seed, key)) & m->mask;
	}
	return steps;
}

/* MAC addresses of one vendor, and pairs of small numbers. */
static const struct {
	const char *name;
	unsigned shift;
} patterns[] = {
	{ "in the low bits", 0 },
	{ "in the middle", 20 },
	{ "in the high bits", 40 },
	{ "in the highest bits", 47 },
};

START_TEST(keys_that_differ_in_few_bits_stand_near_home)
{
	fill(patterns[_i].shift);
	/* a random placement at this load makes a third of a step a key */
	ck_assert_msg(steps_of_all(&map) < MANY, "%s: %zu", patterns[_i].name,
		      steps_of_all(&map));
}
END_TEST

START_TEST(a_map_may_grow)
{
	struct u64map m;

	ck_assert_int_eq(u64map_init(&m, 4), 0);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_int_eq(u64map_put_growing(&m, i * 7, i), 0);
	ck_assert_uint_eq(m.count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(u64map_find(&m, i * 7), i);
	ck_assert_int_eq(u64map_put_growing(&m, UINT64_MAX, 1), ERR_RANGE);
	u64map_fini(&m);
}
END_TEST

START_TEST(a_cleared_map_has_no_keys_and_its_room)
{
	struct u64map m;

	ck_assert_int_eq(u64map_init(&m, 4), 0);
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 4; i++)
			ck_assert_int_eq(u64map_put(&m, i, i), 0);
		ck_assert_int_eq(u64map_put(&m, 9, 9), ERR_FULL);
		u64map_clear(&m);
		for (uint32_t i = 0; i < 4; i++)
			ck_assert_uint_eq(u64map_find(&m, i), U64MAP_NONE);
		ck_assert_uint_eq(u64map_find(&m, UINT64_MAX), U64MAP_NONE);
	}
	u64map_fini(&m);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_key_that_was_put_is_found, 0 },
		{ putting_a_key_again_replaces_its_value, 0 },
		{ a_full_map_refuses_new_keys_and_keeps_the_old, 0 },
		{ the_key_that_cannot_be_stored_is_never_found, 0 },
		{ a_map_without_room_is_still_a_map, 0 },
		{ a_growing_map_keeps_what_it_has, 0 },
		{ a_capacity_beyond_memory_is_refused, 0 },
		{ a_map_may_grow, 0 },
		{ a_cleared_map_has_no_keys_and_its_room, 0 },
		{ keys_that_differ_in_few_bits_stand_near_home,
		  COUNT_OF(patterns) },
	};

	return unit_run_with("u64map", setup, teardown, tests, COUNT_OF(tests));
}
