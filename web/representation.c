/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/representation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/gzip.h"

enum {
	HEADER_SIZE = 384,
	ENCODE_FROM = 600, /* bytes; less fits into one packet anyway */
	OVERHEAD = 2048,   /* of the structs and prepared headers */
	YEAR_S = 31536000,
};

static bool is_text(const char *type)
{
	static const char *const kinds[] = { "text/", "application/json",
					     "application/problem+json",
					     "application/openmetrics-text",
					     "image/svg+xml" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(type, kinds[i], strlen(kinds[i])) == 0)
			return true;
	}
	return false;
}

/* The body compressed in the place of the plain one. Without memory for it
 * the plain one goes out. */
static void encode(struct representation *it)
{
	struct response *r = &it->response;
	struct text packed;

	text_init_like(&packed, &r->body);
	it->is_gzip = gzip_add(&packed, text_str(&r->body), r->body.len) == 0;
	if (!it->is_gzip) {
		text_fini(&packed);
		return;
	}
	text_fini(&r->body);
	r->body = packed;
}

static bool has_secrets(const struct response *r)
{
	return r->is_personal && r->max_age_s < 0;
}

int representation_new(struct representation **out, struct response *response,
		       bool accepts_gzip, int64_t now_s)
{
	struct representation *made = calloc(1, sizeof(*made));

	if (!made || !text_ok(&response->body) ||
	    pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		response_fini(response);
		return -ENOMEM;
	}
	made->response = *response;
	response_init(response);
	made->made_s = now_s;
	atomic_init(&made->references, 1);
	made->varies = is_text(made->response.content_type) &&
		       made->response.body.len >= ENCODE_FROM;
	/* What is compressed with a secret and with what others can choose
	 * tells of the secret by its length (BREACH). */
	if (made->varies && accepts_gzip && !has_secrets(&made->response))
		encode(made);
	response_etag(&made->response, made->etag);
	*out = made;
	return 0;
}

struct representation *representation_ref(struct representation *it)
{
	atomic_fetch_add(&it->references, 1);
	return it;
}

void representation_unref(struct representation *it)
{
	if (!it || atomic_fetch_sub(&it->references, 1) > 1)
		return;
	if (it->prepared)
		it->drop(it->prepared);
	response_fini(&it->response);
	(void)pthread_mutex_destroy(&it->lock);
	free(it);
}

bool representation_keeps(const struct representation *it)
{
	return it->response.status == 200 && it->response.max_age_s > 0;
}

int representation_left_s(const struct representation *it, int64_t now_s)
{
	int64_t max_age_s =
	    it->response.is_immutable ? YEAR_S : it->response.max_age_s;
	int64_t left_s = it->made_s + max_age_s - now_s;

	/* A clock that was set back knows nothing of what was made since. */
	if (now_s < it->made_s || left_s < 0)
		return -1;
	return (int)left_s;
}

size_t representation_size(const struct representation *it)
{
	return 2 * it->response.body.capacity + OVERHEAD;
}

static void add_vary(const struct representation *it, header_add add, void *to)
{
	char value[HEADER_SIZE];

	(void)snprintf(value, sizeof(value), "%s%s%s%s",
		       it->response.varies_by_form ? ", Accept" : "",
		       it->varies ? ", Accept-Encoding" : "",
		       it->response.is_translated ? ", Accept-Language" : "",
		       it->response.varies_by_user ? ", Cookie, Authorization"
						   : "");
	if (*value)
		add(to, "Vary", value + 2);
}

static void add_way(const struct response *r, header_add add, void *to)
{
	if (r->location)
		add(to, "Location", r->location);
	if (r->cookie)
		add(to, "Set-Cookie", r->cookie);
	if (r->second_cookie)
		add(to, "Set-Cookie", r->second_cookie);
	if (r->challenge)
		add(to, "WWW-Authenticate", r->challenge);
}

static void add_keeping(const struct representation *it, int64_t now_s,
			header_add add, void *to)
{
	const struct response *r = &it->response;
	int left_s = representation_left_s(it, now_s);
	char value[HEADER_SIZE];

	if (r->max_age_s < 0) {
		add(to, "Cache-Control", "no-store");
		return;
	}
	if (r->is_personal && !r->is_public) {
		add(to, "Cache-Control", "private, no-store");
		add(to, "ETag", it->etag);
		return;
	}
	(void)snprintf(value, sizeof(value), "%s, max-age=%d%s",
		       r->is_public ? "public" : "private",
		       r->is_immutable ? YEAR_S
		       : left_s < 0    ? 0
				       : left_s,
		       r->is_immutable ? ", immutable" : "");
	add(to, "Cache-Control", value);
	add(to, "ETag", it->etag);
}

/* Who may use it from elsewhere: what is public, and no page. What it may
 * load: only a page of HTML runs anything. */
static void add_sharing(const struct response *r, header_add add, void *to)
{
	bool is_shared = r->is_public && r->is_data;
	bool runs = strncmp(r->content_type, "text/html", 9) == 0;
	char policy[HEADER_SIZE];

	(void)snprintf(policy, sizeof(policy),
		       "default-src 'none'; style-src %s; img-src 'self'; "
		       "%sbase-uri 'none'; form-action 'self'; "
		       "frame-ancestors %s",
		       r->style_source ? r->style_source : "'self'",
		       runs ? "script-src 'self'; connect-src 'self'; " : "",
		       r->is_public && r->is_framed ? "*" : "'none'");
	add(to, "Content-Security-Policy", policy);
	add(to, "Cross-Origin-Resource-Policy",
	    is_shared ? "cross-origin" : "same-origin");
	if (is_shared)
		add(to, "Access-Control-Allow-Origin", "*");
}

void representation_headers(const struct representation *it, int64_t now_s,
			    header_add add, void *to)
{
	const struct response *r = &it->response;
	const struct language *language = r->body.language;
	char value[HEADER_SIZE];

	add(to, "Content-Type", r->content_type);
	add_sharing(r, add, to);
	add(to, "X-Content-Type-Options", "nosniff");
	/* With none at all, browsers say "null" for the origin of our forms. */
	add(to, "Referrer-Policy", "same-origin");
	if (it->is_gzip)
		add(to, "Content-Encoding", "gzip");
	if (r->is_translated)
		add(to, "Content-Language", language ? language->code : "en");
	add_vary(it, add, to);
	if (r->closes)
		add(to, "Connection", "close");
	if (r->allow)
		add(to, "Allow", r->allow);
	add_way(r, add, to);
	if (r->retry_after_s > 0) {
		(void)snprintf(value, sizeof(value), "%d", r->retry_after_s);
		add(to, "Retry-After", value);
	}
	if (r->filename) {
		(void)snprintf(value, sizeof(value), "inline; filename=\"%s\"",
			       r->filename);
		add(to, "Content-Disposition", value);
	}
	add_keeping(it, now_s, add, to);
}
