/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/made_accounts.h"
#include "support/made_counters.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "web/pair_counters.h"
#include "web/route.h"

enum { HOURS = 2, COUNTED_S = 86400, STEP_S = 300 };

#define OPEN_METRICS "application/openmetrics-text"

/* The header of a request without a socket. */
static const char *accept_of(const void *of, const char *name)
{
	return strcmp(name, "Accept") == 0 ? of : NULL;
}

static struct response scrape(const struct made_site *made, const char *target,
			      const char *accept)
{
	struct response r;

	response_init(&r);
	route_answer(made->site,
		     &(struct route_request){ .method = "GET",
					      .target = target,
					      .host = "localhost",
					      .header = accept_of,
					      .headers = accept },
		     &r);
	return r;
}

static void count(void)
{
	made_counters_write(made_site_directory(), MADE_SITE_END - COUNTED_S,
			    MADE_SITE_END);
}

static bool is_of_machine(const char *line)
{
	return strstr(line, "lanterne_build") ||
	       strstr(line, "lanterne_state_dir_");
}

/* Without what no two machines say alike. */
static void add_stable(struct text *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		ck_assert_ptr_nonnull(line);
		if (!is_of_machine(line))
			text_addf(out, "%s\n", line);
		free(line);
		text += len + (text[len] == '\n');
	}
}

static const struct {
	const char *accept;
	const char *type;
	const char *file;
} forms[] = {
	{ NULL, "text/plain; version=0.0.4; charset=utf-8",
	  GOLDEN "/made.prometheus" },
	{ OPEN_METRICS,
	  "application/openmetrics-text; version=1.0.0; charset=utf-8",
	  GOLDEN "/made.openmetrics" },
};

START_TEST(it_says_what_it_always_said)
{
	struct made_site made;
	struct response r;
	struct text got;
	struct text wanted;

	count();
	made_site_open(&made, made_site_directory());
	r = scrape(&made, "/metrics", forms[_i].accept);
	ck_assert_uint_eq(r.status, 200);
	ck_assert_str_eq(r.content_type, forms[_i].type);
	ck_assert_int_lt(r.max_age_s, 0);
	ck_assert(!r.is_public && r.varies_by_form);
	text_init(&got);
	text_init(&wanted);
	add_stable(&got, text_str(&r.body));
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
	if (getenv("LANTERNE_REWRITE"))
		ck_assert_int_eq(
		    file_replace(forms[_i].file, got.data, got.len), 0);
	ck_assert_int_eq(file_read(forms[_i].file, 1 << 20, &wanted), 0);
	ck_assert_str_eq(text_str(&got), text_str(&wanted));
	text_fini(&got);
	text_fini(&wanted);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

static void expect(const struct response *r, const char *wanted)
{
	made_site_expect(text_str(&r->body), wanted);
}

START_TEST(a_counter_is_what_was_counted_to_the_byte)
{
	struct made_site made;
	struct response r;
	char wanted[200];

	count();
	made_site_open(&made, made_site_directory());
	r = scrape(&made, "/metrics", NULL);
	(void)snprintf(wanted, sizeof(wanted),
		       "\nlanterne_member_bytes_total{asn=\"64500\",direction="
		       "\"from_member\",family=\"ipv4\"} %" PRIu64 "\n",
		       made_counters_rate(64500) * COUNTED_S);
	expect(&r, wanted);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

/* What is not there is not said; the rest is. */
START_TEST(without_counters_the_rest_is_there)
{
	struct made_site made;
	struct response r;
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/counters",
		       made_site_directory());
	ck_assert(unlink(path) == 0 || errno == ENOENT);
	if (_i) {
		ck_assert_int_eq(file_replace(path, "LanCount?", 9), 0);
	}
	made_site_open(&made, made_site_directory());
	r = scrape(&made, "/metrics", NULL);
	ck_assert_uint_eq(r.status, 200);
	expect(&r, "\nlanterne_counters_up 0\n");
	expect(&r, "\nlanterne_collector_up 1\n");
	made_site_expect_none(text_str(&r.body), "lanterne_member_bytes");
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

START_TEST(pairs_are_given_on_request_alone)
{
	int64_t start_s = MADE_SITE_END - 600;
	struct made_site made;
	struct response r;

	made_site_open(&made, made_site_directory());
	/* What the journal has before is not counted. */
	made_counters_journal_pair(made_site_directory(), start_s, 7000);
	r = scrape(&made, "/metrics?pairs=all", NULL);
	expect(&r, "\nlanterne_pair_counters_up 1\n");
	made_site_expect_none(text_str(&r.body), "lanterne_pair_bytes_total{");
	made_site_expect_none(text_str(&r.body), "lanterne_collector_up");
	response_fini(&r);
	for (int64_t i = 1; i <= 2; i++)
		made_counters_journal_pair(made_site_directory(),
					   start_s + i * STEP_S, 1000);
	r = scrape(&made, "/metrics?pairs=all", NULL);
	expect(&r, "\nlanterne_pair_bytes_total{from=\"64500\",to=\"64501\","
		   "vlan=\"100\",family=\"ipv4\"} 2000\n");
	expect(&r, "\nlanterne_pair_bytes_total{from=\"64501\",to=\"64500\","
		   "vlan=\"100\",family=\"ipv4\"} 1000\n");
	response_fini(&r);
	r = scrape(&made, "/metrics?pairs=AS64501", OPEN_METRICS);
	expect(&r, "family=\"ipv4\"} 2000\n");
	expect(&r, "\n# EOF\n");
	response_fini(&r);
	r = scrape(&made, "/metrics?pairs=AS64502", NULL);
	made_site_expect_none(text_str(&r.body), "lanterne_pair_bytes_total{");
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

struct looked {
	struct pair_counters *again; /* looked at within, if given */
	const char *dir;
	uint64_t bytes; /* from the first member to the other */
	int rc;
};

static void look(void *context, const struct cumulative *c)
{
	struct looked *l = context;

	for (size_t i = 0; i < c->count; i++)
		l->bytes += c->items[i].values[PAIR_AB_V4_BYTES];
	if (l->again)
		l->rc = pair_counters_look(l->again, l->dir, look, NULL);
}

static uint64_t pair_bytes(struct pair_counters *pairs, const char *dir)
{
	struct looked l = { .again = NULL };

	return pair_counters_look(pairs, dir, look, &l) < 0 ? UINT64_MAX
							    : l.bytes;
}

/* One end of the journal is as good as another, however old. */
START_TEST(pairs_begin_at_a_journal_end_of_any_age)
{
	int64_t start_s = MADE_SITE_END - 7200;
	char *dir = tempdir_new();
	struct pair_counters *pairs;

	ck_assert_int_eq(pair_counters_new(&pairs), 0);
	for (int64_t i = 0; i < 3; i++)
		made_counters_journal_pair(dir, start_s + i * STEP_S, 7000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 0);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 0);
	made_counters_journal_pair(dir, MADE_SITE_END, 1000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 1000);
	pair_counters_free(pairs);
	tempdir_remove(dir);
}
END_TEST

/* Without it, and with one that begins at the first seq. */
START_TEST(pairs_begin_anew_with_another_journal)
{
	int64_t start_s = MADE_SITE_END - 7200;
	char *dir = tempdir_new();
	struct pair_counters *pairs;
	char from[1024];
	char to[1024];

	(void)snprintf(from, sizeof(from), "%s/journal", dir);
	(void)snprintf(to, sizeof(to), "%s/away", dir);
	ck_assert_int_eq(pair_counters_new(&pairs), 0);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 0);
	for (int64_t i = 0; i < 3; i++)
		made_counters_journal_pair(dir, start_s + i * STEP_S, 1000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 3000);
	ck_assert_int_eq(rename(from, to), 0);
	made_counters_journal_pair(dir, start_s + 3 * STEP_S, 1000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 0);
	made_counters_journal_pair(dir, start_s + 4 * STEP_S, 1000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 1000);
	pair_counters_free(pairs);
	tempdir_remove(dir);
}
END_TEST

START_TEST(one_call_takes_two_hours_of_pairs)
{
	int64_t start_s = MADE_SITE_END - 7200;
	char *dir = tempdir_new();
	struct pair_counters *pairs;

	ck_assert_int_eq(pair_counters_new(&pairs), 0);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 0);
	for (int64_t i = 0; i < 30; i++)
		made_counters_journal_pair(dir, start_s + i * STEP_S, 1000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 24000);
	ck_assert_uint_eq(pair_bytes(pairs, dir), 30000);
	pair_counters_free(pairs);
	tempdir_remove(dir);
}
END_TEST

