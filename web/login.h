/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LOGIN_H
#define LANTERNE_WEB_LOGIN_H

/* login — /login and /logout: the way in and out for browsers. */

#include "web/auth/principal.h"
#include "web/form.h"
#include "web/page.h"

/** The form. */
void page_login(const struct call *call, struct response *r);

/** Name and password, checked by the worker. */
void login_post(const struct call *call, const struct form *form,
		struct response *r);

/** The end of the session that the request shows. */
void logout_post(const struct call *call, const struct form *form,
		 struct response *r);

/** Give a response the cookie of a session, or with "" take it away. */
void login_set_cookie(struct response *r, const char *secret);

/** Send the client to a path of this server, in the language that it asked
 * for. */
void login_go_to(const struct call *call, struct response *r, const char *path);

/** Append who is logged in with a way out, or a way in; for a page's head. */
void login_add_state(const struct call *call, struct text *out);

#endif
