/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/ports.h"
#include "util/language.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/html.h"

static int natural(const void *a, const void *b)
{
	const struct port_row *x = a;
	const struct port_row *y = b;
	int order;

	if (x->switch_index != y->switch_index)
		return x->switch_index < y->switch_index ? -1 : 1;
	order = strverscmp(x->name, y->name);
	if (order == 0)
		order = (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
	return order;
}

static void fill(struct port_row *row)
{
	const struct config_port *config = row->port ? row->port->config : NULL;
	const char *name = config ? config->name : NULL;
	double speed = config ? (double)config->speed_bps : 0;

	if (!name && row->status && *row->status->name)
		name = row->status->name;
	if (name)
		(void)snprintf(row->name, sizeof(row->name), "%s", name);
	else
		(void)snprintf(row->name, sizeof(row->name), "ifIndex %u",
			       row->ifindex);
	if (!(speed > 0) && row->status)
		speed = row->status->speed_bps;
	row->speed_bps = speed > 0 ? speed : NAN;
}

static bool find_switch(const struct call *call, const char *name,
			uint32_t *index)
{
	for (size_t i = 0; i < call->config->switch_count; i++) {
		if (strcmp(call->config->switches[i].name, name) == 0) {
			*index = (uint32_t)i;
			return true;
		}
	}
	return false;
}

/* The configured ports have their status; those only heard of follow. */
static size_t gather(struct port_row *rows, const struct call *call)
{
	const struct registry *registry = call->registry;
	const struct status *s = call->status;
	size_t n = 0;

	for (uint32_t i = 0; i < registry->port_count; i++) {
		const struct port *port = &registry->ports[i];
		const char *name =
		    call->config->switches[port->switch_index].name;

		rows[n++] = (struct port_row){
			.switch_index = port->switch_index,
			.ifindex = port->ifindex,
			.port = port,
			.status = s ? status_port(s, name, port->ifindex) : NULL
		};
	}
	for (size_t i = 0; s && i < s->port_count; i++) {
		const struct status_port *heard = &s->ports[i];
		struct port_row row = { .status = heard };

		if (!(heard->ifindex >= 0 && heard->ifindex <= UINT32_MAX) ||
		    !find_switch(call, heard->switch_name, &row.switch_index))
			continue;
		row.ifindex = (uint32_t)heard->ifindex;
		if (u64map_find(&registry->by_port,
				registry_port_key(row.switch_index,
						  row.ifindex)) == U64MAP_NONE)
			rows[n++] = row;
	}
	return n;
}

int ports_list(struct port_row **out, size_t *count, const struct call *call)
{
	size_t most = call->registry->port_count +
		      (call->status ? call->status->port_count : 0);
	struct port_row *rows = calloc(most + 1, sizeof(*rows));
	size_t n;

	if (!rows)
		return -ENOMEM;
	n = gather(rows, call);
	for (size_t i = 0; i < n; i++)
		fill(&rows[i]);
	qsort(rows, n, sizeof(*rows), natural);
	*out = rows;
	*count = n;
	return 0;
}

struct series ports_series(const struct call *call, const struct port_row *row)
{
	return (struct series){
		.kind = SERIES_PORT,
		.switch_name = call->config->switches[row->switch_index].name,
		.ifindex = row->ifindex
	};
}

void ports_add_owner(struct text *out, const struct call *call,
		     const struct port_row *row)
{
	if (!row->port)
		return;
	if (row->port->core)
		text_add(out, language_find(call->language, "another switch"));
	for (uint32_t i = 0; i < row->port->member_count; i++)
		text_addf(out, "%sAS%u", i ? ", " : "",
			  call->registry->members[row->port->members[i]].asn);
}

void ports_add_path(struct text *out, const struct call *call,
		    const struct port_row *row)
{
	text_addf(out, "/ports/%s/%u",
		  call->config->switches[row->switch_index].name, row->ifindex);
}

void ports_add_link(struct text *out, const struct call *call,
		    const struct port_row *row, bool with_switch)
{
	if (with_switch) {
		html_name(out, call->config->switches[row->switch_index].name);
		text_add_char(out, ' ');
	}
	text_add(out, "<a href=\"");
	ports_add_path(out, call, row);
	text_add(out, "\">");
	html_name(out, row->name);
	text_add(out, "</a>");
}

void ports_now(const struct port_row *row, double bps[WAY_COUNT],
	       bool *is_estimate)
{
	const struct status_port *s = row->status;

	bps[WAY_FROM] = s ? s->in_bps : NAN;
	bps[WAY_TO] = s ? s->out_bps : NAN;
	*is_estimate = s && isnan(s->in_bps) && isnan(s->out_bps);
	if (!*is_estimate)
		return;
	bps[WAY_FROM] = s->in_estimate_bps;
	bps[WAY_TO] = s->out_estimate_bps;
}

const char *ports_flag(double ratio)
{
	if (ratio >= 0.95)
		return "u95";
	if (ratio >= 0.80)
		return "u80";
	return ratio >= 0.60 ? "u60" : "";
}
