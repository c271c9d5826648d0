/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/kept.h"

#include <stdio.h>
#include <string.h>

#include "support/unit.h"

enum { NOW_S = 1700000000, MAX_AGE_S = 10, SERIAL = 7 };

static struct representation *make(const char *body, size_t padding)
{
	struct representation *made;
	struct response r;

	response_init(&r);
	r.max_age_s = MAX_AGE_S;
	text_add(&r.body, body);
	for (size_t i = 0; i < padding; i++)
		text_add_char(&r.body, 'x');
	ck_assert_int_eq(representation_new(&made, &r, false, NOW_S), 0);
	return made;
}

static struct kept *make_kept(void)
{
	struct kept *kept;

	ck_assert_int_eq(kept_new(&kept), 0);
	return kept;
}

static void add(struct kept *kept, const char *key, const char *body)
{
	struct representation *it = make(body, 0);

	kept_add(kept, key, SERIAL, it);
	representation_unref(it);
}

/* What is found under a key, or "" */
static const char *body_at(struct kept *kept, const char *key, uint64_t serial,
			   int64_t now_s)
{
	struct representation *it = kept_find(kept, key, serial, now_s);
	const char *body = it ? text_str(&it->response.body) : "";

	representation_unref(it); /* it is kept, and so its body */
	return body;
}

START_TEST(an_answer_is_good_for_its_key_alone)
{
	struct kept *kept = make_kept();

	add(kept, "p/a", "one");
	add(kept, "p/b", "two");
	ck_assert_str_eq(body_at(kept, "p/a", SERIAL, NOW_S), "one");
	ck_assert_str_eq(body_at(kept, "p/b", SERIAL, NOW_S), "two");
	ck_assert_str_eq(body_at(kept, "p/", SERIAL, NOW_S), "");
	ck_assert_str_eq(body_at(kept, "p/ab", SERIAL, NOW_S), "");
	ck_assert_str_eq(body_at(kept, "", SERIAL, NOW_S), "");
	kept_free(kept);
}
END_TEST

static const struct {
	const char *rule;
	uint64_t serial;
	int64_t now_s;
	bool is_good;
} moments[] = {
	{ "at once", SERIAL, NOW_S, true },
	{ "to the last second", SERIAL, NOW_S + MAX_AGE_S - 1, true },
	{ "not when it has run out", SERIAL, NOW_S + MAX_AGE_S, false },
	{ "not later", SERIAL, NOW_S + 1000, false },
	{ "not before it was made", SERIAL, NOW_S - 1, false },
	{ "not of a newer configuration", SERIAL + 1, NOW_S, false },
	{ "not of an older configuration", SERIAL - 1, NOW_S, false },
};

START_TEST(it_is_good_for_its_time_and_configuration)
{
	struct kept *kept = make_kept();
	const char *body;

	add(kept, "k", "one");
	body = body_at(kept, "k", moments[_i].serial, moments[_i].now_s);
	ck_assert_msg(*body == (moments[_i].is_good ? 'o' : '\0'), "%s: %s",
		      moments[_i].rule, body);
	if (!moments[_i].is_good)
		ck_assert_uint_eq(kept_bytes(kept), 0);
	kept_free(kept);
}
END_TEST

START_TEST(the_newer_of_two_stays)
{
	struct kept *kept = make_kept();
	size_t bytes;

	add(kept, "k", "one");
	bytes = kept_bytes(kept);
	add(kept, "k", "two");
	ck_assert_str_eq(body_at(kept, "k", SERIAL, NOW_S), "two");
	ck_assert_uint_eq(kept_bytes(kept), bytes);
	kept_free(kept);
}
END_TEST

static void refuse(struct response *r)
{
	r->status = 404;
	r->max_age_s = MAX_AGE_S;
}

static void store_never(struct response *r)
{
	r->max_age_s = -1;
}

static void store_not(struct response *r)
{
	r->max_age_s = 0;
}

static void (*const unkept[])(struct response *r) = { refuse, store_never,
						      store_not };

START_TEST(what_must_not_be_kept_is_not)
{
	struct kept *kept = make_kept();
	struct representation *it;
	struct response r;

	response_init(&r);
	text_add(&r.body, "one");
	unkept[_i](&r);
	ck_assert_int_eq(representation_new(&it, &r, false, NOW_S), 0);
	kept_add(kept, "k", SERIAL, it);
	ck_assert_uint_eq(kept_bytes(kept), 0);
	ck_assert_ptr_null(kept_find(kept, "k", SERIAL, NOW_S));
	representation_unref(it);
	kept_free(kept);
}
END_TEST

/* More than there is room for, of which one is asked for again and again. */
START_TEST(it_is_bounded_and_the_least_asked_for_go)
{
	enum { COUNT = 200, SIZE = 200000 };
	struct kept *kept = make_kept();
	struct representation *it;
	size_t found = 0;
	char key[16];

	for (int i = 0; i < COUNT; i++) {
		it = make("", SIZE);
		(void)snprintf(key, sizeof(key), "%d", i);
		kept_add(kept, key, SERIAL, it);
		representation_unref(it);
		ck_assert_uint_le(kept_bytes(kept), KEPT_BYTES_MAX);
		it = kept_find(kept, "0", SERIAL, NOW_S);
		ck_assert_ptr_nonnull(it);
		representation_unref(it);
	}
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		it = kept_find(kept, key, SERIAL, NOW_S);
		found += it != NULL;
		/* from the first that is there on all are */
		ck_assert_msg(it || found <= 1, "%d is gone", i);
		representation_unref(it);
	}
	ck_assert_uint_lt(found, COUNT);
	ck_assert_uint_gt(found * SIZE, KEPT_BYTES_MAX / 4);
	it = kept_find(kept, "199", SERIAL, NOW_S);
	ck_assert_ptr_nonnull(it);
	representation_unref(it);
	ck_assert_ptr_null(kept_find(kept, "1", SERIAL, NOW_S));
	kept_free(kept);
}
END_TEST

START_TEST(what_is_too_large_is_not_kept)
{
	struct kept *kept = make_kept();
	struct representation *it = make("", KEPT_BYTES_MAX / 4);

	kept_add(kept, "k", SERIAL, it);
	ck_assert_uint_eq(kept_bytes(kept), 0);
	representation_unref(it);
	kept_free(kept);
}
END_TEST

START_TEST(what_is_dropped_stays_for_those_who_have_it)
{
	struct kept *kept = make_kept();
	struct representation *it;

	add(kept, "k", "one");
	it = kept_find(kept, "k", SERIAL, NOW_S);
	ck_assert_ptr_nonnull(it);
	kept_free(kept);
	ck_assert_str_eq(text_str(&it->response.body), "one");
	representation_unref(it);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_answer_is_good_for_its_key_alone, 0 },
		{ it_is_good_for_its_time_and_configuration,
		  COUNT_OF(moments) },
		{ the_newer_of_two_stays, 0 },
		{ what_must_not_be_kept_is_not, COUNT_OF(unkept) },
		{ it_is_bounded_and_the_least_asked_for_go, 0 },
		{ what_is_too_large_is_not_kept, 0 },
		{ what_is_dropped_stays_for_those_who_have_it, 0 },
	};

	return unit_run("kept", tests, COUNT_OF(tests));
}
