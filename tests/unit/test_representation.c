/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/representation.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "support/unit.h"

enum { NOW_S = 1700000000, BODY_MAX = 100000 };

static const char html[] = "text/html; charset=utf-8";

static struct representation *make(const char *type, size_t len, bool gzip)
{
	struct representation *made;
	struct response r;

	response_init(&r);
	r.content_type = type;
	r.max_age_s = 10;
	for (size_t i = 0; i < len; i++)
		text_add_char(&r.body, (char)('a' + i * i % 7 + i % 11));
	ck_assert_int_eq(representation_new(&made, &r, gzip, NOW_S), 0);
	return made;
}

/* All headers as lines. */
static void add_line(void *to, const char *name, const char *value)
{
	text_addf(to, "%s: %s\n", name, value);
}

static void expect_headers(const struct representation *it, int64_t now_s,
			   const char *wanted, bool is_there)
{
	struct text lines;

	text_init(&lines);
	representation_headers(it, now_s, add_line, &lines);
	ck_assert_msg((strstr(text_str(&lines), wanted) != NULL) == is_there,
		      "%s in:\n%s", wanted, text_str(&lines));
	text_fini(&lines);
}

static const size_t lengths[] = { 600, 601, 16383, 16384, 16385, 99999 };

START_TEST(what_is_unpacked_is_what_was_packed)
{
	struct representation *plain = make(html, lengths[_i], false);
	struct representation *packed = make(html, lengths[_i], true);
	static char unpacked[BODY_MAX];
	z_stream stream = { 0 };

	ck_assert(packed->is_gzip);
	ck_assert(!plain->is_gzip);
	ck_assert_uint_lt(packed->response.body.len, plain->response.body.len);
	ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (Bytef *)packed->response.body.data;
	stream.avail_in = (uInt)packed->response.body.len;
	stream.next_out = (Bytef *)unpacked;
	stream.avail_out = sizeof(unpacked);
	ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
	ck_assert_uint_eq(stream.avail_in, 0);
	ck_assert_uint_eq(stream.total_out, plain->response.body.len);
	ck_assert_mem_eq(unpacked, plain->response.body.data, stream.total_out);
	(void)inflateEnd(&stream);
	ck_assert_str_ne(plain->etag, packed->etag);
	representation_unref(plain);
	representation_unref(packed);
}
END_TEST

START_TEST(the_same_body_has_the_same_tag_each_time)
{
	struct representation *first = make(html, 5000, true);
	struct representation *second = make(html, 5000, true);
	struct representation *other = make(html, 5001, true);

	ck_assert_str_eq(first->etag, second->etag);
	ck_assert_str_ne(first->etag, other->etag);
	representation_unref(first);
	representation_unref(second);
	representation_unref(other);
}
END_TEST

static const struct {
	const char *type;
	size_t len;
	bool is_packed;
} packings[] = {
	{ html, 600, true },
	{ html, 599, false },
	{ html, 0, false },
	{ "application/json", 5000, true },
	{ "application/problem+json", 5000, true },
	{ "image/svg+xml", 5000, true },
	{ "text/csv; charset=utf-8; header=present", 5000, true },
	{ "image/png", 5000, false },
	{ "application/x-rrd", 5000, false },
};

START_TEST(texts_are_packed_where_it_pays)
{
	struct representation *packed =
	    make(packings[_i].type, packings[_i].len, true);
	struct representation *plain =
	    make(packings[_i].type, packings[_i].len, false);

	ck_assert(packed->is_gzip == packings[_i].is_packed);
	expect_headers(packed, NOW_S, "Content-Encoding: gzip\n",
		       packings[_i].is_packed);
	expect_headers(plain, NOW_S, "Content-Encoding", false);
	/* A cache has to know of either that there is the other. */
	expect_headers(packed, NOW_S, "Vary: Accept-Encoding\n",
		       packings[_i].is_packed);
	expect_headers(plain, NOW_S, "Vary: Accept-Encoding\n",
		       packings[_i].is_packed);
	representation_unref(plain);
	representation_unref(packed);
}
END_TEST

START_TEST(the_age_counts_down)
{
	struct representation *it = make(html, 100, false);

	expect_headers(it, NOW_S, "Cache-Control: private, max-age=10\n", true);
	expect_headers(it, NOW_S + 7, "Cache-Control: private, max-age=3\n",
		       true);
	expect_headers(it, NOW_S + 10, "Cache-Control: private, max-age=0\n",
		       true);
	expect_headers(it, NOW_S + 99, "Cache-Control: private, max-age=0\n",
		       true);
	it->response.is_public = true;
	expect_headers(it, NOW_S + 1, "Cache-Control: public, max-age=9\n",
		       true);
	it->response.is_immutable = true;
	expect_headers(it, NOW_S + 1,
		       "Cache-Control: public, max-age=31536000, immutable\n",
		       true);
	it->response.max_age_s = -1;
	expect_headers(it, NOW_S, "Cache-Control: no-store\n", true);
	expect_headers(it, NOW_S, "ETag", false);
	representation_unref(it);
}
END_TEST

START_TEST(a_translated_one_varies_with_the_language_too)
{
	struct representation *small = make(html, 100, false);
	struct representation *large = make(html, 1000, false);

	small->response.is_translated = true;
	large->response.is_translated = true;
	expect_headers(small, NOW_S, "Vary: Accept-Language\n", true);
	expect_headers(large, NOW_S, "Vary: Accept-Encoding, Accept-Language\n",
		       true);
	expect_headers(large, NOW_S, "Content-Language: en\n", true);
	representation_unref(small);
	representation_unref(large);
}
END_TEST

static const struct {
	bool is_public;
	bool is_data;
	bool is_framed;
	bool may_be_read; /* by other sites */
	bool may_be_framed;
} sharings[] = {
	{ false, false, false, false, false },
	{ true, false, false, false, false },
	{ false, true, true, false, false },
	{ true, true, false, true, false },
	{ true, false, true, false, true },
};

START_TEST(other_sites_may_use_public_data_alone)
{
	struct representation *it = make(html, 100, false);

	it->response.is_public = sharings[_i].is_public;
	it->response.is_data = sharings[_i].is_data;
	it->response.is_framed = sharings[_i].is_framed;
	expect_headers(it, NOW_S, "Access-Control-Allow-Origin: *\n",
		       sharings[_i].may_be_read);
	expect_headers(it, NOW_S,
		       "Cross-Origin-Resource-Policy: cross-origin\n",
		       sharings[_i].may_be_read);
	expect_headers(it, NOW_S, "frame-ancestors *\n",
		       sharings[_i].may_be_framed);
	expect_headers(it, NOW_S, "frame-ancestors 'none'\n",
		       !sharings[_i].may_be_framed);
	representation_unref(it);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_unpacked_is_what_was_packed, COUNT_OF(lengths) },
		{ the_same_body_has_the_same_tag_each_time, 0 },
		{ texts_are_packed_where_it_pays, COUNT_OF(packings) },
		{ the_age_counts_down, 0 },
		{ a_translated_one_varies_with_the_language_too, 0 },
		{ other_sites_may_use_public_data_alone, COUNT_OF(sharings) },
	};

	return unit_run("representation", tests, COUNT_OF(tests));
}
