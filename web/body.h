/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_BODY_H
#define LANTERNE_WEB_BODY_H

/* body — what a request sends behind its header section, as it comes. */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

struct body {
	char *data; /* NULL: nothing came yet */
	size_t len;
};

/**
 * Append a part.
 *
 * @param most  the length that was said before
 * @return false: it is more than that, or there is no memory
 */
MUST_CHECK bool body_add(struct body *body, const char *part, size_t len,
			 size_t most);

/** Wipe it, for it may hold a password, and free it. */
void body_fini(struct body *body);

#endif
