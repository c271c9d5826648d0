/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/alert_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/tempdir.h"
#include "util/zone.h"

void alert_world_open(struct alert_world *w)
{
	char *config;

	*w = (struct alert_world){ .dir = tempdir_new() };
	config = exchange_config_text("any", w->dir);
	exchange_build(&w->exchange, config, NULL);
	free(config);
	if (zone_use("UTC") < 0)
		abort();
	alert_state_init(&w->before);
	w->call = (struct call){ .config = w->exchange.config,
				 .registry = w->exchange.registry,
				 .wall_s = (double)WORLD_NOW,
				 .now_s = WORLD_NOW };
}

void alert_world_close(struct alert_world *w)
{
	alert_readings_fini(&w->found);
	alert_state_fini(&w->before);
	status_free(w->status);
	exchange_free(&w->exchange);
	tempdir_remove(w->dir);
}

void alert_world_status(struct alert_world *w, const char *more)
{
	struct text text;

	text_init(&text);
	text_addf(&text,
		  "{ \"version\": 1, \"written\": %lld, \"now\": %lld, "
		  "\"started\": %lld, \"last_step_end\": %lld, "
		  "\"clock_jumps\": 0, \"replay\": null, \"switches\": [ "
		  "{ \"name\": \"sw1\", \"last_seen\": %lld }, "
		  "{ \"name\": \"sw2\", \"last_seen\": %lld } ]%s%s }",
		  (long long)WORLD_NOW, (long long)WORLD_NOW,
		  (long long)WORLD_NOW - 7 * 86400,
		  (long long)WORLD_NOW / 60 * 60, (long long)WORLD_NOW,
		  (long long)WORLD_NOW, *more ? ", " : "", more);
	status_free(w->status);
	if (status_parse(&w->status, text_str(&text), text.len) < 0)
		abort();
	text_fini(&text);
	w->call.status = w->status;
}

void alert_world_look(struct alert_world *w)
{
	alert_readings_fini(&w->found);
	alerts_find(&w->found, &w->clock, &w->call, &w->before);
	if (w->found.failed)
		abort();
}

const struct alert_reading *alert_world_found(const struct alert_world *w,
					      enum alert_kind kind,
					      enum alert_part part)
{
	const struct alert_reading *found = NULL;

	for (size_t i = 0; i < w->found.count; i++) {
		const struct alert_reading *r = &w->found.items[i];

		if (r->subject.kind != kind || r->subject.part != part)
			continue;
		if (found)
			abort();
		found = r;
	}
	return found;
}

size_t alert_world_count(const struct alert_world *w, enum alert_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < w->found.count; i++)
		count += w->found.items[i].subject.kind == kind;
	return count;
}

void alert_world_stand(struct alert_world *w,
		       const struct alert_subject *subject)
{
	const struct alert alert = { .subject = *subject,
				     .severity = ALERT_WARNING,
				     .since_s = WORLD_NOW - 3600,
				     .figures = { NAN, NAN, NAN } };

	if (alert_list_add(&w->before.standing, &alert) < 0)
		abort();
}
