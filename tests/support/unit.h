/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_UNIT_H
#define LANTERNE_TESTS_SUPPORT_UNIT_H

/* unit — run the tests of one module, named by a list. */

#include <check.h>
#include <stddef.h>
#include <stdlib.h>

/* A test, and over how many rows of its table (_i) it runs; 0: no table. */
struct unit_test {
	const TTest *test;
	size_t rows;
};

/** Number of entries of an array. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/**
 * Run tests of a module; to be returned from main.
 *
 * @param setup, teardown  around each test; may be NULL
 */
static inline int unit_run_with(const char *module, SFun setup, SFun teardown,
				const struct unit_test *tests, size_t count)
{
	Suite *suite = suite_create(module);
	TCase *tcase = tcase_create(module);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	suite_add_tcase(suite, tcase);
	for (size_t i = 0; i < count; i++) {
		if (tests[i].rows)
			tcase_add_loop_test(tcase, tests[i].test, 0,
					    (int)tests[i].rows);
		else
			tcase_add_test(tcase, tests[i].test);
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/** As unit_run_with, without anything around the tests. */
static inline int unit_run(const char *module, const struct unit_test *tests,
			   size_t count)
{
	return unit_run_with(module, NULL, NULL, tests, count);
}

#endif
