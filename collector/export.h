/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_EXPORT_H
#define LANTERNE_COLLECTOR_EXPORT_H

/*
 * export — series of a state_dir to standard output, as store/series_export has
 * them. Reads only; a collector may be running.
 */

#include "ixp/registry.h"
#include "store/series_export.h"
#include "util/attr.h"

struct export_request {
	const char *name;	     /* of a series, or "all" */
	struct series_export series; /* all but the kinds */
};

/**
 * Export.
 *
 * @return 0; -ENOENT: there is no such series; ERR_UNSUPPORTED: no such rows;
 *         ERR_STORE: a file is damaged, all others were printed; -errno. All of
 *         it was said.
 */
MUST_CHECK int export_series(const struct registry *registry,
			     const struct export_request *request);

#endif
