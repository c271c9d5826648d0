/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_FILE_H
#define LANTERNE_UTIL_FILE_H

/* file — whole small files, read with a bound and replaced atomically. */

#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"

struct stat;

/**
 * Append a regular file's content to out.
 *
 * @param max  the most bytes that are accepted
 * @return 0, ERR_RANGE (larger than max), ERR_UNSUPPORTED (no regular file)
 *         or -errno; on failure out may hold a part
 */
MUST_CHECK int file_read(const char *path, size_t max, struct text *out);

/**
 * Give path this content, so that a reader sees the old file or the new one:
 * a temporary file beside it (path.new), fsync, rename. One writer a path.
 *
 * @return 0 or -errno; on failure the old file stands
 */
MUST_CHECK int file_replace(const char *path, const void *data, size_t len);

/**
 * The same of a file that holds secrets: mode 0600, or owner, group and rights
 * of another file as far as this process may give them.
 *
 * @param like  NULL: none
 * @return 0 or -errno; on failure the old file stands
 */
MUST_CHECK int file_replace_private(const char *path, const void *data,
				    size_t len, const struct stat *like);

/**
 * Write to where a path leads: a device or pipe is written to as it is, a
 * link is followed, a regular file or none is replaced as by file_replace.
 *
 * @return 0 or -errno
 */
MUST_CHECK int file_write(const char *path, const void *data, size_t len);

/**
 * Copy the first size bytes of an open file to a new file at path, every block
 * of it on the disk before the first byte is written, and fsync it.
 *
 * @return 0 or -errno (-ENODATA: it has fewer bytes); on failure there is no
 *         file at path
 */
MUST_CHECK int file_copy(int from, const char *path, size_t size);

/**
 * Make a file of len bytes, or replace what is in it, with every block of it
 * on the disk before the first byte is written, and fsync it.
 *
 * @return 0 or -errno; on failure there is no file at path
 */
MUST_CHECK int file_create(const char *path, const void *data, size_t len);

/**
 * Have the names in the directory of path on the disk: after a file there was
 * made or renamed.
 * @return 0 or -errno
 */
MUST_CHECK int file_sync_directory_of(const char *path);

/** The directory that path is in: "." or without the last slash. @return 0 or
 * -ENAMETOOLONG */
MUST_CHECK int file_directory_of(const char *path, char *to, size_t size);

/** Make the directory that path is in. @return as file_make_directories */
MUST_CHECK int file_make_directory_of(const char *path);

/**
 * Make a directory and its parents, mode 0755; existing ones are fine.
 * @return 0 or -errno (-ENOTDIR: a part of the path is something else)
 */
MUST_CHECK int file_make_directories(const char *path);

#endif
