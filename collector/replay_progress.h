/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REPLAY_PROGRESS_H
#define LANTERNE_COLLECTOR_REPLAY_PROGRESS_H

/*
 * replay_progress — how far a long replay has come, in a line of the terminal.
 *
 * Nothing is said in the first second, nor where standard error is no terminal.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/capture.h"

struct replay_progress {
	bool on;
	bool shown;	  /* there is a line to be wiped out */
	int64_t begun_us; /* by the monotonic clock */
	int64_t next_us;  /* when it is said again */
};

void replay_progress_begin(struct replay_progress *p);

/** Say how far it is, if it is time to. @param packets  read so far */
void replay_progress_look(struct replay_progress *p, const struct captures *c,
			  uint64_t packets);

/** Wipe the line out, for others to write. */
void replay_progress_end(struct replay_progress *p);

#endif
