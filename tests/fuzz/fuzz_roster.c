/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A roster, and what is accepted also as the members of an exchange. */

#include <assert.h>

#include "ixp/registry.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct roster_text text = { "m.json", (const char *)data, len };
	const struct config config = { 0 };
	const uint32_t ixp_id = 1;
	struct registry *registry = NULL;
	struct roster *roster = NULL;
	struct diagnostics d;
	int rc;

	diagnostics_init(&d);
	rc = roster_parse(&roster, &text, len % 2 ? &ixp_id : NULL, &d);
	assert(rc == 0 || (rc == ERR_CONFIG && d.errors > 0));
	if (rc == 0)
		rc = registry_build(&registry, &config, roster, &d);
	assert(rc == 0 || (rc == ERR_CONFIG && d.errors > 0));
	registry_free(registry);
	roster_free(roster);
	diagnostics_fini(&d);
	return 0;
}
