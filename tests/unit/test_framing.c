/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "web/framing.h"

#include <string.h>

#include "support/read_section.h"
#include "support/unit.h"

#define HOST "Host: example.net\r\n"
#define GET  "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST

static const struct {
	const char *raw;
	unsigned refusal;
	size_t body_len;
} requests[] = {
	{ GET HOST "\r\n", 0, 0 },
	{ GET "host:example.net:8080\r\n\r\n", 0, 0 },
	{ GET "HOST: \t[2001:db8::1]:80\r\n\r\n", 0, 0 },
	{ "GET /a?b=%20&c=%C3%A9 HTTP/1.1\r\n" HOST "\r\n", 0, 0 },
	{ "GET http://example.net/a HTTP/1.1\r\n" HOST "\r\n", 0, 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0, 0 },
	{ GET HOST "X:\r\nY: \xc3\xa9\r\n\r\n", 0, 0 },
	{ GET HOST "Content-Length: 0\r\n\r\n", 0, 0 },
	{ POST "Content-Length: 17\r\n\r\n", 0, 17 },
	{ POST "Content-Length: 4096\r\n\r\n", 0, 4096 },
	{ POST "Content-Length: 4097\r\n\r\n", 413, 0 },
	{ POST "Content-Length: 18446744073709551615\r\n\r\n", 413, 0 },
	/* Where the body ends. */
	{ GET HOST "Content-Length: 3\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 3\r\ncontent-length: 4\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 3, 3\r\n\r\n", 400, 0 },
	{ POST "Content-Length: +3\r\n\r\n", 400, 0 },
	{ POST "Content-Length: -0\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 03\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 0x3\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 3 0\r\n\r\n", 400, 0 },
	{ POST "Content-Length:\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 18446744073709551616\r\n\r\n", 400, 0 },
	{ POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
	  0 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n", 400, 0 },
	{ POST "Transfer-Encoding: identity\r\n\r\n", 400, 0 },
	{ POST "transfer-encoding:\r\n\r\n", 400, 0 },
	/* For whom it is. */
	{ GET "\r\n", 400, 0 },
	{ GET HOST HOST "\r\n", 400, 0 },
	{ GET HOST "host: other.example\r\n\r\n", 400, 0 },
	{ "GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400, 0 },
	{ GET "Host:\r\n\r\n", 400, 0 },
	{ GET "Host: example.net \r\n\r\n", 400, 0 },
	{ GET "Host: a b\r\n\r\n", 400, 0 },
	{ GET "Host: user@example.net\r\n\r\n", 400, 0 },
	{ GET "Host: example.net/a\r\n\r\n", 400, 0 },
	{ GET "Host: a,b\r\n\r\n", 400, 0 },
	{ GET "Host: \xc3\xa9\r\n\r\n", 400, 0 },
	/* Lines. */
	{ GET "Host : example.net\r\n\r\n", 400, 0 },
	{ GET HOST "X Y: a\r\n\r\n", 400, 0 },
	{ GET HOST "X\t: a\r\n\r\n", 400, 0 },
	{ GET HOST ": a\r\n\r\n", 400, 0 },
	{ GET HOST " X: a\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\r\n b\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\r\n\tb\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\n\r\n", 400, 0 },
	{ GET HOST "X: a\nY: b\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\r\n\n", 400, 0 },
	{ GET "Host: example.net\n\n", 400, 0 },
	{ "GET / HTTP/1.1\n" HOST "\r\n", 400, 0 },
	{ "GET / HTTP/1.0\n\n", 400, 0 },
	{ "GET / HTTP/1.0\n\r\n", 400, 0 },
	{ GET HOST "X: a\rb\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\x01\r\n\r\n", 400, 0 },
	{ GET HOST "X: a\x7f\r\n\r\n", 400, 0 },
	{ GET HOST "\x80: a\r\n\r\n", 400, 0 },
	{ GET HOST "(X): a\r\n\r\n", 400, 0 },
	/* The request line. */
	{ "G(T / HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ " / HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET / HTTP/2.0\r\n" HOST "\r\n", 400, 0 },
	{ "GET / http/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET / HTTP/1.10\r\n" HOST "\r\n", 400, 0 },
	{ "GET  / HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET * HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET a HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET ../a HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "CONNECT example.net:80 HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET ftp://example.net/ HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET http://other.example/ HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET http://example.net@other.example/ HTTP/1.1\r\n" HOST "\r\n", 400,
	  0 },
	{ "GET http:///a HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /?a=%0A HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /%1f HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /%7F HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /\x01 HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /\x7f HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
};

START_TEST(a_request_leaves_no_doubt)
{
	const char *raw = requests[_i].raw;
	struct framing framing;
	struct read_section m;

	read_section(&m, raw, strlen(raw));
	framing = framing_read(&m.section);
	ck_assert_msg(framing.refusal == requests[_i].refusal, "%s: %u", raw,
		      framing.refusal);
	ck_assert_uint_eq(framing.body_len, requests[_i].body_len);
	ck_assert_int_eq(framing.refusal != 0, framing.why != NULL);
}
END_TEST

/* NULs that came over the wire; some(x) is x with its length. */
#define BYTES(string) string, sizeof(string) - 1

static const struct {
	const char *raw;
	size_t len;
} nuls[] = {
	{ BYTES(GET HOST "X: a\0b\r\n\r\n") },
	{ BYTES(GET HOST "X: a\0\r\n\r\n") },
	{ BYTES(GET HOST "X: a\0\0Y: b\r\n\r\n") },
	{ BYTES(GET HOST "X: a\0\0Y\0b\0\0\r\n\r\n") },
	{ BYTES(GET HOST "X\0: a\r\n\r\n") },
	{ BYTES(GET HOST "\0X: a\r\n\r\n") },
	{ BYTES("GET /\0a HTTP/1.1\r\n" HOST "\r\n") },
	{ BYTES("GET / HTTP/1.1\0\r\n" HOST "\r\n") },
	{ BYTES("GET\0 / HTTP/1.1\r\n" HOST "\r\n") },
};

START_TEST(a_nul_that_came_is_refused)
{
	struct read_section m;

	read_section(&m, nuls[_i].raw, nuls[_i].len);
	ck_assert_uint_eq(framing_read(&m.section).refusal, 400);
}
END_TEST

START_TEST(what_the_library_found_otherwise_is_refused)
{
	static const char raw[] = GET HOST "X: a\r\n\r\n";
	struct read_section m;

	read_section(&m, raw, strlen(raw));
	ck_assert_uint_eq(framing_read(&m.section).refusal, 0);
	m.headers[1].value++;
	ck_assert_uint_eq(framing_read(&m.section).refusal, 400);
	m.headers[1].value--;
	m.section.header_count--;
	ck_assert_uint_eq(framing_read(&m.section).refusal, 400);
	m.section.header_count = FRAMING_HEADERS_MAX + 1;
	ck_assert_uint_eq(framing_read(&m.section).refusal, 431);
}
END_TEST

/* Lines that are read in another way if each NUL ends what it can: the library
 * sees the encoding, or the length. */
static const struct {
	const char *raw;
	size_t len;
} shifted[] = {
	{ BYTES(POST "X: a\n:b\nTransfer-Encoding:\nY:c\n d\0\n\r\n") },
	{ BYTES(POST "X: a\n:b\nTransfer-Encoding:\n\r\n") },
	{ BYTES(POST "X: a\n:Content-Length\n 5\0\n\r\n") },
};

START_TEST(lines_cannot_be_shifted)
{
	struct read_section m;

	read_section(&m, shifted[_i].raw, shifted[_i].len);
	ck_assert_uint_eq(framing_read(&m.section).refusal, 400);
}
END_TEST

START_TEST(no_part_of_a_section_is_one)
{
	static const char raw[] = GET HOST "X: a\r\nContent-Length: 0\r\n\r\n";
	struct read_section m;

	for (size_t len = 0; len < strlen(raw); len++) {
		read_section(&m, raw, strlen(raw));
		m.section.len = len;
		ck_assert_uint_eq(framing_read(&m.section).refusal, 400);
	}
}
END_TEST

START_TEST(nothing_at_all_is_refused)
{
	const struct framing_section none = { .bytes = "", .target = "" };

	ck_assert_uint_eq(framing_read(&none).refusal, 400);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_request_leaves_no_doubt, COUNT_OF(requests) },
		{ a_nul_that_came_is_refused, COUNT_OF(nuls) },
		{ what_the_library_found_otherwise_is_refused, 0 },
		{ lines_cannot_be_shifted, COUNT_OF(shifted) },
		{ no_part_of_a_section_is_one, 0 },
		{ nothing_at_all_is_refused, 0 },
	};

	return unit_run("framing", tests, COUNT_OF(tests));
}
