/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_SITE_H
#define LANTERNE_TESTS_SUPPORT_MADE_SITE_H

/*
 * made_site — the made exchange as a site whose clock stands still, and
 * requests to it without a socket. Every failure fails the calling test.
 */

#include "ixp/generation.h"
#include "web/response.h"
#include "web/site.h"

/* History ends here, a UTC midnight; it is MADE_SITE_AGE_S later now. */
#define MADE_SITE_END INT64_C(1700092800)

enum { MADE_SITE_AGE_S = 25 };

struct made_site {
	struct generation *generation;
	struct site *site;
};

/** Open the exchange that made_exchange_write put into dir. */
void made_site_open(struct made_site *out, const char *dir);

void made_site_close(struct made_site *made);

/** Answer a GET; to be freed with response_fini. */
struct response made_site_get(const struct made_site *made, const char *target);

/** Have done what a response waits for, if anything, and finish it. */
void made_site_await(struct response *r);

#endif
