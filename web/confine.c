/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/confine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/paths.h"
#include "util/file.h"
#include "util/log.h"
#include "web/auth/users.h"
#include "web/state_dir.h"

static void add_replaced(void *paths, const char *path)
{
	paths_add_replaced(paths, path);
}

/* A folder that the collector has yet to make can be read then, by way of the
 * one that it will stand in. */
static void add_data(struct paths *p, const char *path)
{
	if (path && access(path, F_OK) < 0) {
		log_warning("web: not there yet: %s", path);
		paths_add_folder_of(p, path);
	}
	paths_add_folder(p, path, SANDBOX_READ);
}

static void add_users_folder(struct paths *p, const char *path)
{
	char folder[PATH_MAX];

	if (file_directory_of(path, folder, sizeof(folder)) == 0)
		paths_add(p, folder, SANDBOX_CHANGE);
}

static void add_paths(struct paths *p, const struct config *config)
{
	char own[PATH_MAX];

	paths_add(p, "/usr/share/zoneinfo", SANDBOX_READ);
	paths_add(p, "/etc/localtime", SANDBOX_READ);
	config_each_file(config, add_replaced, p);
	paths_add_replaced(p, config->web.users);
	add_data(p, config->state_dir);
	add_data(p, config->ixp_manager.tree);
	paths_add_replaced(p, config->web.tls_certificate);
	paths_add_replaced(p, config->web.tls_key);
	if (config->web.users && state_dir_of(config, own))
		paths_add(p, own, SANDBOX_CHANGE);
	/* Where it may write beside the users, it may replace them. */
	if (config->web.users &&
	    !state_dir_same_folder(config->path, config->web.users) &&
	    users_can_change_at(config->web.users))
		add_users_folder(p, config->web.users);
}

int confine(const struct config *config)
{
	struct sandbox_rules rules = { .kind = SANDBOX_WEB,
				       .hides_memory = true };
	struct paths paths;
	int rc;

	paths_init(&paths);
	add_paths(&paths, config);
	rc = paths_confine(&paths, &rules, "web");
	paths_fini(&paths);
	return rc;
}
