/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_READ_SECTION_H
#define LANTERNE_TESTS_SUPPORT_READ_SECTION_H

/* read_section — a header section as libmicrohttpd 0.9.75 leaves it. */

#include <stddef.h>

#include "web/framing.h"

enum { READ_SECTION_MAX = 2048 };

struct read_section {
	char bytes[READ_SECTION_MAX];
	char target[READ_SECTION_MAX];
	struct framing_header headers[FRAMING_HEADERS_MAX];
	struct framing_section section; /* points into these */
};

/**
 * Do to bytes that came over the wire what the library does: NULs for what
 * separates and for line ends, lenient line ends among them. What it refuses
 * by itself stays half done.
 *
 * @param len  at most READ_SECTION_MAX - 1
 */
void read_section(struct read_section *to, const char *raw, size_t len);

#endif
