/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_ALERT_WORLD_H
#define LANTERNE_TESTS_SUPPORT_ALERT_WORLD_H

/*
 * alert_world — what alerts look at, in a folder of its own: the exchange of
 * registry_builder, a status of a few words, and what is found of it. What is
 * wrong with these ends the test.
 */

#include <stdint.h>

#include "support/registry_builder.h"
#include "web/report/alert_find.h"

/* Now, for the collector and for who looks; a Tuesday, 22:15 UTC. */
#define WORLD_NOW INT64_C(1700000100)

struct alert_world {
	char *dir;
	struct exchange exchange;
	struct status *status;
	struct call call;
	struct alert_state before;
	struct alert_readings found;
	struct alert_clock clock;
};

/** Make one without a status, in UTC. */
void alert_world_open(struct alert_world *w);

void alert_world_close(struct alert_world *w);

/**
 * Give it a status that was written now, by a collector that has been running
 * for a week.
 * @param more  further members of the object; of a name that is there twice
 *              these count
 */
void alert_world_status(struct alert_world *w, const char *more);

/** Look; what was found before is forgotten. */
void alert_world_look(struct alert_world *w);

/** What was found of the only subject of a kind and part, or NULL. */
const struct alert_reading *alert_world_found(const struct alert_world *w,
					      enum alert_kind kind,
					      enum alert_part part);

/** How much was found of a kind. */
size_t alert_world_count(const struct alert_world *w, enum alert_kind kind);

/** Have something stand. */
void alert_world_stand(struct alert_world *w,
		       const struct alert_subject *subject);

#endif
