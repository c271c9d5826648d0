/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An Accept header: whatever it holds, a form that there is is chosen, and it
 * is the same one with a range behind it that says nothing. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct accept_form forms[] = {
	{ "text/plain", "0.0.4" },
	{ "application/openmetrics-text", "1.0.0" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char more[] = ", image/png;q=0.5";
	enum { FORMS = sizeof(forms) / sizeof(forms[0]) };
	char *header = malloc(len + sizeof(more));
	size_t chosen;

	assert(header);
	memcpy(header, data, len);
	header[len] = '\0';
	chosen = accept_choose(header, forms, FORMS);
	assert(chosen < FORMS);
	/* Within quotes that are open it would be part of them. */
	if (strlen(header) == len && !memchr(data, '"', len)) {
		memcpy(header + len, more, sizeof(more));
		assert(accept_choose(header, forms, FORMS) == chosen);
	}
	free(header);
	return 0;
}
