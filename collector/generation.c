/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/generation.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/aggregate.h"
#include "util/err.h"

/* Cells number switches and interfaces in so many bits. */
static int check_size(const struct generation *g, const char *path,
		      struct diagnostics *d)
{
	const struct place file = { .path = path };

	if (g->config->switch_count >= AGGREGATE_SWITCHES_MAX) {
		diagnostics_error(
		    d, file, "found %zu switches, expected at most %d",
		    g->config->switch_count, AGGREGATE_SWITCHES_MAX - 1);
		return ERR_CONFIG;
	}
	if (g->registry->interface_count >= AGGREGATE_INTERFACES_MAX) {
		diagnostics_error(
		    d, file, "found %u VLAN interfaces, expected at most %d",
		    g->registry->interface_count, AGGREGATE_INTERFACES_MAX - 1);
		return ERR_CONFIG;
	}
	return 0;
}

int generation_load(struct generation **out, const char *path,
		    struct diagnostics *d)
{
	struct generation *g = calloc(1, sizeof(*g));
	int rc;

	if (!g)
		return -ENOMEM;
	rc = registry_load(&g->registry, &g->config, path, d);
	if (rc < 0) {
		free(g);
		return rc;
	}
	atomic_init(&g->references, 1);
	rc = check_size(g, path, d);
	if (rc < 0) {
		generation_unref(g);
		return rc;
	}
	*out = g;
	return 0;
}

struct generation *generation_ref(struct generation *g)
{
	atomic_fetch_add_explicit(&g->references, 1, memory_order_relaxed);
	return g;
}

void generation_unref(struct generation *g)
{
	if (!g || atomic_fetch_sub_explicit(&g->references, 1,
					    memory_order_acq_rel) != 1)
		return;
	registry_free(g->registry);
	config_free(g->config);
	free(g);
}
