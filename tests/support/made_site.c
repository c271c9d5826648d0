/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_site.h"

#include <check.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/markup.h"
#include "support/tempdir.h"
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

const char *made_site_directory(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
	return getenv("MADE_EXCHANGE");
}

int made_site_run(unsigned hours, enum made_traffic traffic, int (*run)(void))
{
	char *dir = tempdir_new();
	int code = EXIT_FAILURE;

	made_exchange_write(dir, MADE_SITE_END, MADE_SITE_END + 10, hours,
			    traffic);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	if (setenv("MADE_EXCHANGE", dir, 1) == 0)
		code = run();
	tempdir_remove(dir);
	return code;
}

char *made_site_text(const char *target, unsigned status)
{
	struct made_site made;
	struct response r;
	char *text;

	made_site_open(&made, made_site_directory());
	r = made_site_get(&made, target);
	ck_assert_msg(r.status == status, "%s: status %u: %.200s", target,
		      r.status, text_str(&r.body));
	if (strncmp(r.content_type, "text/html", 9) == 0)
		markup_check(text_str(&r.body), true);
	if (strcmp(r.content_type, "image/svg+xml") == 0)
		markup_check(text_str(&r.body), false);
	text = text_steal(&r.body);
	ck_assert_ptr_nonnull(text);
	response_fini(&r);
	made_site_close(&made);
	return text;
}

json_t *made_site_json(const char *target)
{
	char *text = made_site_text(target, 200);
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	ck_assert_msg(json != NULL, "%s: no JSON: %.200s", target, text);
	free(text);
	return json;
}

void made_site_expect(const char *page, const char *wanted)
{
	ck_assert_msg(strstr(page, wanted) != NULL, "not found: %s", wanted);
}

void made_site_expect_none(const char *page, const char *unwanted)
{
	ck_assert_msg(strstr(page, unwanted) == NULL, "found: %s", unwanted);
}

struct call made_site_call(const struct made_site *made,
			   const struct request *request)
{
	static const struct principal all = { .role = ROLE_AUDITOR,
					      .by = BY_OPEN };

	return (struct call){ .site = made->site,
			      .principal = &all,
			      .registry = made->generation->registry,
			      .config = made->generation->config,
			      .request = request,
			      .now_s = MADE_SITE_END,
			      .is_open = true };
}
