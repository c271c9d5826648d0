/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_IXP_ROWS_H
#define LANTERNE_TESTS_SUPPORT_IXP_ROWS_H

/*
 * ixp_rows — what librrd reads in a file of IXP Manager's tree: another
 * reader than ours. Every failure fails the test that called.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/ixp_tree.h"

struct ixp_row {
	double in;
	double out;
};

/** The 5-minute row that starts there; NaN where it is unknown. */
struct ixp_row ixp_rows_read(const char *root, const struct ixp_file *file,
			     int64_t start_s);

/** True if the file is there. */
bool ixp_rows_has_file(const char *root, const struct ixp_file *file);

#endif
