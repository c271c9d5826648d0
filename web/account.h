/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ACCOUNT_H
#define LANTERNE_WEB_ACCOUNT_H

/* account — /account: one's own password, sessions, tokens, shared links, and
 * whether others may see one's members. */

#include "web/form.h"
#include "web/page.h"

/** The page. */
void page_account(const struct call *call, struct response *r);

/** One of its forms, by the path's second segment. */
void account_post(const struct call *call, const struct form *form,
		  struct response *r);

/** Append the start of a form that is sent to a path, with what proves that it
 * comes from a page of who is logged in. */
void account_begin_form(const struct call *call, struct text *out,
			const char *action);

/** Whether a form brings that back; else r refuses. */
MUST_CHECK bool account_is_own_form(const struct call *call,
				    const struct form *form,
				    struct response *r);

/** Whether a user may send one more form now, else r refuses: all wait for one
 * worker, and for the disk. */
MUST_CHECK bool account_may_change(const struct call *call, struct response *r);

/** Append a hidden field. */
void account_add_hidden(struct text *out, const char *name, const char *value);

#endif
