/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_GENERATION_H
#define LANTERNE_IXP_GENERATION_H

/*
 * generation — a configuration with its registry, as long as anybody needs it.
 *
 * A reload makes a new one; what was begun under the old one still refers to
 * it: steps on their way to the writer, requests being answered. References
 * may be taken and given back in any thread.
 */

#include <stdatomic.h>

#include "ixp/registry.h"
#include "util/attr.h"
#include "util/diagnostics.h"

struct generation {
	struct config *config;
	struct registry *registry;
	atomic_uint references;
};

/**
 * Read configuration, roster and what they name.
 *
 * @param out  on success a generation with one reference, the caller's
 * @param d    gets every error and warning
 * @return as registry_load
 */
MUST_CHECK int generation_load(struct generation **out,
			       const struct registry_request *request,
			       struct diagnostics *d);

/** Take another reference. @return g */
struct generation *generation_ref(struct generation *g);

/** Give a reference back; the last one frees. NULL is fine. */
void generation_unref(struct generation *g);

#endif
