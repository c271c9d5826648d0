/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/switch_list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/series.h"

/* Where a switch's name stands, and what stands behind it. */
static const struct {
	const char *folder;
	const char *behind;
} places[] = {
	{ "switch", ".rrd" },
	{ "agent", ".rrd" },
	{ "port", "" },
};

static int add(struct switch_list *list, const char *name)
{
	const struct series series = { .kind = SERIES_SWITCH,
				       .switch_name = name };
	char(*names)[SWITCH_NAME_SIZE];
	char path[PATH_MAX];

	/* whatever series refuses as a name is none */
	if (series_path(path, sizeof(path), ".", &series) < 0)
		return 0;
	names = reallocarray(list->names, list->count + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	list->names = names;
	(void)snprintf(names[list->count++], SWITCH_NAME_SIZE, "%s", name);
	return 0;
}

/* The name in that of a file, if there is one. */
static bool read_name(char name[SWITCH_NAME_SIZE], const char *file,
		      const char *behind)
{
	size_t len = strlen(file);
	size_t end = strlen(behind);

	if (len <= end || len - end >= SWITCH_NAME_SIZE ||
	    strcmp(file + len - end, behind) != 0)
		return false;
	memcpy(name, file, len - end);
	name[len - end] = '\0';
	return true;
}

static int read_place(struct switch_list *list, const char *state_dir,
		      size_t place)
{
	char path[PATH_MAX];
	DIR *folder;
	int rc = 0;

	if (snprintf(path, sizeof(path), "%s/rrd/%s", state_dir,
		     places[place].folder) >= (int)sizeof(path))
		return 0;
	folder = opendir(path);
	while (folder && rc == 0) {
		char name[SWITCH_NAME_SIZE];
		/* A folder of one's own may be read in any thread. */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		const struct dirent *entry = readdir(folder);

		if (!entry)
			break;
		if (read_name(name, entry->d_name, places[place].behind))
			rc = add(list, name);
	}
	if (folder)
		(void)closedir(folder);
	return rc;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(left, right);
}

int switch_list_read(struct switch_list *out, const char *state_dir)
{
	struct switch_list list = { 0 };
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(places) / sizeof(*places); i++)
		rc = read_place(&list, state_dir, i);
	if (rc < 0) {
		switch_list_fini(&list);
		return rc;
	}
	if (list.count)
		qsort(list.names, list.count, sizeof(*list.names),
		      compare_names);
	for (size_t i = 0; i < list.count; i++) {
		if (kept && strcmp(list.names[kept - 1], list.names[i]) == 0)
			continue;
		if (kept != i)
			memcpy(list.names[kept], list.names[i],
			       SWITCH_NAME_SIZE);
		kept++;
	}
	list.count = kept;
	*out = list;
	return 0;
}

void switch_list_fini(struct switch_list *list)
{
	free(list->names);
	*list = (struct switch_list){ 0 };
}
