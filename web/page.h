/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PAGE_H
#define LANTERNE_WEB_PAGE_H

/*
 * page — what every page has: head, navigation, how fresh the data is, foot.
 *
 * A page writes into the response's body between page_begin and page_end.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/language.h"
#include "web/auth/principal.h"
#include "web/client.h"
#include "web/memo.h"
#include "web/period.h"
#include "web/request.h"
#include "web/response.h"
#include "web/site.h"

/* One request being answered. */
struct call {
	struct site *site;
	const struct registry *registry;
	const struct config *config;
	const struct status *status;   /* NULL: none could be read */
	const struct request *request; /* NULL: it could not be read */
	const struct language *language;
	const struct client_origin *origin; /* where it came from */
	const char *cookie;		    /* header; NULL: there is none */
	const char *accept;		    /* the same */
	double wall_s;			    /* the clock's time */
	int64_t now_s; /* "now" of the data: a replay's end, else wall_s */
	const struct principal *principal; /* who asks; never NULL */
	bool is_open;			   /* everything is shown to everyone */
	bool is_api;		 /* a program asks: refusals are for it */
	bool is_visited;	 /* somebody asked, it is not in advance */
	struct memo_epoch epoch; /* what results at hand may be kept for */
};

/* A page or other resource: fills the response. */
typedef void (*page_answer)(const struct call *call, struct response *r);

/** What every page begins with, to within its head; title in plain text. */
void page_add_head(const struct call *call, struct text *out,
		   const char *title);

/** The start of a page, title in plain text. */
void page_begin(const struct call *call, struct response *r, const char *title);

/**
 * Append the address of this page with one parameter of the query changed, or
 * without it if value is NULL; for an attribute of HTML.
 */
void page_add_target(const struct call *call, struct text *out,
		     const char *name, const char *value);

/** The same with the table's column and order: sort=, order= "asc" or "desc".
 */
void page_add_sort(const struct call *call, struct text *out, const char *by,
		   const char *order);

/** Append the path of this page, without its query. */
void page_add_path(const struct call *call, struct text *out);

/**
 * Append hidden fields of a form for what the query says, but for some names.
 * @param but  ends with NULL
 */
void page_add_hidden(const struct call *call, struct text *out,
		     const char *const *but);

/** The end of a page; sets how long it may be kept. */
void page_end(const struct call *call, struct response *r);

/** A whole page that says why there is no other, or a problem for programs;
 * why is to be translated. */
void page_refuse(const struct call *call, struct response *r, unsigned status,
		 const char *why);

/** Append how fresh the data is, as a paragraph. */
void page_add_freshness(const struct call *call, struct text *out);

/** Whether the collector writes no longer. */
bool page_is_stale(const struct call *call);

/** How much of a row there is data of: in a replay, what its capture covers. */
double page_covered_s(const struct call *call, int64_t from_s, uint32_t row_s);

/**
 * For how many seconds an answer made now is good: until the next step may
 * have been stored, most_s at most.
 */
int page_max_age(const struct call *call, int most_s);

/** What is shown where the query asks for no range. */
enum range page_default_range(const struct call *call);

/** The period of that. */
struct period page_default_period(const struct call *call);

/**
 * The period that the query asks for, else the default.
 * @return false when it asks for none there is; r then says so
 */
MUST_CHECK bool page_period(const struct call *call, struct response *r,
			    struct period *out);

/** One row of a two-column table: heading in plain text, counted value. */
void page_add_count_row(struct text *out, const char *label, double value);

void page_home(const struct call *call, struct response *r);
void page_members(const struct call *call, struct response *r);
void page_member(const struct call *call, struct response *r);

/**
 * The page of a member that is gone, if it has left anything.
 * @return false if there is no such page; r is as it was then
 */
MUST_CHECK bool page_former(const struct call *call, struct response *r,
			    uint32_t asn);

void page_pair(const struct call *call, struct response *r);
void page_ports(const struct call *call, struct response *r);
void page_ports_csv(const struct call *call, struct response *r);
void page_port(const struct call *call, struct response *r);
void page_health(const struct call *call, struct response *r);
void page_traffic(const struct call *call, struct response *r);
void page_graph(const struct call *call, struct response *r);
void page_heat(const struct call *call, struct response *r);
void page_links(const struct call *call, struct response *r);
void page_switches(const struct call *call, struct response *r);
void page_lan(const struct call *call, struct response *r);
void page_league(const struct call *call, struct response *r);
void page_league_csv(const struct call *call, struct response *r);
void page_matrix(const struct call *call, struct response *r);
void page_matrix_json(const struct call *call, struct response *r);
void page_matrix_csv(const struct call *call, struct response *r);
void page_scaled(const struct call *call, struct response *r);
void page_asset(const struct call *call, struct response *r);

#endif
