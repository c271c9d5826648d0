/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is only seen through a socket: status lines, headers, keep-alive. */

#include "web/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/tempdir.h"
#include "support/unit.h"

enum { ANSWER_SIZE = 65536, PATIENCE_S = 10 };

struct running {
	char *dir;
	struct config config;
	struct registry registry;
	struct generation generation; /* of the two; never freed */
	struct site *site;
	struct server *server;
	uint16_t port;
};

static const struct config_endpoint any_port = {
	.addr = { .version = 4, .bytes = { 127, 0, 0, 1 } }
};

static void start(struct running *r)
{
	static char name[] = "Example-IX";
	static char zone[] = "UTC";
	unsigned port = 0;
	struct listening_set sockets;
	struct text urls;

	*r = (struct running){ .dir = tempdir_new() };
	r->config.exchange_name = name;
	r->config.timezone = zone;
	r->config.state_dir = r->dir;
	r->config.web.access = CONFIG_ACCESS_OPEN;
	r->registry.config = &r->config;
	r->generation.config = &r->config;
	r->generation.registry = &r->registry;
	atomic_init(&r->generation.references, 1);
	text_init(&urls);
	ck_assert_int_eq(site_new(&r->site, &r->generation, NULL), 0);
	ck_assert_int_eq(listening_open(&sockets, &any_port, 1), 0);
	ck_assert_int_eq(server_start(&r->server, r->site, &sockets, &urls), 0);
	listening_fini(&sockets);
	/* NOLINTNEXTLINE(cert-err34-c): of our own making */
	ck_assert_int_eq(
	    sscanf(text_str(&urls), "http://127.0.0.1:%u/\n", &port), 1);
	r->port = (uint16_t)port;
	text_fini(&urls);
}

static void stop(struct running *r)
{
	server_stop(r->server);
	site_free(r->site);
	tempdir_remove(r->dir);
}

static int dial(const struct running *r)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(r->port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof(patience)),
			 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Send bytes, read to the end. */
static char *exchange_bytes(const struct running *r, const char *bytes,
			    size_t len)
{
	char *answer = calloc(1, ANSWER_SIZE);
	size_t filled = 0;
	ssize_t got;
	int fd = dial(r);

	/* Fails where the server has already refused and closed. */
	(void)send(fd, bytes, len, MSG_NOSIGNAL);
	while ((got = recv(fd, answer + filled, ANSWER_SIZE - 1 - filled, 0)) >
	       0)
		filled += (size_t)got;
	(void)close(fd);
	return answer;
}

static char *ask(const struct running *r, const char *request)
{
	return exchange_bytes(r, request, strlen(request));
}

#define HOST "Host: localhost\r\n"
#define LAST "Connection: close\r\n\r\n"

static const struct {
	const char *request;
	const char *status;
} requests[] = {
	{ "GET / HTTP/1.1\r\n" HOST LAST, "200" },
	{ "GET /?range=week HTTP/1.1\r\n" HOST LAST, "200" },
	{ "GET http://localhost/livez HTTP/1.1\r\n" HOST LAST, "200" },
	{ "GET /livez HTTP/1.0\r\n\r\n", "200" },
	{ "GET /nothing HTTP/1.1\r\n" HOST LAST, "404" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n" LAST, "405" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" LAST "abc",
	  "405" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 4097\r\n" LAST "abc",
	  "413" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n" LAST "abc",
	  "400" },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" LAST "abc", "400" },
	{ "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" LAST
	  "0\r\n\r\n",
	  "400" },
	{ "GET / HTTP/1.1\r\n" HOST HOST LAST, "400" },
	{ "GET / HTTP/1.1\r\n" HOST
	  "Content-Length: 0\r\nContent-Length: 0\r\n" LAST,
	  "400" },
	{ "GET / HTTP/1.1\r\n" LAST, "400" },
	{ "GET /%00 HTTP/1.1\r\n" HOST LAST, "400" },
	{ "GET /a%0d%0aX:1 HTTP/1.1\r\n" HOST LAST, "400" },
	{ "GET /\x01 HTTP/1.1\r\n" HOST LAST, "400" },
	{ "GET / HTTP/1.1\r\nHost: example.net\r\n" LAST, "421" },
	{ "DELETE /health HTTP/1.1\r\n" HOST LAST, "405" },
};

