/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/dated_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MONTH_TEXT_SIZE = 7 /* "2026-03" */ };

int dated_files_path(char to[PATH_MAX], const struct dated_files *f,
		     struct date date)
{
	char name[DATE_TEXT_SIZE];
	int len;

	(void)date_text(name, date);
	if (f->monthly)
		name[MONTH_TEXT_SIZE] = '\0';
	len = snprintf(to, PATH_MAX, "%s/%s/%.4s/%s%s", f->state_dir, f->folder,
		       name, name, f->ending);
	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
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

/* The date in the name of a file. */
static bool read_name(const char *name, const struct dated_files *f,
		      struct date *date)
{
	size_t wanted = f->monthly ? MONTH_TEXT_SIZE : DATE_TEXT_SIZE - 1;
	char text[DATE_TEXT_SIZE];

	if (strlen(name) < wanted || strcmp(name + wanted, f->ending) != 0)
		return false;
	(void)snprintf(text, sizeof(text), "%.*s%s", (int)wanted, name,
		       f->monthly ? "-01" : "");
	return date_parse(text, strlen(text), date) == 0;
}

static int list_year(struct date_list *list, const char *path,
		     const struct dated_files *f)
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
		if (read_name(entry->d_name, f, &date))
			rc = list_add(list, date);
	}
	(void)closedir(folder);
	return rc;
}

static int list_all(struct date_list *list, const struct dated_files *f)
{
	enum { YEAR_DIGITS = 4 };
	char path[PATH_MAX];
	int used =
	    snprintf(path, sizeof(path), "%s/%s", f->state_dir, f->folder);
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
		rc = list_year(list, path, f);
	}
	(void)closedir(folder);
	return rc;
}

static int compare_dates(const void *a, const void *b)
{
	return date_compare(*(const struct date *)a, *(const struct date *)b);
}

int dated_files_list(const struct dated_files *f, struct date **out,
		     size_t *count)
{
	struct date_list list = { 0 };
	int rc = list_all(&list, f);

	if (rc < 0) {
		free(list.dates);
		return rc;
	}
	if (list.count)
		qsort(list.dates, list.count, sizeof(*list.dates),
		      compare_dates);
	*out = list.dates;
	*count = list.count;
	return 0;
}

int dated_files_trim(const struct dated_files *f, size_t keep, size_t *removed)
{
	struct date *dates = NULL;
	size_t count = 0;
	size_t gone = 0;
	int rc = dated_files_list(f, &dates, &count);

	for (size_t i = 0; rc == 0 && i + keep < count; i++) {
		char path[PATH_MAX];

		rc = dated_files_path(path, f, dates[i]);
		if (rc == 0 && unlink(path) < 0 && errno != ENOENT)
			rc = -errno;
		gone += rc == 0;
	}
	if (removed)
		*removed = gone;
	free(dates);
	return rc;
}
