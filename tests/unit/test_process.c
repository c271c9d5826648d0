/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/unit.h"

START_TEST(it_says_what_this_process_takes)
{
	enum { MORE = 32 << 20 };
	struct process *p;
	struct process_figures before;
	struct process_figures after;
	char *memory;
	int fds[2];

	ck_assert_int_eq(process_open(&p), 0);
	before = process_read(p);
	ck_assert_uint_gt(before.resident_bytes, 0);
	ck_assert_uint_ge(before.virtual_bytes, before.resident_bytes);
	ck_assert_uint_ge(before.max_fds, before.open_fds);
	memory = malloc(MORE);
	ck_assert_ptr_nonnull(memory);
	memset(memory, 1, MORE);
	ck_assert_int_eq(pipe(fds), 0);
	after = process_read(p);
	ck_assert_uint_ge(after.resident_bytes,
			  before.resident_bytes + MORE / 2);
	ck_assert_uint_eq(after.open_fds, before.open_fds + 2);
	ck_assert_double_ge(after.cpu_s, before.cpu_s);
	(void)close(fds[0]);
	(void)close(fds[1]);
	free(memory);
	process_close(p);
}
END_TEST

START_TEST(without_what_tells_it_is_not_known)
{
	const struct process_figures f = process_read(NULL);

	ck_assert_uint_eq(f.resident_bytes, UINT64_MAX);
	ck_assert_uint_eq(f.open_fds, UINT64_MAX);
	ck_assert_double_ge(f.cpu_s, 0);
	process_close(NULL);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ it_says_what_this_process_takes, 0 },
		{ without_what_tells_it_is_not_known, 0 },
	};

	return unit_run("process", tests, COUNT_OF(tests));
}
