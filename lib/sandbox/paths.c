/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/paths.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

void paths_init(struct paths *p)
{
	*p = (struct paths){ .all = NULL };
}

void paths_fini(struct paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->copies[i]);
	free(p->copies);
	free(p->all);
	paths_init(p);
}

static bool make_room(struct paths *p)
{
	size_t room = p->room ? 2 * p->room : 16;
	struct sandbox_path *all;
	char **copies;

	if (p->count < p->room)
		return true;
	all = realloc(p->all, room * sizeof(*all));
	if (all)
		p->all = all;
	copies = realloc(p->copies, room * sizeof(*copies));
	if (copies)
		p->copies = copies;
	if (!all || !copies)
		return false;
	p->room = room;
	return true;
}

void paths_add(struct paths *p, const char *path, enum sandbox_access access)
{
	char *copy = path ? strdup(path) : NULL;

	if (!path)
		return;
	if (!copy || !make_room(p)) {
		free(copy);
		p->failed = true;
		return;
	}
	p->copies[p->count] = copy;
	p->all[p->count++] =
	    (struct sandbox_path){ .path = copy, .access = access };
}

void paths_add_folder(struct paths *p, const char *path,
		      enum sandbox_access access)
{
	DIR *folder = path ? opendir(path) : NULL;
	char link[PATH_MAX];

	paths_add(p, path, access);
	if (!folder)
		return;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this folder's own state */
	for (const struct dirent *d; (d = readdir(folder));) {
		if (d->d_type != DT_LNK)
			continue;
		(void)snprintf(link, sizeof(link), "%s/%s", path, d->d_name);
		paths_add(p, link, access);
	}
	(void)closedir(folder);
}

void paths_add_folder_of(struct paths *p, const char *path)
{
	char folder[PATH_MAX];

	if (!path)
		return;
	if (file_directory_of(path, folder, sizeof(folder)) < 0)
		p->failed = true;
	else
		paths_add(p, folder, SANDBOX_READ);
}

void paths_add_replaced(struct paths *p, const char *path)
{
	char *target = path ? realpath(path, NULL) : NULL;

	paths_add_folder_of(p, path);
	paths_add_folder_of(p, target);
	free(target);
}

int paths_confine(const struct paths *p, struct sandbox_rules *rules,
		  const char *who)
{
	struct sandbox_state state = { .step = "memory" };
	struct text said;
	int rc = -ENOMEM;

	text_init(&said);
	rules->paths = p->all;
	rules->path_count = p->count;
	if (!p->failed)
		rc = sandbox_apply(rules, &state);
	sandbox_describe(&state, &said);
	if (rc < 0)
		log_error("%s: cannot be confined: %s: %s", who, state.step,
			  err_str(rc));
	else
		log_notice("%s: confined: %s", who, text_str(&said));
	text_fini(&said);
	return rc;
}
