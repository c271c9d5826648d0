/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/written_totals.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/combine.h"
#include "collector/totals.h"

/* Close the open step into a total, as the steps of a replay are. */
static int sum_up(struct intake *in, struct aggregate *total)
{
	struct cell *cells;
	size_t count;
	int rc = aggregate_take(&in->open, &cells, &count);

	if (rc < 0)
		return rc;
	combine_cells(in, cells, count, in->step);
	for (size_t i = 0; i < count; i++) {
		struct tally *t = aggregate_tally(total, cells[i].key);

		if (t)
			tally_add(t, &cells[i].tally);
		else
			rc = -ENOMEM;
	}
	free(cells);
	return rc;
}

int written_totals(struct text *out, struct intake *in, int64_t from_us,
		   int64_t to_us)
{
	struct aggregate total;
	int rc = aggregate_init(&total, in->registry);

	if (rc < 0)
		return rc;
	rc = sum_up(in, &total);
	if (rc == 0)
		rc = totals_write(out, in, &total, from_us, to_us);
	aggregate_fini(&total);
	return rc;
}
