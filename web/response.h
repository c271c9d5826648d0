/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RESPONSE_H
#define LANTERNE_WEB_RESPONSE_H

/* response — what is sent back: status, type, body and how long it keeps. */

#include <stdbool.h>
#include <stdint.h>

#include "util/text.h"

enum { RESPONSE_ETAG_SIZE = 20 }; /* a quoted 64-bit hash and the NUL */

struct response;

/*
 * What a response is waiting for: work that takes long, done by others, so that
 * no thread that answers has to. Exactly one of finish and drop is called, and
 * frees it.
 */
struct response_wait {
	/* Have it done; never waits itself. ready is called once, in any
	 * thread, perhaps before this returns. */
	void (*start)(struct response_wait *wait, void (*ready)(void *context),
		      void *context);
	/* It is ready: fill the response. */
	void (*finish)(struct response_wait *wait, struct response *response);
	/* It was not started. */
	void (*drop)(struct response_wait *wait);
};

struct response {
	unsigned status;	  /* of HTTP */
	const char *content_type; /* static */
	const char *style_source; /* for the CSP; static; NULL: 'self' */
	const char *allow;	  /* with 405; static; else NULL */
	int max_age_s;		  /* negative: not to be stored at all */
	bool is_public;		  /* shared caches may keep it */
	bool is_immutable;	  /* its URL changes with its content */
	bool is_translated;	  /* in the language of the body */
	bool is_data;	       /* other sites may use it where it is public */
	bool is_framed;	       /* the same: in a frame */
	bool closes;	       /* the connection, once it is sent */
	bool is_personal;      /* for who asked alone: kept nowhere but here */
	bool varies_by_user;   /* others may get another answer */
	bool varies_by_form;   /* so may who accepts another type */
	char *location;	       /* with 303; owned; NULL: none */
	char *cookie;	       /* to set, whole; owned; NULL: none */
	char *second_cookie;   /* the same */
	const char *challenge; /* with 401: WWW-Authenticate; static */
	int retry_after_s;     /* with 503: when to ask again; 0: not said */
	char *filename;	       /* what to call it where it is kept; owned,
				* of plain characters; NULL: nothing */
	struct response_wait *wait; /* owned; NULL: it is complete */
	struct text body;
};

/** An empty 200 of HTML, to be freed with response_fini. */
void response_init(struct response *response);

/** Free the body, and what it waits for. */
void response_fini(struct response *response);

/** Take out what it waits for; the caller starts and finishes that. */
struct response_wait *response_take_wait(struct response *response);

/** Send the client to a path of this server, to read what is there (303). */
void response_go_to(struct response *response, const char *path);

/** Refuse for now, in plain text. */
void response_try_later(struct response *response, const char *why);

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
