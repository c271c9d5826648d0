/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/ixp_rows.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct ixp_row ixp_rows_read(const char *root, const struct ixp_file *file,
			     int64_t start_s)
{
	char path[PATH_MAX];
	char command[2 * PATH_MAX];
	char line[200] = "";
	struct ixp_row row;
	long long stamp;
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
	ck_assert_int_eq(
	    sscanf(line, "%lld: %lf %lf", &stamp, &row.in, &row.out), 3);
	ck_assert_int_eq(stamp, start_s + IXP_TREE_STEP_S);
	return row;
}

bool ixp_rows_has_file(const char *root, const struct ixp_file *file)
{
	char path[PATH_MAX];

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	return access(path, F_OK) == 0;
}