START_TEST(a_request_gets_its_status)
{
	struct running r;
	char wanted[32];
	char *answer;

	start(&r);
	answer = ask(&r, requests[_i].request);
	(void)snprintf(wanted, sizeof(wanted), "HTTP/1.1 %s ",
		       requests[_i].status);
	ck_assert_msg(strncmp(answer, wanted, strlen(wanted)) == 0, "%s\n%.40s",
		      requests[_i].request, answer);
	free(answer);
	stop(&r);
}
END_TEST

/* libmicrohttpd hands the target on as a string, so that what is behind a NUL
 * would not be seen. */
START_TEST(a_nul_in_the_target_is_refused)
{
	static const char bytes[] = "GET /livez\0?x HTTP/1.1\r\n" HOST LAST;
	struct running r;
	char *answer;

	start(&r);
	answer = exchange_bytes(&r, bytes, sizeof(bytes) - 1);
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 400 ", 13), 0);
	free(answer);
	stop(&r);
}
END_TEST

/* The answer may be lost: the server closes on what it has not read. */
START_TEST(a_header_without_end_is_431)
{
	struct running r;
	struct text request;
	char *answer;

	start(&r);
	text_init(&request);
	text_add(&request, "GET / HTTP/1.1\r\n" HOST "X: ");
	for (int i = 0; i < 40000; i++)
		text_add_char(&request, 'x');
	text_add(&request, "\r\n" LAST);
	answer = ask(&r, text_str(&request));
	if (*answer)
		ck_assert_int_eq(strncmp(answer, "HTTP/1.1 431 ", 13), 0);
	free(answer);
	text_fini(&request);
	stop(&r);
}
END_TEST

START_TEST(a_long_target_is_414)
{
	struct running r;
	struct text request;
	char *answer;

	start(&r);
	text_init(&request);
	text_add(&request, "GET /");
	for (int i = 0; i < 3000; i++)
		text_add_char(&request, 'x');
	text_add(&request, " HTTP/1.1\r\n" HOST LAST);
	answer = ask(&r, text_str(&request));
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 414 ", 13), 0);
	free(answer);
	text_fini(&request);
	stop(&r);
}
END_TEST

/* The value of a header, up to its line's end; "" if it is not there. */
static char *header(const char *answer, const char *name)
{
	char wanted[64];
	const char *at;

	(void)snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
	at = strstr(answer, wanted);
	if (!at)
		return strdup("");
	at += strlen(wanted);
	return strndup(at, strcspn(at, "\r"));
}

