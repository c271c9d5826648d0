/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A request target: whatever is accepted is plain, and what it says survives
 * being written again in every context.
 */

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store/ixp_tree.h"
#include "web/client.h"
#include "web/grapher.h"
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

/* A path in IXP Manager's tree is read as it is written, or not at all. */
static void check_tree(const struct request *r, struct text *path)
{
	char again[PATH_MAX];
	struct ixp_file file;

	text_clear(path);
	for (size_t i = 1; i < r->segment_count; i++)
		text_addf(path, "%s%s", i > 1 ? "/" : "", r->segments[i]);
	if (ixp_tree_parse(text_str(path), &file) < 0)
		return;
	assert(!strstr(text_str(path), ".."));
	assert(ixp_tree_path(again, sizeof(again), "", &file) == 0);
	assert(strcmp(again + 1, text_str(path)) == 0);
}

/* Whatever a header says, who is not trusted is not believed. */
static void check_client(const char *header)
{
	struct ipaddr trusted = { .version = 4, .bytes = { 127, 0, 0, 1 } };
	struct config_web web = { .trusted_proxies = &trusted,
				  .trusted_proxy_count = 1 };
	struct client_origin origin = { .peer = trusted,
					.forwarded_for = header,
					.is_forwarded = true };

	(void)client_address(&origin, &web);
	web.trusted_proxy_count = 0;
	assert(client_address(&origin, &web).version == 0);
	assert(!client_may_read_tree(&origin, &web));
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
		check_tree(&r, &out);
		assert(grapher_query_of(&r).period);
	}
	check_client(target);
	text_fini(&out);
	free(target);
	return 0;
}
