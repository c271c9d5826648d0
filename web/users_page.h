/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_USERS_PAGE_H
#define LANTERNE_WEB_USERS_PAGE_H

/* users_page — /users: who may log in, for operators to change and for auditors
 * to read. */

#include "web/form.h"
#include "web/page.h"

/** The page. */
void page_users(const struct call *call, struct response *r);

/** One of its forms, by the path's second segment. */
void users_post(const struct call *call, const struct form *form,
		struct response *r);

#endif