static const struct {
	const char *target;
	const char *name;
	const char *value;
} headers[] = {
	{ "/", "Content-Type", "text/html; charset=utf-8" },
	{ "/", "X-Content-Type-Options", "nosniff" },
	{ "/", "Referrer-Policy", "same-origin" },
	{ "/", "Cache-Control", "private, max-age=10" },
	{ "/", "Content-Security-Policy",
	  "default-src 'none'; style-src 'self'; img-src 'self'; script-src "
	  "'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
	  "frame-ancestors 'none'" },
	{ "/style.css", "Content-Security-Policy",
	  "default-src 'none'; style-src 'self'; img-src 'self'; "
	  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
	{ "/app.js", "Content-Type", "text/javascript; charset=utf-8" },
	{ "/health", "Cache-Control", "private, max-age=10" },
	{ "/members", "Cache-Control", "private, max-age=10" },
	{ "/livez", "Cache-Control", "no-store" },
	{ "/nothing", "Cache-Control", "no-store" },
	{ "/style.css", "Cache-Control", "public, max-age=86400" },
	{ "/graph/exchange.svg", "Content-Type", "image/svg+xml" },
	{ "/graph/exchange.json", "Content-Type", "application/json" },
	{ "/favicon.svg", "Content-Type", "image/svg+xml" },
};

START_TEST(every_answer_has_its_headers)
{
	char request[128];
	struct running r;
	char *answer;
	char *value;

	start(&r);
	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\n" HOST LAST, headers[_i].target);
	answer = ask(&r, request);
	value = header(answer, headers[_i].name);
	ck_assert_str_eq(value, headers[_i].value);
	free(value);
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(a_standalone_graph_may_use_its_own_style)
{
	struct running r;
	char *answer;
	char *policy;

	start(&r);
	answer = ask(&r, "GET /graph/exchange.svg HTTP/1.1\r\n" HOST LAST);
	policy = header(answer, "Content-Security-Policy");
	ck_assert_ptr_nonnull(strstr(policy, "style-src 'sha256-"));
	ck_assert_ptr_null(strstr(policy, "unsafe"));
	free(policy);
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(head_is_get_without_the_body)
{
	struct running r;
	char *whole;
	char *length;
	char *head;
	char *same;

	start(&r);
	whole = ask(&r, "GET /style.css HTTP/1.1\r\n" HOST LAST);
	head = ask(&r, "HEAD /style.css HTTP/1.1\r\n" HOST LAST);
	length = header(whole, "Content-Length");
	same = header(head, "Content-Length");
	ck_assert_str_eq(length, same);
	ck_assert_str_ne(length, "");
	ck_assert_str_eq(strstr(head, "\r\n\r\n"), "\r\n\r\n");
	free(length);
	free(same);
	free(whole);
	free(head);
	stop(&r);
}
END_TEST

START_TEST(what_is_known_is_not_sent_again)
{
	char request[256];
	struct running r;
	char *answer;
	char *etag;

	start(&r);
	answer = ask(&r, "GET /style.css HTTP/1.1\r\n" HOST LAST);
	etag = header(answer, "ETag");
	free(answer);
	(void)snprintf(request, sizeof(request),
		       "GET /style.css HTTP/1.1\r\n" HOST
		       "If-None-Match: \"x\", %s\r\n" LAST,
		       etag);
	answer = ask(&r, request);
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 304 ", 13), 0);
	ck_assert_str_eq(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
	free(etag);
	free(answer);
	stop(&r);
}
END_TEST

/* What an answer has behind its headers. */
static const char *body_of(const char *answer)
{
	const char *at = strstr(answer, "\r\n\r\n");

	ck_assert_ptr_nonnull(at);
	return at + 4;
}

static char *get_in(const struct running *r, const char *target,
		    const char *headers_too)
{
	char request[512];

	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\n" HOST "%s" LAST, target,
		       headers_too);
	return ask(r, request);
}

static void expect_header(const char *answer, const char *name,
			  const char *value)
{
	char *found = header(answer, name);

	ck_assert_msg(strcmp(found, value) == 0, "%s: %s, not %s", name, found,
		      value);
	free(found);
}

/* Each encoding has a tag of its own, and each is known again. */
START_TEST(an_encoding_is_chosen_and_known_again)
{
	static const char *const accepts[] = { "",
					       "Accept-Encoding: gzip\r\n" };
	char *tags[2];
	struct running r;

	start(&r);
	for (int i = 0; i < 2; i++) {
		char *answer = get_in(&r, "/style.css", accepts[i]);

		expect_header(answer, "Content-Encoding", i ? "gzip" : "");
		expect_header(answer, "Vary", "Accept-Encoding");
		tags[i] = header(answer, "ETag");
		free(answer);
	}
	ck_assert_str_ne(tags[0], tags[1]);
	for (int i = 0; i < 4; i++) {
		bool same = i % 2 == i / 2;
		char both[128];
		char *answer;

		(void)snprintf(both, sizeof(both), "%sIf-None-Match: %s\r\n",
			       accepts[i % 2], tags[i / 2]);
		answer = get_in(&r, "/style.css", both);
		ck_assert_int_eq(strncmp(answer, "HTTP/1.1 304 ", 13) == 0,
				 same);
		if (same) {
			ck_assert_str_eq(body_of(answer), "");
			expect_header(answer, "ETag", tags[i % 2]);
		}
		free(answer);
	}
	free(tags[0]);
	free(tags[1]);
	stop(&r);
}
END_TEST

START_TEST(what_is_kept_is_of_one_configuration)
{
	static char renamed[] = "Renamed-IX";
	struct running r;
	struct config config;
	struct registry registry;
	struct generation next = { .config = &config, .registry = &registry };
	char *answer;

	start(&r);
	answer = get_in(&r, "/", "");
	ck_assert_ptr_nonnull(strstr(answer, "Example-IX"));
	free(answer);
	config = r.config;
	config.exchange_name = renamed;
	registry = r.registry;
	registry.config = &config;
	atomic_init(&next.references, 1);
	site_use(r.site, &next);
	answer = get_in(&r, "/", "");
	ck_assert_ptr_nonnull(strstr(answer, "Renamed-IX"));
	ck_assert_ptr_null(strstr(answer, "Example-IX"));
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(what_is_kept_is_of_one_language)
{
	static const char *const codes[] = { "en", "fr", "en", "fr" };
	static char en[] = "en";
	static char fr[] = "fr";
	char *languages[] = { en, fr };
	struct running r;

	start(&r);
	r.config.languages = languages;
	r.config.language_count = 2;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		char accept[64];
		char *answer;

		(void)snprintf(accept, sizeof(accept),
			       "Accept-Language: %s\r\n", codes[i]);
		answer = get_in(&r, "/members", accept);
		expect_header(answer, "Content-Language", codes[i]);
		expect_header(answer, "Vary",
			      "Accept-Encoding, Accept-Language");
		free(answer);
	}
	stop(&r);
}
END_TEST

/* An open site shows nothing to a foreign host, however often it was asked by
 * one of its own. */
START_TEST(what_is_kept_is_of_one_audience)
{
	struct running r;
	char *answer;

	start(&r);
	for (int i = 0; i < 2; i++) {
		answer = get_in(&r, "/health", "");
		ck_assert_int_eq(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
		free(answer);
		answer = ask(&r, "GET /health HTTP/1.1\r\n"
				 "Host: example.net\r\n" LAST);
		ck_assert_int_eq(strncmp(answer, "HTTP/1.1 421 ", 13), 0);
		free(answer);
		answer = ask(&r, "POST /health HTTP/1.1\r\n" HOST
				 "Content-Length: 0\r\n" LAST);
		ck_assert_int_eq(strncmp(answer, "HTTP/1.1 405 ", 13), 0);
		free(answer);
	}
	stop(&r);
}
END_TEST

START_TEST(other_sites_may_read_what_is_public)
{
	struct running r;
	char *answer;

	start(&r);
	answer = get_in(&r, "/graph/exchange.json", "");
	expect_header(answer, "Access-Control-Allow-Origin", "*");
	expect_header(answer, "Cross-Origin-Resource-Policy", "cross-origin");
	free(answer);
	answer = get_in(&r, "/health", "");
	expect_header(answer, "Access-Control-Allow-Origin", "");
	expect_header(answer, "Cross-Origin-Resource-Policy", "same-origin");
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(a_405_says_what_is_allowed)
{
	struct running r;
	char *answer;
	char *allow;

	start(&r);
	answer = ask(&r, "PUT /ports HTTP/1.1\r\n" HOST LAST);
	allow = header(answer, "Allow");
	ck_assert_str_eq(allow, "GET, HEAD");
	free(allow);
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(a_connection_serves_more_than_one_request)
{
	struct running r;
	char *answer;

	start(&r);
	answer = ask(&r, "GET /livez HTTP/1.1\r\n" HOST
			 "\r\nGET /readyz HTTP/1.1\r\n" HOST
			 "\r\nGET /livez HTTP/1.1\r\n" HOST LAST);
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
	ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 503 "));
	ck_assert_str_eq(answer + strlen(answer) - 3, "ok\n");
	free(answer);
	stop(&r);
}
END_TEST

START_TEST(an_address_in_use_is_refused)
{
	struct config_endpoint taken = any_port;
	struct listening_set sockets;
	struct running r;

	start(&r);
	taken.port = r.port;
	ck_assert_int_eq(listening_open(&sockets, &taken, 1), -EADDRINUSE);
	stop(&r);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_request_gets_its_status, COUNT_OF(requests) },
		{ a_nul_in_the_target_is_refused, 0 },
		{ a_header_without_end_is_431, 0 },
		{ a_long_target_is_414, 0 },
		{ every_answer_has_its_headers, COUNT_OF(headers) },
		{ a_standalone_graph_may_use_its_own_style, 0 },
		{ head_is_get_without_the_body, 0 },
		{ what_is_known_is_not_sent_again, 0 },
		{ an_encoding_is_chosen_and_known_again, 0 },
		{ what_is_kept_is_of_one_configuration, 0 },
		{ what_is_kept_is_of_one_language, 0 },
		{ what_is_kept_is_of_one_audience, 0 },
		{ other_sites_may_read_what_is_public, 0 },
		{ a_405_says_what_is_allowed, 0 },
		{ a_connection_serves_more_than_one_request, 0 },
		{ an_address_in_use_is_refused, 0 },
	};

	return unit_run("server", tests, COUNT_OF(tests));
}
