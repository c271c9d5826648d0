/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_VISIT_H
#define LANTERNE_TESTS_SUPPORT_MADE_VISIT_H

/*
 * made_visit — what a person with a browser does at made_accounts: log in, keep
 * the cookie, look at pages, send forms.
 */

#include "support/made_accounts.h"

/* As a form sends it, and a page that is alice's own. */
#define MADE_FORM_PASSWORD "correct+horse+battery"
#define MADE_ALICES	   "/members/AS64500"

/**
 * Send a form; to be freed with response_fini.
 *
 * @param cookie  of the session, whose field is sent with it; NULL: none
 * @param body    the form's other fields
 */
struct response made_visit_post(const struct made_accounts *made,
				const char *cookie, const char *target,
				const char *body);

/** Send the form of /login; to be freed with response_fini. */
struct response made_visit_log_in(const struct made_accounts *made,
				  const char *name, const char *password,
				  const char *next);

/** What a browser sends back of Set-Cookie. */
void made_visit_cookie(const struct response *r, char to[MADE_COOKIE_SIZE]);

/** With which status a page is answered. */
unsigned made_visit_status(const struct made_accounts *made, const char *cookie,
			   const char *target);

/** Free a response of which the status is all that matters. @return it */
unsigned made_visit_end(struct response r);

#endif
