/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STATUS_H
#define LANTERNE_COLLECTOR_STATUS_H

/*
 * status — the small file that tells the web how the collector is doing.
 * Its format stands in ARCHITECTURE.md.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/intake.h"
#include "collector/mirror.h"
#include "collector/relay.h"
#include "collector/steps.h"
#include "collector/writer.h"
#include "util/process.h"
#include "util/text.h"

/* What is known of a source at run time. */
struct status_source {
	uint64_t drops;	   /* by the kernel */
	uint64_t frames;   /* of mirrors: that came */
	const char *state; /* of a mirror port: "up", "down" or "gone"; NULL */
	const char *problem; /* why a mirror port that is there is not read;
			      * borrowed; NULL or "": it is */
	uint32_t mtu;	     /* of a mirror port; 0: not known */
	bool has_offload;    /* of a mirror port: frames may be joined */
	const struct mirror *mirror; /* borrowed; NULL: sFlow, or not known */
};

struct status_view {
	const struct intake *intake;
	const struct steps *steps;
	struct writer_counters writer;
	const struct relay *relay;	/* NULL: a replay */
	struct process_figures process; /* not looked at in a replay */
	int64_t started_us;
	int64_t written_us;
	int64_t loaded_us;   /* the configuration in use; 0: in a replay */
	int64_t refused_us;  /* the last reload, if it was refused; else 0 */
	const char *problem; /* why; NULL: none was */
	/* one for each source of the configuration; count 0: a replay */
	const struct status_source *sources;
	size_t source_count;
	/* of a replay; capture_count 0: live */
	const char *const *captures;
	size_t capture_count;
	int64_t from_us;
	int64_t to_us;
};

/** Append the status as JSON. */
void status_write(struct text *out, const struct status_view *view);

#endif
