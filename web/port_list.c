/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_list.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/order.h"

static const char *const sort_names[PORT_SORT_COUNT] = {
	"port", "owner",  "speed",    "now", "highest",
	"p95",	"errors", "discards", "full"
};
static const char *const filter_names[PORT_FILTER_COUNT] = {
	"all", "60", "80", "95", "errors", "down", "unconfigured"
};

const char *port_sort_name(enum port_sort sort)
{
	return sort_names[sort];
}

const char *port_filter_name(enum port_filter filter)
{
	return filter_names[filter];
}

static bool read_name(const char *text, const char *const *names, int count,
		      int *out)
{
	*out = 0;
	for (int i = 0; text && i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return !text || *text == '\0';
}

static bool read_switch(const struct call *call, uint32_t *out)
{
	const char *name = request_parameter(call->request, "switch");

	*out = UINT32_MAX;
	if (!name || *name == '\0')
		return true;
	for (size_t i = 0; i < call->config->switch_count; i++) {
		if (strcmp(call->config->switches[i].name, name) == 0)
			*out = (uint32_t)i;
	}
	return *out != UINT32_MAX;
}

const char *port_query_read(struct port_query *out, const struct call *call)
{
	int chosen;

	if (!read_name(request_parameter(call->request, "sort"), sort_names,
		       PORT_SORT_COUNT, &chosen))
		return TR("There is no such order.");
	out->sort = (enum port_sort)chosen;
	if (!read_name(request_parameter(call->request, "flag"), filter_names,
		       PORT_FILTER_COUNT, &chosen))
		return TR("flag is one of all, 60, 80, 95, errors, down and "
			  "unconfigured.");
	out->filter = (enum port_filter)chosen;
	if (!read_switch(call, &out->switch_index))
		return TR("There is no such switch.");
	return NULL;
}

double port_list_use(const double bps[WAY_COUNT], double speed_bps)
{
	return fmax(bps[WAY_FROM], bps[WAY_TO]) / speed_bps;
}

/* ---- which ---- */

static double sum_of(const double values[WAY_COUNT])
{
	return fmax(values[WAY_FROM], 0) + fmax(values[WAY_TO], 0);
}

static bool passes(const struct port_line *line, const struct port_query *q)
{
	static const double thresholds[PORT_FILTER_COUNT] = {
		[PORT_FILTER_60] = 0.60,
		[PORT_FILTER_80] = 0.80,
		[PORT_FILTER_95] = 0.95
	};
	const struct port_row *row = line->row;
	double use = fmax(port_list_use(line->figures->highest, row->speed_bps),
			  port_list_use(line->now, row->speed_bps));

	if (q->switch_index != UINT32_MAX &&
	    row->switch_index != q->switch_index)
		return false;
	switch (q->filter) {
	case PORT_FILTER_60:
	case PORT_FILTER_80:
	case PORT_FILTER_95:
		return use >= thresholds[q->filter];
	case PORT_FILTER_ERRORS:
		return sum_of(line->figures->errors) +
			   sum_of(line->figures->discards) >
		       0;
	case PORT_FILTER_DOWN:
		return row->status && row->status->up == 0;
	case PORT_FILTER_UNCONFIGURED:
		return !row->port;
	case PORT_FILTER_ALL:
	case PORT_FILTER_COUNT:
		break;
	}
	return true;
}

/* ---- order ---- */

static int by_place(const struct port_line *a, const struct port_line *b)
{
	return (a->place > b->place) - (a->place < b->place);
}

/* Larger first, unknown last, equal ones in port order. */
static int falling(const struct port_line *a, const struct port_line *b,
		   double x, double y)
{
	int order = order_falling(x, y);

	return order ? order : by_place(a, b);
}

/* By utilisation; those of unknown speed follow, by traffic. */
static int by_use(const struct port_line *a, const struct port_line *b,
		  const double x[WAY_COUNT], const double y[WAY_COUNT])
{
	double p = port_list_use(x, a->row->speed_bps);
	double q = port_list_use(y, b->row->speed_bps);

	if (isnan(p) && isnan(q))
		return falling(a, b, fmax(x[WAY_FROM], x[WAY_TO]),
			       fmax(y[WAY_FROM], y[WAY_TO]));
	return falling(a, b, p, q);
}

static uint32_t owner_of(const struct port_line *line)
{
	const struct port *port = line->row->port;

	return port && port->member_count > 0 ? port->members[0] : UINT32_MAX;
}

static double days_left(const struct port_line *line)
{
	switch (line->full.kind) {
	case FORECAST_NOW:
		return 0;
	case FORECAST_AT:
		return line->full.days;
	case FORECAST_FAR:
		return 1e9;
	case FORECAST_NO_GROWTH:
		return 1e10;
	case FORECAST_UNKNOWN:
		break;
	}
	return (double)NAN;
}

static double total(const double values[WAY_COUNT])
{
	return isnan(values[WAY_FROM]) && isnan(values[WAY_TO])
		   ? (double)NAN
		   : sum_of(values);
}

static int compare(const struct port_line *a, const struct port_line *b,
		   enum port_sort sort)
{
	const struct port_figures *x = a->figures;
	const struct port_figures *y = b->figures;

	switch (sort) {
	case PORT_SORT_OWNER:
		if (owner_of(a) != owner_of(b))
			return owner_of(a) < owner_of(b) ? -1 : 1;
		break;
	case PORT_SORT_SPEED:
		return falling(a, b, a->row->speed_bps, b->row->speed_bps);
	case PORT_SORT_NOW:
		return by_use(a, b, a->now, b->now);
	case PORT_SORT_HIGHEST:
		return by_use(a, b, x->highest, y->highest);
	case PORT_SORT_P95:
		return by_use(a, b, x->p95, y->p95);
	case PORT_SORT_ERRORS:
		return falling(a, b, total(x->errors), total(y->errors));
	case PORT_SORT_DISCARDS:
		return falling(a, b, total(x->discards), total(y->discards));
	case PORT_SORT_FULL:
		return falling(a, b, -days_left(a), -days_left(b));
	case PORT_SORT_PORT:
	case PORT_SORT_COUNT:
		break;
	}
	return by_place(a, b);
}

static int by_wanted(const void *left, const void *right, void *sort)
{
	return compare(left, right, *(const enum port_sort *)sort);
}

/* ---- the list ---- */

static void fill(struct port_line *line, const struct port_list *list,
		 uint32_t place)
{
	line->row = &list->rows[place];
	line->figures = &list->figures[place];
	line->trend = &list->trends[place];
	line->place = place;
	line->full = port_trends_full(line->trend, line->row->speed_bps);
	ports_now(line->row, line->now, &line->now_is_estimate);
}

int port_list_load(struct port_list *out, const struct call *call,
		   const struct port_query *query)
{
	struct port_list list = { .rows = NULL };
	enum port_sort sort = query->sort;
	int rc = ports_list(&list.rows, &list.row_count, call);

	if (rc == 0)
		rc = ports_figures(&list.figures, call, list.rows,
				   list.row_count);
	if (rc == 0)
		rc = port_trends_load(&list.trends, &list.last_day, call,
				      list.rows, list.row_count);
	if (rc == 0)
		list.lines = calloc(list.row_count + 1, sizeof(*list.lines));
	if (!list.lines) {
		port_list_fini(&list);
		return rc < 0 ? rc : -ENOMEM;
	}
	for (uint32_t i = 0; i < list.row_count; i++) {
		fill(&list.lines[list.count], &list, i);
		list.count += passes(&list.lines[list.count], query);
	}
	qsort_r(list.lines, list.count, sizeof(*list.lines), by_wanted, &sort);
	*out = list;
	return 0;
}

void port_list_fini(struct port_list *list)
{
	free(list->rows);
	free(list->figures);
	free(list->trends);
	free(list->lines);
	*list = (struct port_list){ .rows = NULL };
}
