/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/confine.h"

#include <errno.h>

#include "sandbox/paths.h"
#include "util/err.h"
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

int confine(const struct config *config)
{
	struct sandbox_rules rules = {
		.kind = config->rrdcached.used ? SANDBOX_REMOTE_COLLECTOR
					       : SANDBOX_COLLECTOR,
	};
	struct sandbox_state state = { .step = "memory" };
	struct paths paths;
	struct text said;
	int rc = -ENOMEM;

	text_init(&said);
	paths_init(&paths);
	add_paths(&paths, config);
	rules.paths = paths.all;
	rules.path_count = paths.count;
	if (!paths.failed)
		rc = sandbox_apply(&rules, &state);
	sandbox_describe(&state, &said);
	if (rc < 0)
		log_error("collector: cannot be confined: %s: %s", state.step,
			  err_str(rc));
	else
		log_notice("collector: confined: %s", text_str(&said));
	paths_fini(&paths);
	text_fini(&said);
	return rc;
}
