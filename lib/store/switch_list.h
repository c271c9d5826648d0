/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SWITCH_LIST_H
#define LANTERNE_STORE_SWITCH_LIST_H

/* switch_list — which switches have files, by reading the folders. */

#include <stddef.h>

#include "util/attr.h"

enum { SWITCH_NAME_SIZE = 65 };

struct switch_list {
	char (*names)[SWITCH_NAME_SIZE]; /* in order, each once */
	size_t count;
};

/**
 * List every switch that has a file of its own, of its agent or of a port
 * under a state_dir. Names that are none of ours are passed over, and so are
 * folders that are not there or not to be read.
 *
 * @param out  to be freed with switch_list_fini, on success
 * @return 0 or -ENOMEM
 */
MUST_CHECK int switch_list_read(struct switch_list *out, const char *state_dir);

/** Free the names. */
void switch_list_fini(struct switch_list *list);

#endif
