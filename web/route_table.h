/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ROUTE_TABLE_H
#define LANTERNE_WEB_ROUTE_TABLE_H

/* route_table — which page answers which path, and who may see it. */

#include "web/access.h"
#include "web/form.h"
#include "web/page.h"
#include "web/site.h"

/* What a form that was sent does: fills the response. */
typedef void (*form_answer)(const struct call *call, const struct form *form,
			    struct response *r);

/* A "*" at the end of a pattern's segment stands for any rest of one. */
struct route {
	const char *pattern;
	page_answer answer; /* NULL: there is nothing to read */
	form_answer post;   /* NULL: there is nothing to send there */
	enum access_of of;
	enum site_dear dear;
};

/** A route by its place in the table; NULL: no more. */
const struct route *route_at(size_t index);

/** The first route that matches, or NULL. */
const struct route *route_find(const struct request *request);

#endif
