/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A status file: whatever is accepted makes a /health page without markup of
 * its own. */

#include <assert.h>
#include <string.h>

#include "util/err.h"
#include "web/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void show(const struct status *status)
{
	static char name[] = "Example-IX";
	static char zone[] = "UTC";
	struct request request = { .segment_count = 0 };
	struct config config = { .exchange_name = name, .timezone = zone };
	struct registry registry = { .config = &config };
	struct call call = { .registry = &registry,
			     .config = &config,
			     .status = status,
			     .request = &request,
			     .wall_s = 1700000000,
			     .now_s = 1700000000,
			     .is_open = true };
	struct response r;

	assert(u64map_init(&registry.by_mac, 1) == 0);
	response_init(&r);
	page_health(&call, &r);
	assert(r.status == 200 && text_ok(&r.body));
	assert(!strstr(text_str(&r.body), "<script"));
	response_fini(&r);
	u64map_fini(&registry.by_mac);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct status *status = NULL;
	int rc = status_parse(&status, (const char *)data, len);

	assert(rc == 0 || rc == ERR_SYNTAX);
	if (rc == 0)
		show(status);
	status_free(status);
	return 0;
}
