/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/generation.h"

#include <errno.h>
#include <stdlib.h>

int generation_load(struct generation **out,
		    const struct registry_request *request,
		    struct diagnostics *d)
{
	struct generation *g = calloc(1, sizeof(*g));
	int rc;

	if (!g)
		return -ENOMEM;
	rc = registry_load(&g->registry, &g->config, request, d);
	if (rc < 0) {
		free(g);
		return rc;
	}
	atomic_init(&g->references, 1);
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