/* A worker does not wait for another one. */
START_TEST(pairs_are_for_one_at_a_time)
{
	char *dir = tempdir_new();
	struct looked l = { .dir = dir };

	ck_assert_int_eq(pair_counters_new(&l.again), 0);
	ck_assert_int_eq(pair_counters_look(l.again, dir, look, &l), 0);
	ck_assert_int_eq(l.rc, -EBUSY);
	pair_counters_free(l.again);
	tempdir_remove(dir);
}
END_TEST

START_TEST(a_query_that_is_none_is_refused)
{
	static const char *const targets[] = { "/metrics?pairs=1e3",
					       "/metrics?pairs=x",
					       "/metrics?pairs=AS0" };
	struct made_site made;

	made_site_open(&made, made_site_directory());
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct response r = scrape(&made, targets[i], NULL);

		ck_assert_uint_eq(r.status, 400);
		response_fini(&r);
	}
	made_site_close(&made);
}
END_TEST

/* With users: a token of one who sees everything, and of one who does not. */
START_TEST(a_token_opens_what_its_owner_sees)
{
	static const struct {
		const char *name;
		unsigned status;
	} users[] = { { "audit", 200 }, { "ops", 200 }, { "alice", 404 } };
	char token[MADE_COOKIE_SIZE];
	struct made_accounts made;
	struct response r;

	made_accounts_open(&made);
	for (size_t i = 0; i < COUNT_OF(users); i++) {
		(void)made_accounts_token(&made, users[i].name, token);
		r = made_accounts_ask(
		    &made, &(struct made_ask){
			       .target = "/metrics",
			       .headers = { { "Authorization", token } } });
		ck_assert_uint_eq(r.status, users[i].status);
		ck_assert(!r.is_public);
		response_fini(&r);
	}
	r = made_accounts_ask(&made,
			      &(struct made_ask){ .target = "/metrics" });
	ck_assert_uint_eq(r.status, 401);
	ck_assert_ptr_nonnull(r.challenge);
	response_fini(&r);
	made_accounts_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ it_says_what_it_always_said, COUNT_OF(forms) },
		{ a_counter_is_what_was_counted_to_the_byte, 0 },
		{ without_counters_the_rest_is_there, 2 },
		{ pairs_are_given_on_request_alone, 0 },
		{ pairs_begin_at_a_journal_end_of_any_age, 0 },
		{ pairs_begin_anew_with_another_journal, 0 },
		{ one_call_takes_two_hours_of_pairs, 0 },
		{ pairs_are_for_one_at_a_time, 0 },
		{ a_query_that_is_none_is_refused, 0 },
		{ a_token_opens_what_its_owner_sees, 0 },
	};

	return unit_run("metrics", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
