/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/ixp_rows.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct ixp_row ixp_rows_read(const char *root, const struct ixp_file *file,
			     int64_t start_s)
{
	char path[PATH_MAX];
	char command[2 * PATH_MAX];
	char line[200] = "";
	struct ixp_row row;
	char *rest;
	FILE *pipe;

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	(void)snprintf(command, sizeof(command),
		       "rrdtool fetch %s AVERAGE -r 300 -s %lld -e %lld", path,
		       (long long)start_s, (long long)start_s);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while (fgets(line, sizeof(line), pipe))
		;
	ck_assert_int_eq(pclose(pipe), 0);
	/* "1700006700: 1.0000000000e+01 -nan" */
	ck_assert_int_eq(strtoll(line, &rest, 10), start_s + IXP_TREE_STEP_S);
	ck_assert_int_eq(*rest, ':');
	row.in = strtod(rest + 1, &rest);
	row.out = strtod(rest, &rest);
	ck_assert_str_eq(rest, "\n");
	return row;
}

bool ixp_rows_has_file(const char *root, const struct ixp_file *file)
{
	char path[PATH_MAX];

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	return access(path, F_OK) == 0;
}
