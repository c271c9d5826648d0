/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A request target: whatever is accepted is plain, and what it says survives
 * being written again in every context.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "web/html.h"
#include "web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_plain(const char *string, struct text *out)
{
	for (const char *c = string; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	text_clear(out);
	html_escape(out, string);
	assert(!strpbrk(text_str(out), "<>\"'"));
	text_clear(out);
	html_url(out, string);
	assert(!strpbrk(text_str(out), "<>\"'&?/ "));
	text_clear(out);
	html_yaml(out, string);
	assert(out->len >= 2 && out->data[0] == '"');
	assert(!strpbrk(out->data, "\n\r\t"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *target = malloc(len + 1);
	struct request r;
	struct text out;

	assert(target);
	if (len)
		memcpy(target, data, len);
	target[len] = '\0';
	text_init(&out);
	if (request_parse(&r, target) == 0) {
		for (size_t i = 0; i < r.segment_count; i++)
			check_plain(r.segments[i], &out);
		for (size_t i = 0; i < r.parameter_count; i++) {
			check_plain(r.parameters[i].name, &out);
			check_plain(r.parameters[i].value, &out);
		}
	}
	text_fini(&out);
	free(target);
	return 0;
}
