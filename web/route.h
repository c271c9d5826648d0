/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ROUTE_H
#define LANTERNE_WEB_ROUTE_H

/*
 * route — which page answers which path.
 *
 * One table: 404, 405 with its Allow, and who may see what are decided here
 * and nowhere else. GET and HEAD are answered alike; the server leaves the
 * body of a HEAD away.
 */

#include "web/client.h"
#include "web/response.h"
#include "web/site.h"

/* A request as it came; borrowed. */
struct route_request {
	const char *method;
	const char *target;	     /* raw, as it stood in the request line */
	const char *host;	     /* the Host header's value */
	const char *accept_language; /* NULL: there is none */
	struct client_origin origin;
	/* Another header's value, or NULL; itself NULL: there are none. */
	const char *(*header)(const void *of, const char *name);
	const void *headers;
	const char *body; /* of a POST */
	size_t body_len;
};

/**
 * Answer one request.
 *
 * @param r  made with response_init; always filled
 */
void route_answer(struct site *site, const struct route_request *request,
		  struct response *r);

enum { ROUTE_KEY_SIZE = 2900 };

/**
 * What an answer to a request hangs on, beside time and configuration: what
 * is asked for, what the one who asks may see, and the language.
 *
 * @param key     gets it from key[1] on; key[0] is the caller's
 * @param serial  gets the configuration that it is for
 * @return false: an answer to such a request must not be kept
 */
MUST_CHECK bool route_key(char key[ROUTE_KEY_SIZE], struct site *site,
			  const struct route_request *request,
			  uint64_t *serial);

/**
 * If a step was stored since the last call, work out what the pages need that
 * take long and were asked for in the last quarter of an hour.
 *
 * @param last_step_end  the caller's, NaN at first
 */
void route_prepare(struct site *site, double *last_step_end);

/** The pattern of a route: a page's path, "*" for a name; NULL behind the last
 * one. */
const char *route_pattern(size_t index);

/** Whether a Host value is an IP address, localhost, or under localhost. */
bool route_host_is_local(const char *host);

#endif
