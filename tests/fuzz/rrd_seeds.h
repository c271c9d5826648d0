/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_FUZZ_RRD_SEEDS_H
#define LANTERNE_TESTS_FUZZ_RRD_SEEDS_H

/* rrd_seeds — the seeds of the reader of RRD headers. */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

/** Write them all. @return false if one could not be written */
MUST_CHECK bool rrd_seeds(const char *directory,
			  bool (*write)(const char *directory,
					const char *parser, const char *name,
					const void *bytes, size_t len));

#endif
