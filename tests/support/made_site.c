/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_site.h"

#include <check.h>
#include <semaphore.h>
#include <time.h>

#include "util/zone.h"
#include "web/route.h"

static double stopped_clock(void)
{
	return (double)(MADE_SITE_END + MADE_SITE_AGE_S);
}

void made_site_open(struct made_site *out, const char *dir)
{
	struct diagnostics diagnostics;
	struct text path;
	int rc;

	diagnostics_init(&diagnostics);
	text_init(&path);
	text_addf(&path, "%s/lanterne.yaml", dir);
	rc =
	    generation_load(&out->generation,
			    &(struct registry_request){ .path = text_str(&path),
							.at_s = MADE_SITE_END },
			    &diagnostics);
	ck_assert_msg(rc == 0, "%s", text_str(&diagnostics.text));
	ck_assert_int_eq(zone_use(out->generation->config->timezone), 0);
	ck_assert_int_eq(site_new(&out->site, out->generation, stopped_clock),
			 0);
	text_fini(&path);
	diagnostics_fini(&diagnostics);
}

void made_site_close(struct made_site *made)
{
	site_free(made->site);
	generation_unref(made->generation);
}

struct response made_site_get(const struct made_site *made, const char *target)
{
	struct response r;

	response_init(&r);
	route_answer(made->site,
		     &(struct route_request){ .method = "GET",
					      .target = target,
					      .host = "localhost" },
		     &r);
	ck_assert(text_ok(&r.body));
	return r;
}

enum { PATIENCE_S = 30 };

static void note_ready(void *context)
{
	(void)sem_post(context);
}

void made_site_await(struct response *r)
{
	struct response_wait *wait = response_take_wait(r);
	struct timespec end;
	sem_t ready;

	if (!wait)
		return;
	ck_assert_int_eq(sem_init(&ready, 0, 0), 0);
	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	wait->start(wait, note_ready, &ready);
	ck_assert_int_eq(sem_timedwait(&ready, &end), 0);
	wait->finish(wait, r);
	(void)sem_destroy(&ready);
}
