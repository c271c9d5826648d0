/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A status file: whatever is accepted makes a /health page without markup of
 * its own. */

#include <assert.h>
#include <string.h>

#include "util/err.h"
#include "web/languages.h"
#include "web/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* An exchange without anything, made once. */
static struct site *empty_site(void)
{
	static char name[] = "Example-IX";
	static char zone[] = "UTC";
	static char state_dir[] = "/nonexistent";
	static struct config config = { .exchange_name = name,
					.timezone = zone,
					.state_dir = state_dir };
	static struct registry registry = { .config = &config };
	static struct generation generation = { .config = &config,
						.registry = &registry,
						.references = 1 };
	static struct site *site;

	if (!site) {
		assert(u64map_init(&registry.by_mac, 1) == 0);
		assert(site_new(&site, &generation, NULL) == 0);
	}
	return site;
}

static void show(const struct status *status)
{
	static const struct principal all = { .role = ROLE_AUDITOR,
					      .by = BY_OPEN };
	struct request request = { .segment_count = 0 };
	struct site *site = empty_site();
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);
	struct call call = { .site = site,
			     .registry = generation->registry,
			     .config = generation->config,
			     .status = status,
			     .request = &request,
			     .principal = &all,
			     .language = languages_choose(generation->config,
							  NULL, NULL),
			     .wall_s = 1700000000,
			     .now_s = 1700000000,
			     .is_open = true };
	struct response r;

	response_init(&r);
	page_health(&call, &r);
	assert(r.status == 200 && text_ok(&r.body));
	/* The page's own one, and none that came from outside. */
	assert(!strstr(text_str(&r.body), "<script>"));
	response_fini(&r);
	generation_unref(generation);
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
