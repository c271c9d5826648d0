/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_visit.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

struct response made_visit_post(const struct made_accounts *made,
				const char *cookie, const char *target,
				const char *body)
{
	char token[DIGEST_TEXT_SIZE] = "";
	struct response r;
	struct text whole;

	text_init(&whole);
	if (cookie)
		text_addf(&whole, "form=%s&",
			  made_accounts_form(made, cookie, token));
	text_add(&whole, body);
	r = made_accounts_ask(
	    made, &(struct made_ask){
		      .method = "POST",
		      .target = target,
		      .headers = { { cookie ? "Cookie" : NULL, cookie } },
		      .body = text_str(&whole) });
	text_fini(&whole);
	return r;
}

struct response made_visit_log_in(const struct made_accounts *made,
				  const char *name, const char *password,
				  const char *next)
{
	struct response r;
	struct text body;

	text_init(&body);
	text_addf(&body, "name=%s&password=%s&next=%s", name, password, next);
	r = made_visit_post(made, NULL, "/login", text_str(&body));
	text_fini(&body);
	return r;
}

void made_visit_cookie(const struct response *r, char to[MADE_COOKIE_SIZE])
{
	ck_assert_ptr_nonnull(r->cookie);
	(void)snprintf(to, MADE_COOKIE_SIZE, "%.*s",
		       (int)strcspn(r->cookie, ";"), r->cookie);
}

unsigned made_visit_end(struct response r)
{
	unsigned status = r.status;

	response_fini(&r);
	return status;
}

unsigned made_visit_status(const struct made_accounts *made, const char *cookie,
			   const char *target)
{
	return made_visit_end(made_accounts_ask(
	    made, &(struct made_ask){ .target = target,
				      .headers = { { "Cookie", cookie } } }));
}
