/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_EXPORT_H
#define LANTERNE_STORE_SERIES_EXPORT_H

/*
 * series_export — a series as CSV (RFC 4180) or JSON lines, a row a line:
 *
 *   series,time,seconds,consolidation,from_v4_bytes,...
 *   member/as64500,2026-03-01T00:00:00Z,60,average,1.5,...
 *
 * Values are rates per second under the names of the data sources, printed so
 * that they read back to the same; unknown is an empty cell, or null. Without
 * a length these are at each time the shortest that know half of what longer
 * ones do, or more, and before them the longer ones that they do not cover
 * wholly. store/history_csv reads it again.
 *
 * May be used beside the writer.
 */

#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/text.h"

enum series_format { SERIES_CSV, SERIES_JSONL };

struct series_export {
	enum series_format format;
	enum consolidation consolidation;
	int64_t from_s; /* rows that begin from here on ... */
	int64_t to_s;	/* ... and before */
	uint32_t row_s; /* 0: the shortest that there are */
	unsigned kinds; /* bit 1 << SERIES_...: whose columns a CSV has */
};

/** Append the head of a CSV; JSON lines have none. */
void series_export_head(struct text *out, const struct series_export *request);

/**
 * Append the rows of a series, whose kind is one of the request's.
 *
 * @return 0; ERR_NOT_FOUND (no such file), ERR_UNSUPPORTED (no rows of that
 *         length or consolidation), ERR_STORE (damaged; the reason was
 *         logged), ERR_RANGE as series_path, -ENOMEM, -errno
 */
MUST_CHECK int series_export_rows(struct text *out, const char *state_dir,
				  const struct series *series,
				  const struct series_export *request);

#endif
