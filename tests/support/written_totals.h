/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_WRITTEN_TOTALS_H
#define LANTERNE_TESTS_WRITTEN_TOTALS_H

/*
 * written_totals — the totals of an intake, for tests that read them with
 * jansson: its header and the one of our JSON writer use the same names.
 */

#include <stdint.h>

#include "util/text.h"

struct intake;

/** As totals_write, of what is counted in the intake's open step. */
int written_totals(struct text *out, struct intake *in, int64_t from_us,
		   int64_t to_us);

#endif
