/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A configuration: what is accepted must print to what reads back the same. */

#include <assert.h>
#include <string.h>

#include "ixp/config.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char path[] = "conf/lanterne.yaml";
	struct config *config = NULL;
	struct config *again = NULL;
	struct diagnostics d;
	struct text print;
	struct text reprint;
	int rc;

	diagnostics_init(&d);
	text_init(&print);
	text_init(&reprint);
	rc = config_parse(&config, path, (const char *)data, len, &d);
	assert(rc == 0 || (rc == ERR_CONFIG && d.errors > 0));
	if (rc == 0) {
		config_print(config, &print);
		assert(config_parse(&again, path, text_str(&print), print.len,
				    &d) == 0);
		config_print(again, &reprint);
		assert(strcmp(text_str(&print), text_str(&reprint)) == 0);
	}
	config_free(config);
	config_free(again);
	text_fini(&print);
	text_fini(&reprint);
	diagnostics_fini(&d);
	return 0;
}
