/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/confine.h"

#include <errno.h>

#include "sandbox/paths.h"
#include "util/file.h"
#include "util/log.h"

/* Besides what the configuration names: local time, which boot this is, what
 * is mapped where (rrd_guard). */
static const char *const read_always[] = {
	"/usr/share/zoneinfo",
	"/etc/localtime",
	"/proc/sys/kernel/random/boot_id",
	"/proc/self",
};

static void add_replaced(void *paths, const char *path)
{
	paths_add_replaced(paths, path);
}

static void add_paths(struct paths *p, const struct config *config)
{
	const char *tree = config->ixp_manager.tree;

	for (size_t i = 0; i < sizeof(read_always) / sizeof(*read_always); i++)
		paths_add(p, read_always[i], SANDBOX_READ);
	config_each_file(config, add_replaced, p);
	paths_add_folder(p, config->state_dir, SANDBOX_CHANGE);
	/* It cannot be made later; that it cannot be written is told then. */
	if (tree && file_make_directories(tree) < 0)
		log_warning("collector: cannot make: %s", tree);
	paths_add_folder(p, tree, SANDBOX_CHANGE);
}

/* A mirror port that was gone is opened again, a receiver of ERSPAN stays. */
static bool has_mirror_port(const struct config *config)
{
	for (size_t i = 0; i < config->source_count; i++) {
		if (config->sources[i].kind == CONFIG_SOURCE_MIRROR &&
		    config->sources[i].interface)
			return true;
	}
	return false;
}

int confine(const struct config *config)
{
	struct sandbox_rules rules = {
		.kind = config->rrdcached.used ? SANDBOX_REMOTE_COLLECTOR
					       : SANDBOX_COLLECTOR,
		.keeps_net_raw = has_mirror_port(config),
	};
	struct paths paths;
	int rc;

	paths_init(&paths);
	add_paths(&paths, config);
	rc = paths_confine(&paths, &rules, "collector");
	paths_fini(&paths);
	return rc;
}
