/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_HOLES_H
#define LANTERNE_STORE_JOURNAL_HOLES_H

/*
 * journal_holes — where the journal cannot be read.
 *
 * A damaged file of the journal says nothing of the steps behind the damage,
 * and that is not the same as that nothing was stored: no row reaches an RRD
 * file before the journal has it. So what the files have of such times stands.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_rows.h"
#include "store/series.h"
#include "util/attr.h"

enum { JOURNAL_HOLES_MAX = 16 };

struct journal_holes {
	struct {
		int64_t from_s;
		int64_t to_s;
	} holes[JOURNAL_HOLES_MAX];
	size_t count;
	bool unread; /* the disk did not give some of it: it may another time */
};

/** Note a hole. Beyond the most that are held, the last one grows. */
void journal_holes_add(struct journal_holes *h, int64_t from_s, int64_t to_s);

/**
 * Add to the journal's rows of a series those that its file, or else its copy,
 * has of the holes. A file that cannot be read has none.
 *
 * @param to_s  rows that start then or later are left out
 * @return 0 or -ENOMEM
 */
MUST_CHECK int journal_holes_fill(const struct journal_holes *h,
				  struct journal_rows *rows,
				  const char *state_dir,
				  const struct series *series, int64_t to_s);

#endif
