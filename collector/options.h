/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_OPTIONS_H
#define LANTERNE_COLLECTOR_OPTIONS_H

/* options — the command line of lanterne-collector. */

#include <stdbool.h>
#include <stddef.h>

#include "collector/export.h"
#include "collector/import.h"
#include "util/attr.h"

enum options_mode {
	MODE_LIVE,
	MODE_REPLAY,
	MODE_CHECK_CONFIG,
	MODE_PRINT_CONFIG,
	MODE_JOURNAL,
	MODE_REBUILD,
	MODE_PROPOSE_PORTS,
	MODE_IMPORT,
	MODE_EXPORT,
	MODE_HELP,
	MODE_VERSION,
};

struct options {
	enum options_mode mode;
	const char *config;    /* path; the default one if not given */
	const char **captures; /* of a replay; owned array, borrowed names */
	bool *is_mirror;       /* per capture: frames, not datagrams; owned */
	bool wants_mirror;     /* one of them is */
	size_t capture_count;
	const char *journal; /* path of a file to print; valid in that mode */
	const char *totals;  /* path or "-"; NULL: not wanted */
	bool store;
	struct import_request import; /* valid in that mode */
	struct export_request export; /* the same */
	bool has_export_options;
};

/**
 * Read the command line.
 *
 * @param out  on success to be freed with options_fini
 * @return 0; ERR_SYNTAX: usage error, said on standard error; -ENOMEM
 */
MUST_CHECK int options_read(struct options *out, int argc, char **argv);
void options_fini(struct options *o);

/** The text of --help. */
const char *options_help(void);

#endif
