/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_CORRECT_H
#define LANTERNE_STORE_RRD_CORRECT_H

/*
 * rrd_correct — a file with the truth put in where the truth is known.
 *
 * What a crash leaves is a mixture of pages from before and after some updates.
 * The truth reaches back further than that, so what lies before it is as it
 * was: years that no journal holds and that are newer than the last copy. For
 * lib/store alone.
 */

#include <stdint.h>

#include "store/rrd_compare.h"
#include "store/rrd_file.h"
#include "util/attr.h"

struct rrd_correction {
	/* Rows that are unknown now where no truth is: of pages that held what
	 * librrd never writes, and of archives that have nothing of the truth,
	 * so that nobody knows of when their rows are. */
	uint64_t pages_dropped;
	uint64_t archives_dropped;
};

/**
 * Write a file of what another one holds, corrected.
 *
 * Rows that the truth covers, and what is in progress, are made of it. An
 * archive whose position is wrong is put right by what it has of them. The new
 * file ends at end_s, and what the old one has of later times is dropped.
 *
 * @param from   as it was looked at; is not changed
 * @param end_s  a multiple of the step, not over from's end nor the truth's
 * @return 0; -ENOMEM, -errno: there is no file at path
 */
MUST_CHECK int rrd_correct(const struct rrd_file *from, const char *path,
			   const struct rrd_truth *truth, int64_t end_s,
			   struct rrd_correction *out);

#endif
