/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/exchange.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "util/err.h"
#include "util/log.h"
#include "util/zone.h"
#include "web/languages.h"

/* Counters of ports come up to so much later than samples. */
enum { PORTS_COME_WITHIN_S = 600 };

/* @return an exit code */
static int load(struct generation **out, const char *path, int64_t at_s)
{
	struct diagnostics d;
	struct text problem;
	int code = EX_OK;
	int rc;

	diagnostics_init(&d);
	text_init(&problem);
	rc = generation_load(
	    out, &(struct registry_request){ .path = path, .at_s = at_s }, &d);
	/* Warnings are for who starts the collector: a report that cron makes
	 * is silent, or nobody reads what it says. */
	if (rc < 0)
		(void)fputs(text_str(&d.text), stderr);
	if (rc == -ENOENT)
		code = EX_NOINPUT;
	else if (rc < 0)
		code = rc == -ENOMEM ? EX_OSERR : EX_CONFIG;
	if (rc < 0 && d.errors == 0)
		log_error("%s: %s", path, err_str(rc));
	if (rc == 0 && !languages_are_known((*out)->config, &problem)) {
		(void)fputs(text_str(&problem), stderr);
		code = EX_CONFIG;
	}
	text_fini(&problem);
	diagnostics_fini(&d);
	return code;
}

static int use_zone(const struct config *config)
{
	if (zone_use(config->timezone) == 0)
		return EX_OK;
	log_error("%s: exchange.timezone: this system has no zone \"%s\"",
		  config->path, config->timezone);
	return EX_CONFIG;
}

int exchange_open(struct exchange *out, const char *path)
{
	int code;

	*out = (struct exchange){ .reader = { .role = ROLE_AUDITOR } };
	code = load(&out->generation, path, (int64_t)time(NULL));
	if (code == EX_OK)
		code = use_zone(out->generation->config);
	if (code != EX_OK)
		return code;
	if (site_new(&out->site, out->generation, NULL) < 0)
		return EX_OSERR;
	out->call = (struct call){
		.site = out->site,
		.registry = out->generation->registry,
		.config = out->generation->config,
		.status = site_take_status(out->site),
		.principal = &out->reader,
		.wall_s = site_time(out->site),
		.language =
		    languages_choose(out->generation->config, NULL, NULL),
	};
	out->call.now_s = site_data_time(out->site);
	return EX_OK;
}

int exchange_as_of(struct exchange *exchange, int64_t at_s)
{
	struct generation *then = NULL;
	int code = load(&then, exchange->generation->config->path, at_s);

	if (code != EX_OK) {
		generation_unref(then);
		return code;
	}
	site_use(exchange->site, then);
	generation_unref(exchange->generation);
	exchange->generation = then;
	exchange->call.registry = then->registry;
	exchange->call.config = then->config;
	return EX_OK;
}

void exchange_close(struct exchange *exchange)
{
	if (exchange->site)
		site_release_status(exchange->site, exchange->call.status);
	site_free(exchange->site);
	generation_unref(exchange->generation);
	*exchange = (struct exchange){ .site = NULL };
}

int64_t exchange_now(const struct exchange *exchange)
{
	return site_data_time(exchange->site);
}

int64_t exchange_stored(const struct exchange *exchange)
{
	const struct status *s = exchange->call.status;

	if (!s || !(fabs(s->last_step_end) < 1e11))
		return 0;
	return (int64_t)s->last_step_end -
	       (s->is_replay ? 0 : PORTS_COME_WITHIN_S);
}
