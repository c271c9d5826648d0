/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_STATION_DAY_FILE_H
#define LANTERNE_STORE_STATION_DAY_FILE_H

/*
 * station_day_file — days of stations as files:
 * STATE_DIR/stations/2026/2026-11-25. That of today is replaced each minute,
 * those of other days stay as they are.
 */

#include <limits.h>
#include <stddef.h>

#include "store/station_day.h"
#include "util/attr.h"
#include "util/date.h"

enum { STATION_DAYS_KEPT = 400 };

/** The file of a date. @return 0 or -ENAMETOOLONG */
MUST_CHECK int station_day_path(char to[PATH_MAX], const char *state_dir,
				struct date date);

/**
 * Read the stations of a date.
 *
 * @param out  on success to be freed with station_day_fini
 * @return 0; ERR_NOT_FOUND (there is no file); ERR_TRUNCATED, ERR_MALFORMED
 *         (a damaged file, or another day's); ERR_UNSUPPORTED (of a later
 *         version); -errno. Nothing is logged.
 */
MUST_CHECK int station_day_read(struct station_day *out, const char *state_dir,
				struct date date);

/** Replace the file of a day, with its folders. @return 0 or -errno: the old
 * file stands */
MUST_CHECK int station_day_store(const char *state_dir,
				 const struct station_day *d);

/**
 * The dates that have a file, the oldest first.
 * @param out  on success an array to be freed by the caller; may be NULL
 * @return 0 or -errno
 */
MUST_CHECK int station_day_list(const char *state_dir, struct date **out,
				size_t *count);

/** Remove the oldest files beyond a number: STATION_DAYS_KEPT. @param removed
 * gets how many; may be NULL. @return 0 or -errno; some may be removed then */
MUST_CHECK int station_day_trim(const char *state_dir, size_t keep,
				size_t *removed);

#endif
