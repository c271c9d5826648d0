/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_ACCOUNTS_H
#define LANTERNE_TESTS_SUPPORT_MADE_ACCOUNTS_H

/*
 * made_accounts — the made exchange with users, who ask without a socket.
 *
 * There are ops (operator), audit (auditor), alice (AS64500), bob (AS64501),
 * carol (AS64500 and AS64504), and dave, who is shut out. Every failure fails
 * the calling test.
 */

#include "support/made_site.h"
#include "web/auth/accounts.h"
#include "web/route.h"

#define MADE_PASSWORD "correct horse battery"

struct made_accounts {
	struct made_site site;
	struct accounts *accounts;
	char *dir; /* of the users and of what is kept of them */
};

/** Open the exchange of made_site_run with users; access: roles. */
void made_accounts_open(struct made_accounts *out);
void made_accounts_close(struct made_accounts *made);

enum { MADE_HEADERS_MAX = 8, MADE_COOKIE_SIZE = 80 };

struct made_ask {
	const char *method; /* NULL: GET */
	const char *target;
	const char *headers[MADE_HEADERS_MAX][2]; /* up to a NULL name */
	const char *body;			  /* of a form; NULL: none */
	struct ipaddr peer;			  /* version 0: not known */
};

/** A session of a user as the value of a Cookie header. */
const char *made_accounts_cookie(const struct made_accounts *made,
				 const char *name, char to[MADE_COOKIE_SIZE]);

/** A token of a user as the value of an Authorization header. */
const char *made_accounts_token(const struct made_accounts *made,
				const char *name, char to[MADE_COOKIE_SIZE]);

/** Answer a request, to the end; to be freed with response_fini. */
struct response made_accounts_ask(const struct made_accounts *made,
				  const struct made_ask *ask);

/** Under which key the answer to a GET is kept. */
const char *made_accounts_key(const struct made_accounts *made,
			      const struct made_ask *ask,
			      char to[ROUTE_KEY_SIZE]);

/** The field that a form of a session has to bring back. */
const char *made_accounts_form(const struct made_accounts *made,
			       const char *cookie, char to[DIGEST_TEXT_SIZE]);

#endif
