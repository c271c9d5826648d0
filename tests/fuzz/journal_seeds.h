/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_FUZZ_JOURNAL_SEEDS_H
#define LANTERNE_TESTS_FUZZ_JOURNAL_SEEDS_H

/*
 * journal_seeds — the seeds of the parsers of records, journal files and the
 * counters that are made of these.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

typedef bool seed_writer(const char *directory, const char *parser,
			 const char *name, const void *bytes, size_t len);

/** Write them all. @return false if one could not be written */
MUST_CHECK bool journal_seeds(const char *directory, seed_writer *write);

#endif
