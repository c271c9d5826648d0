/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DATED_FILES_H
#define LANTERNE_STORE_DATED_FILES_H

/*
 * dated_files — files of days or months, in a folder a year:
 * STATE_DIR/FOLDER/2026/2026-03-29ENDING, or 2026-03ENDING.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/date.h"

/* Which files; all borrowed. */
struct dated_files {
	const char *state_dir;
	const char *folder;
	const char *ending; /* "": none */
	bool monthly;
};

/** The file of a date, or of a date's month. @return 0 or -ENAMETOOLONG */
MUST_CHECK int dated_files_path(char to[PATH_MAX], const struct dated_files *f,
				struct date date);

/**
 * The dates of the files that are there, the oldest first; of months their
 * first days.
 *
 * @param out  on success an array to be freed by the caller; may be NULL if
 *             there are none
 * @return 0 or -errno
 */
MUST_CHECK int dated_files_list(const struct dated_files *f, struct date **out,
				size_t *count);

/**
 * Remove the oldest files, those beyond a number. By number and not by age: a
 * clock that is years ahead for a day costs a few of the oldest, not all.
 *
 * @param keep     over 0
 * @param removed  gets how many; may be NULL
 * @return 0 or -errno; some may be removed then
 */
MUST_CHECK int dated_files_trim(const struct dated_files *f, size_t keep,
				size_t *removed);

#endif
