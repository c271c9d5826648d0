/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/usable.h"

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

int usable_load(struct generation **out, const struct registry_request *request,
		struct diagnostics *d)
{
	struct generation *g;
	int rc = generation_load(&g, request, d);

	if (rc < 0)
		return rc;
	rc = check_size(g, request->path, d);
	if (rc < 0) {
		generation_unref(g);
		return rc;
	}
	*out = g;
	return 0;
}
