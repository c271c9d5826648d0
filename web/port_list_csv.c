/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "web/csv.h"
#include "web/port_list.h"

static const char head[] =
    "switch,ifindex,port,kind,asns,speed_bps,contracted_bps,state,"
    "in_now_bps,out_now_bps,now_basis,in_highest_bps,out_highest_bps,"
    "in_p95_bps,out_p95_bps,day_basis,in_errors,out_errors,in_discards,"
    "out_discards,trend_days,in_growth_bps_per_day,out_growth_bps_per_day,"
    "forecast,full_on,full_earliest,full_latest\r\n";

static const char *kind_of(const struct port_row *row)
{
	if (!row->port)
		return "unconfigured";
	if (row->port->core)
		return "core";
	return row->port->member_count > 0 ? "member" : "unused";
}

static const char *state_of(const struct port_row *row)
{
	if (!row->status || row->status->up < 0)
		return "unknown";
	return row->status->up ? "up" : "down";
}

static void add_both(struct text *out, const double values[WAY_COUNT])
{
	csv_add_number(out, values[WAY_FROM]);
	csv_add_number(out, values[WAY_TO]);
}

static void add_who(struct text *out, const struct call *call,
		    const struct port_row *row)
{
	const struct config_port *config = row->port ? row->port->config : NULL;
	struct text owner;

	csv_add_field(out, call->config->switches[row->switch_index].name);
	text_addf(out, ",%u,", row->ifindex);
	csv_add_field(out, row->name);
	text_addf(out, ",%s,", kind_of(row));
	text_init(&owner);
	for (uint32_t i = 0; row->port && i < row->port->member_count; i++)
		text_addf(&owner, "%s%u", i ? " " : "",
			  call->registry->members[row->port->members[i]].asn);
	text_add(out, text_str(&owner));
	text_fini(&owner);
	csv_add_number(out, row->speed_bps);
	csv_add_number(out, config && config->contracted_bps
				? (double)config->contracted_bps
				: NAN);
	text_addf(out, ",%s", state_of(row));
}

static void add_date(struct text *out, struct date last, double days)
{
	char date[DATE_TEXT_SIZE];

	text_add_char(out, ',');
	if (isfinite(days))
		text_add(out,
			 date_text(date, date_add_days(last, (int32_t)days)));
}

static void add_forecast(struct text *out, const struct port_list *list,
			 const struct port_line *line)
{
	static const char *const kinds[] = { [FORECAST_UNKNOWN] = "unknown",
					     [FORECAST_NO_GROWTH] = "no_growth",
					     [FORECAST_FAR] = "far",
					     [FORECAST_AT] = "at",
					     [FORECAST_NOW] = "now" };
	const struct forecast *f = &line->full;
	bool is_at = f->kind == FORECAST_AT;
	const struct trend *way = line->trend->way;

	csv_add_number(out, (double)fmax((double)way[WAY_FROM].days,
					 (double)way[WAY_TO].days));
	csv_add_number(out, way[WAY_FROM].slope);
	csv_add_number(out, way[WAY_TO].slope);
	text_addf(out, ",%s", kinds[f->kind]);
	add_date(out, list->last_day, is_at ? f->days : NAN);
	add_date(out, list->last_day, is_at ? f->days_early : NAN);
	add_date(out, list->last_day, is_at ? f->days_late : NAN);
}

void port_list_add_csv(struct text *out, const struct call *call,
		       const struct port_list *list)
{
	text_add(out, head);
	for (size_t i = 0; i < list->count; i++) {
		const struct port_line *line = &list->lines[i];
		const struct port_figures *f = line->figures;

		add_who(out, call, line->row);
		add_both(out, line->now);
		text_add(out, line->now_is_estimate ? ",samples" : ",counters");
		add_both(out, f->highest);
		add_both(out, f->p95);
		text_add(out, f->is_estimate ? ",samples" : ",counters");
		add_both(out, f->errors);
		add_both(out, f->discards);
		add_forecast(out, list, line);
		text_add(out, "\r\n");
	}
}
