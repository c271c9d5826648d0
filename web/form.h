/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_FORM_H
#define LANTERNE_WEB_FORM_H

/* form — the fields of a form that was sent: application/x-www-form-urlencoded
 * (WHATWG URL, 5.1). Refused: control bytes, broken escapes, a field given
 * twice. */

#include <stddef.h>

#include "util/attr.h"
#include "web/request.h"

enum { FORM_SIZE_MAX = 4096, FORM_FIELDS_MAX = 48 };

struct form {
	char storage[FORM_SIZE_MAX + 1];
	struct request_parameter fields[FORM_FIELDS_MAX];
	size_t count;
};

/**
 * Read a body.
 *
 * @param out  points into itself, so it must not be copied; wiped with
 *             form_fini, for it may hold a password
 * @return 0, ERR_MALFORMED or ERR_RANGE
 */
MUST_CHECK int form_parse(struct form *out, const char *body, size_t len);

/** Wipe it. */
void form_fini(struct form *form);

/** The value of a field; "" if it is not there. */
const char *form_field(const struct form *form, const char *name);

#endif
