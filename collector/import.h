/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IMPORT_H
#define LANTERNE_COLLECTOR_IMPORT_H

/*
 * import — history from elsewhere into the RRD files of a state_dir.
 *
 * What the files know stays; a second time changes nothing. On standard output
 * a line for each file that was looked at, and for each series.
 */

#include "ixp/registry.h"
#include "util/attr.h"

enum import_kind {
	IMPORT_IXP_MANAGER, /* its tree of sFlow: store/ixp_tree.h */
	IMPORT_MRTG,	    /* the files of MRTG as IXP Manager has them */
	IMPORT_CSV,
};

struct import_request {
	enum import_kind kind;
	const char *path;
	const char *map; /* NULL: none */
};

/**
 * Import.
 *
 * @return 0, also where files were passed over; -EADDRINUSE: a collector runs;
 *         -ENOENT and alike: path or map cannot be read; ERR_CONFIG: the map is
 *         wrong, or rrdcached keeps the files; ERR_MALFORMED: a file is
 *         damaged or wrong, all else was imported; -EIO: reading or writing
 *         failed. All of it was said.
 */
MUST_CHECK int import(const struct registry *registry,
		      const struct import_request *request);

#endif
