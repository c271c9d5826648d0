/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/daybook_file.h"

#include <errno.h>
#include <string.h>

#include "store/dated_files.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum { BOOK_SIZE_MAX = 256 << 20 };

static const char *const endings[DAYBOOK_KIND_COUNT] = {
	[DAYBOOK_DAY] = ".day",
	[DAYBOOK_MONTH] = ".month",
	[DAYBOOK_PAIRS] = ".pairs",
};

static struct dated_files files_of(const char *state_dir,
				   enum daybook_kind kind)
{
	return (struct dated_files){ .state_dir = state_dir,
				     .folder = "daybook",
				     .ending = endings[kind],
				     .monthly = kind == DAYBOOK_MONTH };
}

int daybook_path(char to[PATH_MAX], const char *state_dir,
		 enum daybook_kind kind, struct date date)
{
	const struct dated_files files = files_of(state_dir, kind);

	return dated_files_path(to, &files, date);
}

static void log_refused(const char *path, int rc)
{
	if (rc == ERR_UNSUPPORTED)
		log_error("store: day book refused: %s: written by a later "
			  "version of Lanterne; this one reads up to version "
			  "%d of the format",
			  path, DAYBOOK_VERSION);
	else
		log_error("store: day book refused: %s: damaged: %s", path,
			  err_str(rc));
}

int daybook_read(struct daybook *out, const char *state_dir,
		 enum daybook_kind kind, struct date date)
{
	char path[PATH_MAX];
	struct daybook book;
	int rc = daybook_path(path, state_dir, kind, date);

	if (rc < 0)
		return rc;
	text_init(&book.bytes);
	rc = file_read(path, BOOK_SIZE_MAX, &book.bytes);
	if (rc == 0)
		rc =
		    daybook_open(&book.reader, book.bytes.data, book.bytes.len);
	else if (rc == -ENOENT)
		rc = ERR_NOT_FOUND;
	else if (rc == ERR_RANGE || rc == ERR_UNSUPPORTED)
		rc = ERR_MALFORMED; /* too large, or no file */
	/* one under another's name would be believed for that day */
	if (rc == 0 &&
	    (book.reader.head.kind != kind ||
	     date_compare(book.reader.head.date, kind == DAYBOOK_MONTH
						     ? date_month_start(date)
						     : date) != 0))
		rc = ERR_MALFORMED;
	if (rc == 0) {
		*out = book;
		return 0;
	}
	text_fini(&book.bytes);
	if (rc == ERR_MALFORMED || rc == ERR_TRUNCATED || rc == ERR_UNSUPPORTED)
		log_refused(path, rc);
	return rc;
}

void daybook_fini(struct daybook *book)
{
	text_fini(&book->bytes);
}

/* Whether the file that is there is one to keep. @return 1, 0 or -errno */
static int is_to_keep(const char *state_dir, const struct daybook_head *head)
{
	struct daybook there = { 0 };
	int rc = daybook_read(&there, state_dir, head->kind, head->date);

	if (rc == ERR_UNSUPPORTED)
		return 1;
	if (rc == ERR_NOT_FOUND || rc == ERR_MALFORMED || rc == ERR_TRUNCATED)
		return 0;
	if (rc < 0)
		return rc;
	rc = there.reader.head.from_s != head->from_s ||
	     there.reader.head.to_s != head->to_s ||
	     there.reader.head.row_s < head->row_s ||
	     (there.reader.head.row_s == head->row_s &&
	      there.reader.head.known >= head->known);
	daybook_fini(&there);
	return rc;
}

int daybook_store(const char *state_dir, const struct daybook_writer *w)
{
	char path[PATH_MAX];
	char *name;
	int rc = daybook_path(path, state_dir, w->head.kind, w->head.date);

	if (rc == 0)
		rc = is_to_keep(state_dir, &w->head);
	if (rc != 0)
		return rc < 0 ? rc : DAYBOOK_KEPT;
	name = strrchr(path, '/');
	*name = '\0';
	rc = file_make_directories(path);
	*name = '/';
	if (rc == 0)
		rc = file_replace(path, w->bytes.data, w->bytes.len);
	return rc < 0 ? rc : DAYBOOK_STORED;
}

int daybook_trim(const char *state_dir, enum daybook_kind kind, size_t keep,
		 size_t *removed)
{
	const struct dated_files files = files_of(state_dir, kind);

	return dated_files_trim(&files, keep, removed);
}
