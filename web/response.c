/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/response.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/hash.h"

enum { RETRY_AFTER_S = 5 };

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
	struct response_wait *wait = response_take_wait(response);

	if (wait)
		wait->drop(wait);
	free(response->filename);
	response->filename = NULL;
	free(response->location);
	response->location = NULL;
	if (response->cookie)
		explicit_bzero(response->cookie, strlen(response->cookie));
	free(response->cookie);
	response->cookie = NULL;
	free(response->second_cookie);
	response->second_cookie = NULL;
	text_fini(&response->body);
}

struct response_wait *response_take_wait(struct response *response)
{
	struct response_wait *taken = response->wait;

	response->wait = NULL;
	return taken;
}

void response_go_to(struct response *response, const char *path)
{
	text_clear(&response->body);
	response->status = 303;
	response->content_type = "text/plain; charset=utf-8";
	response->max_age_s = -1;
	response->location = strdup(path);
	if (!response->location)
		response->body.failed = true;
}

void response_try_later(struct response *response, const char *why)
{
	text_clear(&response->body);
	text_addf(&response->body, "%s\n", why);
	response->status = 503;
	response->content_type = "text/plain; charset=utf-8";
	response->style_source = NULL;
	response->max_age_s = -1;
	response->retry_after_s = RETRY_AFTER_S;
}

char *response_etag(const struct response *response,
		    char to[RESPONSE_ETAG_SIZE])
{
	const struct text *body = &response->body;

	(void)snprintf(to, RESPONSE_ETAG_SIZE, "\"%016" PRIx64 "\"",
		       hash_bytes(text_str(body), body->len, 0));
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

/* Behind a coding: whether its weight is above 0. */
static bool has_weight(const char *at)
{
	at += strspn(at, " \t;");
	if (strncasecmp(at, "q=", 2) != 0)
		return true;
	return strspn(at + 2, "0.") < strcspn(at + 2, " \t,");
}

bool response_accepts_gzip(const char *accept_encoding)
{
	const char *at = accept_encoding ? accept_encoding : "";

	while (*at) {
		size_t len;

		at += strspn(at, " \t,");
		len = strcspn(at, " \t;,");
		if ((len == 4 && strncasecmp(at, "gzip", 4) == 0) ||
		    (len == 6 && strncasecmp(at, "x-gzip", 6) == 0))
			return has_weight(at + len);
		at += strcspn(at, ",");
	}
	return false;
}
