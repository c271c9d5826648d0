/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "web/port_counts.h"
#include "web/port_memo.h"
#include "web/ports.h"
#include "web/view.h"

static void add_counts(struct port_figures *f, const struct call *call,
		       const struct series *series, const struct period *period)
{
	struct port_counts counts;

	if (port_counts_load(&counts, call, series, period) < 0)
		return;
	f->errors[WAY_FROM] = counts.of[PORT_IN_ERRORS].total;
	f->errors[WAY_TO] = counts.of[PORT_OUT_ERRORS].total;
	f->discards[WAY_FROM] = counts.of[PORT_IN_DISCARDS].total;
	f->discards[WAY_TO] = counts.of[PORT_OUT_DISCARDS].total;
}

static void work_out(struct port_figures *f, const struct call *call,
		     const struct port_row *row)
{
	struct period period = page_default_period(call);
	struct series series = ports_series(call, row);
	struct subject subject;
	struct view v;

	*f = (struct port_figures){ { NAN, NAN }, { NAN, NAN }, { NAN, NAN },
				    { NAN, NAN }, { NAN, NAN }, false };
	subject_of_port(&subject, NULL, &series, row->name, "");
	if (view_load(&v, call, &subject, &period) == 0) {
		for (int way = 0; way < WAY_COUNT; way++) {
			f->highest[way] =
			    v.statistics[way][BAND_TOTAL].maximum * 8;
			f->p95[way] = v.p95[way][BAND_TOTAL] * 8;
			f->bytes[way] = v.statistics[way][BAND_TOTAL].total;
		}
		f->is_estimate = v.traffic.is_estimate;
		view_fini(&v);
	}
	subject_fini(&subject);
	add_counts(f, call, &series, &period);
}

int ports_figures(struct port_figures **out, const struct call *call,
		  const struct port_row *rows, size_t count)
{
	struct port_figures *made = calloc(count + 1, sizeof(*made));
	const struct port_memo what = { .name = "ports",
					.epoch = call->epoch,
					.rows = rows,
					.count = count,
					.size = sizeof(*made) };

	if (!made)
		return -ENOMEM;
	if (!port_memo_recall(&what, call, made)) {
		for (size_t i = 0; i < count; i++)
			work_out(&made[i], call, &rows[i]);
		port_memo_keep(&what, call, made);
	}
	*out = made;
	return 0;
}
