/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Another program's RRD file: what is accepted lies in the file. */

#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "store/rrd_foreign.h"

enum { ROWS_LOOKED_AT = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void look(const struct rrd_foreign *f, size_t archive)
{
	const struct rrd_foreign_archive *a = &f->archives[archive];

	assert(a->row_s > 0 && a->end_s % a->row_s == 0);
	for (size_t row = 0; row < ROWS_LOOKED_AT; row++) {
		double value =
		    rrd_foreign_value(f, archive, a->rows - 1 - row % a->rows,
				      (int)(row % f->source_count));

		assert(isnan(value) || (value >= 0 && isfinite(value)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rrd_foreign f;

	if (rrd_foreign_look(&f, data, len))
		return 0;
	for (size_t i = 0; i < f.archive_count; i++)
		look(&f, i);
	for (size_t i = 0; i < f.source_count; i++)
		assert(rrd_foreign_source(&f, f.sources[i]) >= 0);
	return 0;
}
