/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_SITE_H
#define LANTERNE_TESTS_SUPPORT_MADE_SITE_H

/*
 * made_site — the made exchange as a site whose clock stands still, and
 * requests to it without a socket. Every failure fails the calling test.
 */

#include <jansson.h>

#include "ixp/generation.h"
#include "support/made_exchange.h"
#include "web/page.h"
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

/**
 * Run tests over an exchange that is made once: each of them, a process of its
 * own, only reads it. To be returned from main.
 *
 * @param hours  of history
 * @param run    runs the tests
 */
int made_site_run(unsigned hours, enum made_traffic traffic, int (*run)(void));

/** Where the exchange of made_site_run lies. */
const char *made_site_directory(void);

/**
 * Answer a GET of that exchange: its body, which is checked to be well-formed
 * where it is HTML or SVG; to be freed.
 */
char *made_site_text(const char *target, unsigned status);

/** The same as JSON; to be given to json_decref. */
json_t *made_site_json(const char *target);

/** Fail the calling test unless a page has a text, or has it not. */
void made_site_expect(const char *page, const char *wanted);
void made_site_expect_none(const char *page, const char *unwanted);

/** A call as of an operator to a site at MADE_SITE_END; it has no status. */
struct call made_site_call(const struct made_site *made,
			   const struct request *request);

/** Have done what a response waits for, if anything, and finish it. */
void made_site_await(struct response *r);

#endif
