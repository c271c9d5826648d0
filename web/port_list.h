/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORT_LIST_H
#define LANTERNE_WEB_PORT_LIST_H

/*
 * port_list — the ports with all that is known of them, those that are asked
 * for, in the order that is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/port_trends.h"
#include "web/ports.h"

enum port_sort {
	PORT_SORT_PORT, /* as the switches have them */
	PORT_SORT_OWNER,
	PORT_SORT_SPEED,
	PORT_SORT_NOW, /* this and the next two by utilisation, or where no
			* speed is known by traffic, behind all others */
	PORT_SORT_HIGHEST,
	PORT_SORT_P95,
	PORT_SORT_ERRORS,
	PORT_SORT_DISCARDS,
	PORT_SORT_FULL, /* those that fill first */
	PORT_SORT_COUNT,
};

enum port_filter {
	PORT_FILTER_ALL,
	PORT_FILTER_60, /* highest of the day from so many per cent on */
	PORT_FILTER_80,
	PORT_FILTER_95,
	PORT_FILTER_ERRORS, /* or discards, in the day */
	PORT_FILTER_DOWN,
	PORT_FILTER_UNCONFIGURED,
	PORT_FILTER_COUNT,
};

struct port_query {
	enum port_sort sort;
	enum port_filter filter;
	uint32_t switch_index; /* UINT32_MAX: all */
};

struct port_line {
	const struct port_row *row;
	const struct port_figures *figures;
	const struct port_trend *trend;
	struct forecast full;
	double now[WAY_COUNT]; /* bit/s */
	bool now_is_estimate;
	uint32_t place; /* in port order */
};

struct port_list {
	struct port_row *rows; /* all of them; owned, as the next two */
	struct port_figures *figures;
	struct port_trend *trends;
	size_t row_count;
	struct port_line *lines; /* those asked for, in order; owned */
	size_t count;
	struct date last_day; /* that trends are of */
};

/**
 * Read what is asked for: ?sort=, ?flag= and ?switch=.
 * @return NULL, or what is wrong with it, to be translated
 */
MUST_CHECK const char *port_query_read(struct port_query *out,
				       const struct call *call);

/** Names as in a query: "p95"; "60". */
const char *port_sort_name(enum port_sort sort);
const char *port_filter_name(enum port_filter filter);

/**
 * Load the list.
 * @param out  on success to be freed with port_list_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int port_list_load(struct port_list *out, const struct call *call,
			      const struct port_query *query);

void port_list_fini(struct port_list *list);

/** The higher utilisation of two directions, of 1; NaN: not known. */
double port_list_use(const double bps[WAY_COUNT], double speed_bps);

/** Append the list as CSV (RFC 4180), bit/s and packets as whole numbers. */
void port_list_add_csv(struct text *out, const struct call *call,
		       const struct port_list *list);

#endif
