/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/live_state.h"
#include "collector/reload.h"
#include "collector/usable.h"
#include "util/log.h"

enum { FOLLOW_AGAIN_S = 60 /* after a refusal */ };

void live_log_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		log_error("collector: %.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_store(const struct config_rrdcached *a,
		       const struct config_rrdcached *b)
{
	if (a->used != b->used)
		return false;
	return !a->used ||
	       (same_text(a->socket, b->socket) &&
		same_text(a->base, b->base) && a->tcp.port == b->tcp.port &&
		ipaddr_equal(&a->tcp.addr, &b->tcp.addr));
}

/* Sockets and folders are opened at the start, with the rights of then. */
static bool needs_restart(const struct config *old, const struct config *new,
			  struct text *problem)
{
	bool same = old->source_count == new->source_count;

	if (strcmp(old->state_dir, new->state_dir) != 0) {
		text_addf(problem, "%s: state_dir changed: restart for that\n",
			  new->path);
		return true;
	}
	if (!same_store(&old->rrdcached, &new->rrdcached)) {
		text_addf(problem, "%s: store changed: restart for that\n",
			  new->path);
		return true;
	}
	if (strcmp(old->timezone, new->timezone) != 0) {
		text_addf(problem, "%s: timezone changed: restart for that\n",
			  new->path);
		return true;
	}
	for (size_t i = 0; same && i < old->source_count; i++)
		same = config_same_source(&old->sources[i], &new->sources[i]);
	if (!same)
		text_addf(problem, "%s: sources changed: restart for that\n",
			  new->path);
	return !same;
}

/* Read everything anew; NULL, and the reasons in problem, if it is wrong. */
static struct generation *load(const struct live *l, int64_t at_s,
			       struct text *problem)
{
	const struct config *old = l->generation->config;
	/* Those in use: what was written of them may not be there yet. */
	const struct registry_request request = {
		.path = old->path,
		.at_s = at_s,
		.ordinals = &l->generation->registry->ordinals,
	};
	struct generation *next = NULL;
	struct diagnostics d;

	diagnostics_init(&d);
	if (usable_load(&next, &request, &d) < 0) {
		text_add(problem, text_str(&d.text));
	} else if (needs_restart(old, next->config, problem)) {
		generation_unref(next);
		next = NULL;
	}
	diagnostics_fini(&d);
	return next;
}

/* Go on with another configuration, or with the old one if that cannot be. */
static int change_to(struct live *l, struct generation *next, int64_t time_us,
		     struct earlier_cells **earlier)
{
	struct relay *relay = NULL;
	int rc = relay_new(&relay, next->registry, l->relay, &l->problem);

	if (rc == 0) {
		station_log_look(&l->stations, &l->intake, time_us);
		rc = intake_reload(&l->intake, l->generation, next, earlier);
	}
	if (rc < 0) {
		if (rc == -ENOMEM)
			text_add(&l->problem,
				 "no memory for the configuration\n");
		relay_free(relay);
		return rc;
	}
	station_log_continue(&l->stations, &l->intake);
	relay_take_over(relay, l->relay);
	l->relay = relay;
	return 0;
}

void live_reload(struct live *l, int64_t time_us)
{
	struct earlier_cells *earlier = NULL;
	struct generation *next;

	text_clear(&l->problem);
	next = load(l, time_us / US_PER_S, &l->problem);
	if (next && change_to(l, next, time_us, &earlier) < 0) {
		generation_unref(next);
		next = NULL;
	}
	if (!next) {
		l->refused_us = time_us;
		log_error("collector: reload refused, the old configuration "
			  "stays:");
		live_log_lines(text_str(&l->problem));
		return;
	}
	steps_reload(&l->steps, next, earlier);
	generation_unref(l->generation);
	l->generation = next;
	live_sources_continue(l);
	l->loaded_us = time_us;
	l->refused_us = 0;
	l->ordinals_due = true;
	l->next_status_us = 0; /* at once */
	log_notice("collector: reloaded: %s: %u members, %zu switches",
		   next->config->path, next->registry->member_count,
		   next->config->switch_count);
}

void live_follow_membership(struct live *l, struct moment now)
{
	if (!registry_is_over(l->generation->registry,
			      now.wall_us / US_PER_S) ||
	    now.mono_us < l->next_follow_us)
		return;
	log_notice("collector: membership changes now");
	l->next_follow_us = now.mono_us + FOLLOW_AGAIN_S * (int64_t)US_PER_S;
	intake_decide_all(&l->intake);
	live_reload(l, now.wall_us);
	if (l->refused_us == 0)
		l->next_follow_us = 0;
}
