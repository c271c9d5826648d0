/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day_file.h"

#include <errno.h>

#include "store/dated_files.h"
#include "util/err.h"
#include "util/file.h"

/* Twice what the most lines take. */
enum { FILE_SIZE_MAX = 128 << 20 };

static struct dated_files files_of(const char *state_dir)
{
	return (struct dated_files){ .state_dir = state_dir,
				     .folder = "stations",
				     .ending = "" };
}

int station_day_path(char to[PATH_MAX], const char *state_dir, struct date date)
{
	const struct dated_files files = files_of(state_dir);

	return dated_files_path(to, &files, date);
}

int station_day_read(struct station_day *out, const char *state_dir,
		     struct date date)
{
	struct station_day d = { 0 };
	char path[PATH_MAX];
	struct text content;
	int rc = station_day_path(path, state_dir, date);

	if (rc < 0)
		return rc;
	text_init(&content);
	rc = file_read(path, FILE_SIZE_MAX, &content);
	if (rc == -ENOENT)
		rc = ERR_NOT_FOUND;
	else if (rc == ERR_RANGE || rc == ERR_UNSUPPORTED)
		rc = ERR_MALFORMED; /* too large, or no file */
	if (rc == 0)
		rc = station_day_parse(&d, text_str(&content), content.len);
	text_fini(&content);
	/* one under another's name would be believed for that day */
	if (rc == 0 && date_compare(d.date, date) != 0) {
		station_day_fini(&d);
		rc = ERR_MALFORMED;
	}
	if (rc == 0)
		*out = d;
	return rc;
}

int station_day_store(const char *state_dir, const struct station_day *d)
{
	char path[PATH_MAX];
	struct text out;
	int rc = station_day_path(path, state_dir, d->date);

	if (rc < 0)
		return rc;
	text_init(&out);
	station_day_print(&out, d);
	rc = text_ok(&out) ? file_make_directory_of(path) : -ENOMEM;
	if (rc == 0)
		rc = file_replace(path, text_str(&out), out.len);
	text_fini(&out);
	return rc;
}

int station_day_list(const char *state_dir, struct date **out, size_t *count)
{
	const struct dated_files files = files_of(state_dir);

	return dated_files_list(&files, out, count);
}

int station_day_trim(const char *state_dir, size_t keep, size_t *removed)
{
	const struct dated_files files = files_of(state_dir);

	return dated_files_trim(&files, keep, removed);
}
