/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/daybook_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum {
	BOOK_SIZE_MAX = 256 << 20,
	MONTH_TEXT_SIZE = 7, /* "2026-03" */
};

static const char *const endings[DAYBOOK_KIND_COUNT] = {
	[DAYBOOK_DAY] = ".day",
	[DAYBOOK_MONTH] = ".month",
	[DAYBOOK_PAIRS] = ".pairs",
};

int daybook_path(char to[PATH_MAX], const char *state_dir,
		 enum daybook_kind kind, struct date date)
{
	char name[DATE_TEXT_SIZE];
	int len;

	(void)date_text(name, date);
	if (kind == DAYBOOK_MONTH)
		name[MONTH_TEXT_SIZE] = '\0';
	len = snprintf(to, PATH_MAX, "%s/daybook/%.4s/%s%s", state_dir, name,
		       name, endings[kind]);
	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
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

struct date_list {
	struct date *dates;
	size_t count;
	size_t capacity;
};

static int list_add(struct date_list *list, struct date date)
{
	enum { FIRST_CAPACITY = 64 };

	if (list->count == list->capacity) {
		size_t capacity =
		    list->capacity ? 2 * list->capacity : FIRST_CAPACITY;
		struct date *dates =
		    realloc(list->dates, capacity * sizeof(*dates));

		if (!dates)
			return -ENOMEM;
		list->dates = dates;
		list->capacity = capacity;
	}
	list->dates[list->count++] = date;
	return 0;
}

/* The date in the name of a file of a kind. */
static bool read_name(const char *name, enum daybook_kind kind,
		      struct date *date)
{
	size_t wanted =
	    kind == DAYBOOK_MONTH ? MONTH_TEXT_SIZE : DATE_TEXT_SIZE - 1;
	char text[DATE_TEXT_SIZE];

	if (strlen(name) <= wanted || strcmp(name + wanted, endings[kind]) != 0)
		return false;
	(void)snprintf(text, sizeof(text), "%.*s%s", (int)wanted, name,
		       kind == DAYBOOK_MONTH ? "-01" : "");
	return date_parse(text, strlen(text), date) == 0;
}

static int list_year(struct date_list *list, const char *path,
		     enum daybook_kind kind)
{
	DIR *folder = opendir(path);
	int rc = 0;

	if (!folder)
		return errno == ENOTDIR || errno == ENOENT ? 0 : -errno;
	while (rc == 0) {
		/* A folder of one's own may be read in any thread. */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		const struct dirent *entry = readdir(folder);
		struct date date;

		if (!entry)
			break;
		if (read_name(entry->d_name, kind, &date))
			rc = list_add(list, date);
	}
	(void)closedir(folder);
	return rc;
}

static int list_files(struct date_list *list, const char *state_dir,
		      enum daybook_kind kind)
{
	enum { YEAR_DIGITS = 4 };
	char path[PATH_MAX];
	int used = snprintf(path, sizeof(path), "%s/daybook", state_dir);
	DIR *folder;
	int rc = 0;

	if (used < 0 || (size_t)used + YEAR_DIGITS + 2 > sizeof(path))
		return -ENAMETOOLONG;
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while (rc == 0) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		const struct dirent *entry = readdir(folder);

		if (!entry)
			break;
		if (strspn(entry->d_name, "0123456789") != YEAR_DIGITS ||
		    strlen(entry->d_name) != YEAR_DIGITS)
			continue;
		(void)snprintf(path + used, sizeof(path) - (size_t)used,
			       "/%.4s", entry->d_name);
		rc = list_year(list, path, kind);
	}
	(void)closedir(folder);
	return rc;
}

static int compare_dates(const void *a, const void *b)
{
	return date_compare(*(const struct date *)a, *(const struct date *)b);
}

int daybook_trim(const char *state_dir, enum daybook_kind kind, size_t keep,
		 size_t *removed)
{
	struct date_list list = { 0 };
	char path[PATH_MAX];
	size_t surplus = 0;
	size_t i = 0;
	int rc = list_files(&list, state_dir, kind);

	if (rc == 0 && list.count > keep) {
		surplus = list.count - keep;
		qsort(list.dates, list.count, sizeof(*list.dates),
		      compare_dates);
	}
	for (; rc == 0 && i < surplus; i++) {
		rc = daybook_path(path, state_dir, kind, list.dates[i]);
		if (rc == 0 && unlink(path) < 0 && errno != ENOENT)
			rc = -errno;
	}
	if (removed)
		*removed = rc < 0 && i > 0 ? i - 1 : i;
	free(list.dates);
	return rc;
}
