/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/written_totals.h"

#include "collector/totals.h"

int written_totals(struct text *out, struct intake *in, int64_t from_us,
		   int64_t to_us)
{
	return totals_write(out, in, &in->open, from_us, to_us);
}
