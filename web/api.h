/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_API_H
#define LANTERNE_WEB_API_H

/*
 * api — /api/v1, what programs ask for; described by static/openapi.json.
 *
 * Rates are whole bit/s and volumes whole bytes, null where unknown; moments
 * are RFC 3339 in UTC and, beside it, seconds of the epoch. A parameter that a
 * resource does not know is refused, so that a slip does not go unnoticed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/json_write.h"
#include "web/page.h"
#include "web/ports.h"

/* The resources. */
void api_version(const struct call *call, struct response *r);
void api_health(const struct call *call, struct response *r);
void api_openapi(const struct call *call, struct response *r);
void api_members(const struct call *call, struct response *r);
void api_member(const struct call *call, struct response *r);
void api_peers(const struct call *call, struct response *r);
void api_ports(const struct call *call, struct response *r);
void api_port(const struct call *call, struct response *r);
void api_vlans(const struct call *call, struct response *r);
void api_infrastructures(const struct call *call, struct response *r);
void api_locations(const struct call *call, struct response *r);
void api_switches(const struct call *call, struct response *r);
void api_series(const struct call *call, struct response *r);
void api_statistics(const struct call *call, struct response *r);
void api_pairs(const struct call *call, struct response *r);
void api_matrix(const struct call *call, struct response *r);

/* What they share. */

/** Refuse a request for one of its parameters, saying what it has to be. */
void api_refuse(const struct call *call, struct response *r,
		const char *parameter);

/**
 * See that a request has no parameter but some, and lang.
 * @param names  NULL behind the last
 * @return false: r says which
 */
MUST_CHECK bool api_knows(const struct call *call, struct response *r,
			  const char *const *names);

/** A part of a list. */
struct api_slice {
	size_t offset;
	size_t limit;
};

/** Read limit= and offset=. @return false: r says what is wrong */
MUST_CHECK bool api_slice(const struct call *call, struct response *r,
			  struct api_slice *out);

/** Read range=, from= and to=. @return false: r says what is wrong */
MUST_CHECK bool api_period(const struct call *call, struct response *r,
			   struct period *out);

/** The member that a segment of the path names; NULL: r says that there is
 * none. */
const struct member *api_member_of(const struct call *call, struct response *r,
				   size_t segment);

/** Put "start" and "end", and as seconds "from" and "to". */
void api_put_span(struct json_writer *w, int64_t from_s, int64_t to_s);

/** Put a moment, or null for one that is not known. */
void api_put_time(struct json_writer *w, const char *key, double at_s);

/** Put a rate in whole bit/s, or null. */
void api_put_bps(struct json_writer *w, const char *key, double bps);

/** Put volumes or counts as whole numbers, or null. */
void api_put_whole(struct json_writer *w, const char *key, double value);

/** Begin an object that is a list, with its slice. */
void api_begin_list(struct json_writer *w, struct response *r,
		    const struct api_slice *slice, size_t total);

/** Append a port as an object. */
void api_put_port(struct json_writer *w, const struct call *call,
		  const struct port_row *row);

/** Close the outermost object; how long it keeps. */
void api_finish(struct json_writer *w, const struct call *call,
		struct response *r);

#endif
