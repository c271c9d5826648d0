/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/response.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void response_init(struct response *response)
{
	*response =
	    (struct response){ .status = 200,
			       .content_type = "text/html; charset=utf-8",
			       .max_age_s = -1 };
	text_init(&response->body);
}

void response_fini(struct response *response)
{
	text_fini(&response->body);
}

char *response_etag(const struct response *response,
		    char to[RESPONSE_ETAG_SIZE])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < response->body.len; i++) {
		hash ^= (unsigned char)response->body.data[i];
		hash *= UINT64_C(0x100000001b3);
	}
	(void)snprintf(to, RESPONSE_ETAG_SIZE, "\"%016" PRIx64 "\"", hash);
	return to;
}

bool response_etag_matches(const char *if_none_match, const char *etag)
{
	size_t len = strlen(etag);
	const char *at = if_none_match;

	while (*at) {
		at += strspn(at, " \t,");
		if (*at == '*')
			return true;
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		if (strncmp(at, etag, len) == 0 &&
		    (at[len] == '\0' || strchr(" \t,", at[len])))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}
