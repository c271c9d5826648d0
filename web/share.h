/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SHARE_H
#define LANTERNE_WEB_SHARE_H

/*
 * share — signed links: one graph as its maker sees it, for whoever has the
 * link, until a day.
 *
 * The address of a graph gets a last parameter share=USER~UNTIL~SIGNATURE, over
 * all before it. It holds as long as that user may see the graph and is not
 * changed: a new password ends all of one's links.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/auth/accounts.h"

/**
 * Append the signed address.
 *
 * @param target   "/graph/member.svg?asn=64500&range=day", as it is sent
 * @param until_s  seconds of the epoch
 */
void share_add(struct text *out, const struct accounts *accounts,
	       const char *target, const struct user *user, int64_t until_s);

/**
 * Whose link a request target is.
 *
 * @param out  gets its maker, with BY_LINK
 * @return whether it is a link that holds
 */
MUST_CHECK bool share_check(struct accounts *accounts, const char *target,
			    double now_s, struct principal *out);

/** Whether a target says that it is such a link. */
bool share_is_asked(const char *target);

#endif
