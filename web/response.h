/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RESPONSE_H
#define LANTERNE_WEB_RESPONSE_H

/* response — what is sent back: status, type, body and how long it keeps. */

#include <stdbool.h>
#include <stdint.h>

#include "util/text.h"

enum { RESPONSE_ETAG_SIZE = 20 }; /* a quoted 64-bit hash and the NUL */

struct response {
	unsigned status;	  /* of HTTP */
	const char *content_type; /* static */
	const char *style_source; /* for the CSP; static; NULL: 'self' */
	const char *allow;	  /* with 405; static; else NULL */
	int max_age_s;		  /* negative: not to be stored at all */
	bool is_public;		  /* shared caches may keep it */
	bool is_immutable;	  /* its URL changes with its content */
	bool is_translated;	  /* in the language of the body */
	bool is_data;	/* other sites may use it where it is public */
	bool is_framed; /* the same: in a frame */
	struct text body;
};

/** An empty 200 of HTML, to be freed with response_fini. */
void response_init(struct response *response);

/** Free the body. */
void response_fini(struct response *response);

/** The entity tag of the body as it is sent: quoted, from its bytes alone.
 * @return to */
char *response_etag(const struct response *response,
		    char to[RESPONSE_ETAG_SIZE]);

/** Whether an If-None-Match value names this tag (RFC 9110, 13.1.2). */
bool response_etag_matches(const char *if_none_match, const char *etag);

/** Whether an Accept-Encoding value, or NULL for none, names gzip (RFC 9110,
 * 12.5.3). */
bool response_accepts_gzip(const char *accept_encoding);

#endif
