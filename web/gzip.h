/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_GZIP_H
#define LANTERNE_WEB_GZIP_H

/* gzip — bytes compressed for the way (RFC 1952). The same bytes give the
 * same result. */

#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"

/** Append data, compressed. @return 0 or -ENOMEM */
MUST_CHECK int gzip_add(struct text *out, const char *data, size_t len);

#endif
