/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_FUZZ_MIRROR_SEEDS_H
#define LANTERNE_TESTS_FUZZ_MIRROR_SEEDS_H

/* mirror_seeds — the seeds of fuzz_erspan.c and fuzz_mirror.c. */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

/** Write them all. @return false if one could not be written */
MUST_CHECK bool mirror_seeds(const char *directory,
			     bool (*write)(const char *directory,
					   const char *parser, const char *name,
					   const void *bytes, size_t len));

#endif
