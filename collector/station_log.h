/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STATION_LOG_H
#define LANTERNE_COLLECTOR_STATION_LOG_H

/*
 * station_log — keeps which stations are seen on the local day that is open
 * (store/station_day.h).
 *
 * Nothing of it is in the packet path: at the end of each step it looks what
 * the intake's bindings and strangers have counted since the last look. So
 * what it notes is true to the minute, and a day ends exactly at midnight,
 * which is the end of a step everywhere.
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/intake.h"
#include "collector/steps.h"
#include "store/station_day.h"
#include "util/attr.h"
#include "util/text.h"

/**
 * Gets the content of a day's file.
 *
 * @param path     valid during the call
 * @param content  to be emptied
 */
typedef void station_log_sink(void *context, const char *path,
			      struct text *content);

struct station_log {
	char *state_dir;
	station_log_sink *sink;
	void *context;
	char zone[DAYBOOK_ZONE_SIZE];
	struct station_day day; /* the open one */
	bool is_open;
	bool is_later; /* the day's file is of a later version: it stays */
	/* As they were at the last look: by bindings, by strangers; NULL: not
	 * known, to be asked again. */
	struct known_place *places;
	uint32_t place_count;
	struct known_stranger *strangers;
	/* What is noted in a look. */
	struct station_entry *notes;
	size_t note_count;
	size_t note_capacity;
	int64_t step;	   /* the open one */
	int64_t since_us;  /* what is not noted yet was seen since */
	int64_t looked_us; /* the time, when it was told last */
	uint64_t jumps;	   /* of the steps, as of then */
	uint64_t pauses;
	uint64_t failed; /* looks that found no memory: noted with the next */
};

/**
 * Prepare, by the intake's configuration. What it holds now was noted before,
 * by whoever learned it.
 *
 * @return 0 or -ENOMEM; to be freed with station_log_fini in both cases
 */
MUST_CHECK int station_log_init(struct station_log *log,
				const struct intake *in);
void station_log_fini(struct station_log *log);

/** Say where the files go; without that they go nowhere. */
void station_log_sink_to(struct station_log *log, station_log_sink *sink,
			 void *context);

/**
 * The time, after the steps were told: notes what was seen in a step that is
 * over. A day that is over is handed over, and the next begins; the first, and
 * one to which a clock that was set has led, goes on with its file.
 */
void station_log_at(struct station_log *log, struct intake *in,
		    const struct steps *steps, int64_t now_us);

/** Note all up to now, in the open step: before the intake is moved to another
 * configuration, and at the end. */
void station_log_look(struct station_log *log, struct intake *in,
		      int64_t now_us);

/** The intake was moved to another configuration. */
void station_log_continue(struct station_log *log, const struct intake *in);

/** Hand over the open day as it is. */
void station_log_hand_over(struct station_log *log);

#endif
