/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_INPUT_H
#define LANTERNE_IXP_INPUT_H

/* input — the files that an operator gives: configuration, roster, tables. */

#include <stddef.h>

#include "util/attr.h"
#include "util/diagnostics.h"
#include "util/text.h"

struct input {
	const char *path;
	size_t max;	      /* the most bytes that are accepted */
	const char *expected; /* what it should be: "a configuration" */
};

/**
 * Append a file's content to out.
 *
 * A file that everybody may write is warned of: who can, says whose the
 * traffic is.
 *
 * @param d  gets what is wrong
 * @return 0; ERR_CONFIG for a file that is too large or no regular one; -errno
 *         for one that cannot be read
 */
MUST_CHECK int input_read(const struct input *input, struct text *out,
			  struct diagnostics *d);

/**
 * A copy of a text without its byte order mark, ended by a NUL.
 *
 * @param copied  gets its length
 * @return to be freed by the caller; NULL without memory
 */
MUST_CHECK char *input_copy(const char *text, size_t len, size_t *copied);

#endif
