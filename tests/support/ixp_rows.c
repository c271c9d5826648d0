/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/ixp_rows.h"

#include <check.h>
#include <limits.h>
#include <rrd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct ixp_row ixp_rows_read(const char *root, const struct ixp_file *file,
			     int64_t start_s)
{
	char path[PATH_MAX];
	time_t start = (time_t)start_s;
	time_t end = (time_t)start_s;
	unsigned long step = IXP_TREE_STEP_S;
	unsigned long columns;
	char **names;
	double *values;
	struct ixp_row row;

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	ck_assert_int_eq(rrd_fetch_r(path, "AVERAGE", &start, &end, &step,
				     &columns, &names, &values),
			 0);
	/* the first row ends a step behind the start */
	ck_assert_int_eq(start, start_s);
	ck_assert_uint_eq(step, IXP_TREE_STEP_S);
	ck_assert_uint_eq(columns, IXP_COLUMN_COUNT);
	ck_assert_str_eq(names[0], "traffic_in");
	ck_assert_str_eq(names[1], "traffic_out");
	row = (struct ixp_row){ values[0], values[1] };
	for (unsigned long i = 0; i < columns; i++)
		rrd_freemem(names[i]);
	rrd_freemem(names);
	rrd_freemem(values);
	return row;
}

bool ixp_rows_has_file(const char *root, const struct ixp_file *file)
{
	char path[PATH_MAX];

	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), root, file), 0);
	return access(path, F_OK) == 0;
}
