/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_STORED_ROWS_H
#define LANTERNE_TESTS_SUPPORT_STORED_ROWS_H

/*
 * stored_rows — write and read a series in a test. Every failure fails the
 * test that called.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_read.h"
#include "store/series.h"

/* A UTC midnight. */
#define STORED_START INT64_C(1700006400)

/** One series of each kind; kind is below SERIES_KIND_COUNT. */
struct series stored_series(enum series_kind kind);

/**
 * Write count rows from start_s on, one per step; column c of row i is
 * rates[i] + c. Returns how many were left out.
 */
size_t stored_write(const char *dir, const struct series *series,
		    int64_t start_s, const double *rates, size_t count);

/** Read rows by the average; to be freed with series_data_fini. */
struct series_data stored_read(const char *dir, const struct series *series,
			       int64_t from_s, int64_t to_s, uint32_t row_s);

/** The next of a sequence of numbers that each seed fixes. */
uint32_t stored_random(uint64_t *seed);

#endif
