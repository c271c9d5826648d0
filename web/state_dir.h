/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_STATE_DIR_H
#define LANTERNE_WEB_STATE_DIR_H

/* state_dir — where the web program keeps what is its own. */

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ixp/config.h"
#include "util/attr.h"

/** web.state_dir, or else web in the collector's. @return whether it fits */
MUST_CHECK static inline bool state_dir_of(const struct config *config,
					   char to[PATH_MAX])
{
	const char *own = config->web.state_dir;
	int len = snprintf(to, PATH_MAX, "%s%s", own ? own : config->state_dir,
			   own ? "" : "/web");

	return len > 0 && len < PATH_MAX;
}

/** Whether two files stand in one folder, by how they are written. */
MUST_CHECK static inline bool state_dir_same_folder(const char *a,
						    const char *b)
{
	const char *x = strrchr(a, '/');
	const char *y = strrchr(b, '/');
	size_t len = x ? (size_t)(x - a) : 0;

	return (x == NULL) == (y == NULL) && len == (y ? (size_t)(y - b) : 0) &&
	       strncmp(a, b, len) == 0;
}

#endif
