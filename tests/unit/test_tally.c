/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdint.h>

#include "ixp/tally.h"
#include "support/unit.h"

START_TEST(a_sample_stands_for_rate_times_its_bytes)
{
	struct tally t = { 0 };

	tally_add_sample(&t, 1500, 4096);
	tally_add_sample(&t, 64, 4096);
	ck_assert_uint_eq(t.bytes, 1564u * 4096);
	ck_assert_uint_eq(t.packets, 2u * 4096);
	ck_assert_uint_eq(t.samples, 2);
}
END_TEST

START_TEST(variance_is_rate_times_rate_less_one_times_bytes_squared)
{
	struct tally t = { 0 };

	tally_add_sample(&t, 100, 10);
	tally_add_sample(&t, 50, 4);
	ck_assert_double_eq(t.variance,
			    10.0 * 9 * 100 * 100 + 4.0 * 3 * 50 * 50);
}
END_TEST

START_TEST(every_frame_seen_leaves_no_doubt)
{
	struct tally t = { 0 };

	tally_add_sample(&t, 1500, 1);
	ck_assert_uint_eq(tally_ci95_bytes(&t), 0);
}
END_TEST

START_TEST(the_interval_is_1_96_deviations_rounded)
{
	struct tally t = { 0 };

	tally_add_sample(&t, 1000, 100);
	/* 1.96 * sqrt(9900) * 1000 = 195017.54 */
	ck_assert_uint_eq(tally_ci95_bytes(&t), 195018);
	ck_assert_uint_eq((uint64_t)round(1.96 * sqrt(9900.0) * 1000), 195018);
}
END_TEST

START_TEST(adding_is_adding_each_part)
{
	struct tally a = { 1, 2, 3, 4.5 };
	struct tally b = { 10, 20, 30, 40.25 };

	tally_add(&a, &b);
	ck_assert_uint_eq(a.bytes, 11);
	ck_assert_uint_eq(a.packets, 22);
	ck_assert_uint_eq(a.samples, 33);
	ck_assert_double_eq(a.variance, 44.75);
}
END_TEST

START_TEST(sums_saturate_instead_of_wrapping)
{
	struct tally a = { UINT64_MAX - 1, UINT64_MAX - 1, 1, 0 };
	struct tally b = { 2, 2, 1, 0 };

	tally_add(&a, &b);
	ck_assert_uint_eq(a.bytes, UINT64_MAX);
	ck_assert_uint_eq(a.packets, UINT64_MAX);
	tally_add_sample(&a, UINT32_MAX, UINT32_MAX);
	ck_assert_uint_eq(a.bytes, UINT64_MAX);
	ck_assert_uint_eq(a.packets, UINT64_MAX);
	ck_assert_uint_eq(a.samples, 3);
}
END_TEST

START_TEST(an_interval_beyond_64_bits_is_the_largest)
{
	struct tally t = { .variance = 1e60 };

	ck_assert_uint_eq(tally_ci95_bytes(&t), UINT64_MAX);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_sample_stands_for_rate_times_its_bytes, 0 },
		{ variance_is_rate_times_rate_less_one_times_bytes_squared, 0 },
		{ every_frame_seen_leaves_no_doubt, 0 },
		{ the_interval_is_1_96_deviations_rounded, 0 },
		{ adding_is_adding_each_part, 0 },
		{ sums_saturate_instead_of_wrapping, 0 },
		{ an_interval_beyond_64_bits_is_the_largest, 0 },
	};

	return unit_run("tally", tests, COUNT_OF(tests));
}
