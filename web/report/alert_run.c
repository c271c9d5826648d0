/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One run: what stood, what is found, what has changed of it; sent, and only
 * then written down. So what could not be sent is told by the next run, and
 * what was sent may be told twice, but never not at all.
 */
#include "web/report/alert_run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "util/log.h"
#include "web/languages.h"
#include "web/report/alert_find.h"
#include "web/report/alert_send.h"

struct run {
	const struct options *o;
	const struct call *call;
	char path[PATH_MAX]; /* of the state */
	struct alert_readers readers;
	struct alert_state before;
	struct alert_state after;
};

/* Where the state is kept: as it is said, with the service's, or with the
 * collector's. */
static int find_path(struct run *run)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	const char *given = getenv("STATE_DIRECTORY");
	size_t len = given ? strcspn(given, ":") : 0;
	int wanted;

	if (run->o->state)
		wanted =
		    snprintf(run->path, sizeof(run->path), "%s", run->o->state);
	else if (len > 0 && len < sizeof(run->path))
		wanted = snprintf(run->path, sizeof(run->path), "%.*s/alerts",
				  (int)len, given);
	else
		wanted = snprintf(run->path, sizeof(run->path), "%s/alerts",
				  run->call->config->state_dir);
	if (wanted >= 0 && wanted < (int)sizeof(run->path))
		return EX_OK;
	log_error("--state: this path is too long");
	return EX_USAGE;
}

static int choose_language(struct run *run)
{
	run->readers.language = run->o->language
				    ? languages_of(run->o->language)
				    : run->call->language;
	/* English is a language too: only an unknown code is none. */
	if (run->readers.language || !run->o->language)
		return EX_OK;
	log_error("--lang: found \"%s\", expected en or fr", run->o->language);
	return EX_USAGE;
}

/*
 * See that what is sent will be remembered: else each run would send it again.
 * A full disk is no reason to be silent of it.
 */
static int try_state(const struct run *run)
{
	int rc = alert_state_save(&run->before, run->path);

	return rc == 0 || rc == -ENOSPC || rc == -EDQUOT ? EX_OK : EX_CANTCREAT;
}

static int tell(struct run *run, struct alert_outcome *outcome)
{
	const struct alert_report report = {
		.call = run->call,
		.outcome = outcome,
		.at_s = run->call->now_s,
	};
	bool is_told = false;
	int code = EX_OK;

	if (outcome->change_count > 0)
		code = try_state(run);
	if (code == EX_OK)
		code = alert_send(&report, run->o, &run->readers, &is_told);
	if (!is_told)
		return code;
	run->after.standing = outcome->standing;
	outcome->standing = (struct alert_list){ .items = NULL };
	return alert_state_save(&run->after, run->path) < 0 ? EX_CANTCREAT
							    : code;
}

static int look(struct run *run)
{
	struct alert_readings readings = { .items = NULL };
	struct alert_outcome outcome;
	int code = EX_OSERR;

	if (alert_state_load(&run->before, run->path) < 0)
		return EX_NOINPUT;
	run->after.at_s = run->call->wall_s;
	alerts_find(&readings, &run->after.clock, run->call, &run->before);
	if (alerts_judge(&outcome, &run->before.standing, &readings,
			 run->call->now_s) == 0) {
		code = tell(run, &outcome);
		alert_outcome_fini(&outcome);
	}
	alert_readings_fini(&readings);
	return code;
}

static int look_alone(struct run *run)
{
	int lock;
	int rc = alert_state_lock(&lock, run->path);
	int code;

	if (rc < 0)
		return rc == -EWOULDBLOCK ? EX_TEMPFAIL : EX_CANTCREAT;
	code = look(run);
	alert_state_unlock(lock);
	return code;
}

int run_alerts(struct exchange *exchange, const struct options *o)
{
	struct run run = { .o = o, .call = &exchange->call };
	int code = find_path(&run);

	alert_state_init(&run.before);
	alert_state_init(&run.after);
	if (code == EX_OK)
		code = choose_language(&run);
	if (code == EX_OK)
		code = alert_send_address(&run.readers.mails, run.call, o,
					  run.readers.language);
	if (code == EX_OK)
		code = look_alone(&run);
	mail_list_fini(&run.readers.mails);
	alert_state_fini(&run.before);
	alert_state_fini(&run.after);
	return code;
}
