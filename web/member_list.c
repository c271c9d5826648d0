/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/member_list.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "web/graph.h"
#include "web/view.h"

enum { SPARKLINES_MAX = 200 }; /* more members have none */

static void fill(struct member_figures *f, const struct view *v)
{
	double from = v->statistics[WAY_FROM][BAND_TOTAL].total;
	double to = v->statistics[WAY_TO][BAND_TOTAL].total;

	f->current[WAY_FROM] = v->current[WAY_FROM][BAND_TOTAL];
	f->current[WAY_TO] = v->current[WAY_TO][BAND_TOTAL];
	f->highest = fmax(v->statistics[WAY_FROM][BAND_TOTAL].maximum,
			  v->statistics[WAY_TO][BAND_TOTAL].maximum);
	f->total_bytes = isnan(from) ? to : isnan(to) ? from : from + to;
}

static void work_out(struct member_figures *f, struct text *sparks,
		     const struct call *call, const struct member *member)
{
	struct period period = page_default_period(call);
	struct subject subject;
	struct view view;

	*f = (struct member_figures){ { NAN, NAN }, NAN, NAN, sparks->len, 0 };
	subject_of_member(&subject, NULL, member);
	if (view_load(&view, call, &subject, &period) == 0) {
		fill(f, &view);
		if (call->registry->member_count <= SPARKLINES_MAX)
			graph_add_sparkline(sparks, &view.traffic, WAY_FROM);
		f->spark_len = sparks->len - f->spark_at;
		view_fini(&view);
	}
	subject_fini(&subject);
}

/* The figures, then the drawings, in one piece. */
static void point(struct member_list *list, void *kept, uint32_t count)
{
	list->kept = kept;
	list->figures = kept;
	list->sparks = (const char *)(list->figures + count);
}

static int make(struct member_list *out, const struct call *call)
{
	uint32_t count = call->registry->member_count;
	size_t size = count * sizeof(struct member_figures);
	struct member_figures *figures = calloc(1, size + 1);
	struct text sparks;
	void *grown = NULL;

	text_init(&sparks);
	for (uint32_t i = 0; figures && i < count; i++)
		work_out(&figures[i], &sparks, call,
			 &call->registry->members[i]);
	if (figures && text_ok(&sparks))
		grown = realloc(figures, size + sparks.len + 1);
	if (!grown) {
		free(figures);
		text_fini(&sparks);
		return -ENOMEM;
	}
	memcpy((char *)grown + size, text_str(&sparks), sparks.len);
	memo_keep(site_memo(call->site), "members", &call->epoch, grown,
		  size + sparks.len);
	point(out, grown, count);
	text_fini(&sparks);
	return 0;
}

int member_list_load(struct member_list *out, const struct call *call)
{
	size_t size;
	void *kept;

	if (!memo_find(site_memo(call->site), "members", &call->epoch, &kept,
		       &size))
		return make(out, call);
	point(out, kept, call->registry->member_count);
	return 0;
}

void member_list_fini(struct member_list *list)
{
	free(list->kept);
	*list = (struct member_list){ 0 };
}
