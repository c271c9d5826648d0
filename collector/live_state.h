/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LIVE_STATE_H
#define LANTERNE_COLLECTOR_LIVE_STATE_H

/*
 * live_state — the inside of a live collector. live.c waits for what comes,
 * live_sources.c takes it in, live_reload.c changes to another configuration,
 * live_files.c hands over what others read and what outlives the process,
 * live_service.c tells who started it how it is.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/intake.h"
#include "collector/live_sources.h"
#include "collector/relay.h"
#include "collector/station_log.h"
#include "collector/steps.h"
#include "collector/writer.h"
#include "ixp/generation.h"
#include "util/process.h"
#include "util/service.h"
#include "util/text.h"

struct live {
	struct generation *generation; /* a reference */
	struct intake intake;
	struct steps steps;
	struct station_log stations;
	struct writer *writer;
	struct relay *relay;
	struct process *process;
	struct live_source sources[SOURCES_MAX];
	size_t source_count;
	int epoll;
	int signals;
	int timer;
	int lock;
	bool stopping;
	int64_t started_us;
	int64_t next_status_us; /* by CLOCK_BOOTTIME, as the next one */
	int64_t next_learned_us;
	int64_t next_follow_us; /* a change that was refused is tried again */
	int64_t loaded_us;	/* the configuration in use */
	int64_t refused_us;	/* the last one that was not taken; 0: none */
	struct text problem;	/* what was wrong with that one */
	struct text verdicts;	/* as last written */
	uint64_t files_failed;
	char status_path[PATH_MAX];
	char verdicts_path[PATH_MAX];
	char ordinals_path[PATH_MAX];
	char learned_path[PATH_MAX];
	bool ordinals_due; /* there may be new ones */
	struct service service;
	uint64_t writer_turns;	 /* when it was last looked at */
	int64_t writer_moved_us; /* by CLOCK_BOOTTIME, as the next one */
	int64_t next_watchdog_us;
};

/* live.c */

/** The time by both clocks. */
struct moment live_now(void);

/**
 * The time, after what it brings: steps that are over are closed, and what
 * came while the process stood still is of no known time.
 *
 * @param from, in_hand  where something was taken from just now, and how many;
 *                       none: NULL, 0
 * @return whether that may be used
 */
bool live_look(struct live *l, struct moment *now,
	       const struct live_source *from, int in_hand);

/* live_reload.c */

/** Read everything anew and go on with it, or with the old if that is wrong. */
void live_reload(struct live *l, int64_t time_us);

/** What changes hands at a known time does so with the first datagram that is
 * received from then on: the step before is closed by now. */
void live_follow_membership(struct live *l, struct moment now);

/** A line of the log for each of a text. */
void live_log_lines(const char *text);

/* live_files.c */

/** Have the status written, as of a time by the wall clock. */
void live_hand_over_status(struct live *l, int64_t time_us);

/** Write it when all is written that will be: the writer is gone. */
void live_write_last_status(struct live *l, struct writer_counters writer,
			    int64_t time_us);

/** What outlives the collector: when it has changed, or a file could not be
 * written. */
void live_hand_over_files(struct live *l);

/** What was learned of the ports. */
void live_hand_over_learned(struct live *l, int64_t now_us);

/** What was learned before goes on; it is no loss if it cannot be read. */
void live_take_up_learned(struct live *l);

/** Have a day of stations written: a station_log_sink of a live. */
void live_hand_over_stations(void *live, const char *path,
			     struct text *content);

/* live_service.c */

/** It receives, and what it does in a few words. */
void live_tell_ready(const struct live *l);

/**
 * Tell that there is progress, if there is: of this thread by its coming here
 * each second, and of the writer. That one may stand still for ten times as
 * long, for a disk can be slow: what comes in waits in memory, which would be
 * lost with the process.
 */
void live_feed_watchdog(struct live *l, int64_t now_us);

#endif
