/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_DESCRIBE_H
#define LANTERNE_SIMULATOR_DESCRIBE_H

/* describe — the files that a collector needs to know the exchange. */

#include "model.h"
#include "options.h"
#include "util/attr.h"

/**
 * Write config.yaml and roster.json.
 * @param folder  absolute path of an existing folder
 * @return 0 or -errno
 */
MUST_CHECK int describe_write(const struct model *m, const struct options *o,
			      const char *folder);

#endif
