/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "web/port_counts.h"
#include "web/ports.h"
#include "web/view.h"

/* As it is kept: which port it is of stands beside. */
struct kept_port {
	uint32_t switch_index;
	uint32_t ifindex;
	struct port_figures figures;
};

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

/* What is kept, if it is of these ports. */
static bool recall(struct port_figures *out, const struct call *call,
		   const struct port_row *rows, size_t count)
{
	struct kept_port *kept;
	bool same;
	size_t size;
	void *found;

	if (!memo_find(site_memo(call->site), "ports", &call->epoch, &found,
		       &size))
		return false;
	kept = found;
	same = size == count * sizeof(*kept);
	for (size_t i = 0; same && i < count; i++) {
		same = kept[i].switch_index == rows[i].switch_index &&
		       kept[i].ifindex == rows[i].ifindex;
		out[i] = kept[i].figures;
	}
	free(found);
	return same;
}

static void keep(const struct port_figures *figures, const struct call *call,
		 const struct port_row *rows, size_t count)
{
	struct kept_port *kept = calloc(count + 1, sizeof(*kept));

	if (!kept)
		return;
	for (size_t i = 0; i < count; i++) {
		kept[i].switch_index = rows[i].switch_index;
		kept[i].ifindex = rows[i].ifindex;
		kept[i].figures = figures[i];
	}
	memo_keep(site_memo(call->site), "ports", &call->epoch, kept,
		  count * sizeof(*kept));
	free(kept);
}

int ports_figures(struct port_figures **out, const struct call *call,
		  const struct port_row *rows, size_t count)
{
	struct port_figures *made = calloc(count + 1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	if (!recall(made, call, rows, count)) {
		for (size_t i = 0; i < count; i++)
			work_out(&made[i], call, &rows[i]);
		keep(made, call, rows, count);
	}
	*out = made;
	return 0;
}
