/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REPLAY_RESULTS_H
#define LANTERNE_COLLECTOR_REPLAY_RESULTS_H

/* replay_results — what a replay leaves behind when its captures are read. */

#include <stdbool.h>
#include <stdint.h>

#include "collector/mirror.h"
#include "collector/options.h"
#include "collector/steps.h"
#include "collector/writer.h"
#include "util/attr.h"
#include "util/text.h"

/* A replay that has come to its end; all borrowed. */
struct replay_results {
	const struct options *options;
	struct intake *intake;
	const struct mirror *mirror; /* NULL: no frames were replayed */
	struct steps *steps;
	struct aggregate *total; /* of closed steps; if totals are wanted */
	bool has_stored;	 /* into the state_dir */
	struct writer_counters writer;
	int64_t from_us;
	int64_t to_us;
};

/**
 * Say what is odd and what could not be stored, write the files beside the
 * series and the totals, as the options want them.
 *
 * @return 0; -EIO (something is lost); ERR_EXISTS (rows were of times that are
 *         stored already); the reason was said
 */
MUST_CHECK int replay_results_write(const struct replay_results *r,
				    const struct config *config);

/** Write a file of the state_dir; frees its content. @return 0 or -EIO */
MUST_CHECK int replay_write_file(const struct config *config, const char *name,
				 struct text *content);

/** Say what went wrong, for an error that nobody has spoken of yet. @return rc
 */
int replay_complain(const char *what, int rc);

#endif
