/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * timing — whether the time that an answer takes tells what it hides.
 *
 * Two kinds of requests in turn, in random order, each timed by the thread's
 * own clock; then Welch's t (Reparaz, Balasch, Verbauwhede: Dude, is my code
 * constant time?, 2017). Beyond 4.5 the two can be told apart.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/made_accounts.h"
#include "support/unit.h"

/* Times of one kind, by Welford's method. */
struct moments {
	double count;
	double mean;
	double squares;
};

static void note(struct moments *m, double value)
{
	double off = value - m->mean;

	m->count++;
	m->mean += off / m->count;
	m->squares += off * (value - m->mean);
}

static double welch(const struct moments m[2])
{
	double variance = 0;

	for (int i = 0; i < 2; i++)
		variance += m[i].squares / (m[i].count - 1) / m[i].count;
	return (m[0].mean - m[1].mean) / sqrt(variance);
}

static double thread_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct made_accounts made;
static char cookie[MADE_COOKIE_SIZE];

static void check_password(const char *name)
{
	struct user user;

	if (accounts_check(made.accounts, name, "not this one at all", &user))
		abort();
}

static void ask(const char *target)
{
	struct response r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = target,
				       .headers = { { "Cookie", cookie } } });

	if (r.status != 404)
		abort();
	response_fini(&r);
}

static const struct {
	const char *what;
	void (*run)(const char *of);
	const char *of[2];
	int rounds;
	double longest_us; /* more was an interruption; 0: all count */
} cases[] = {
	{ "a user who is there, one who is not",
	  check_password,
	  { "alice", "mallory" },
	  400,
	  0 },
	{ "a user who is there, one who is shut out",
	  check_password,
	  { "alice", "dave" },
	  400,
	  0 },
	{ "another's page, one that is not there",
	  ask,
	  { "/members/AS64502", "/members/AS64599" },
	  40000,
	  200 },
	{ "another's port, one that is not there",
	  ask,
	  { "/ports/sw1/436208640", "/ports/sw1/436299999" },
	  40000,
	  400 },
	{ "another's pair, one that is not there",
	  ask,
	  { "/graph/pair.svg?a=64501&b=64502",
	    "/graph/pair.svg?a=64501&b=64599" },
	  40000,
	  200 },
	{ "another's series, one that is not there",
	  ask,
	  { "/api/v1/series/member?asn=64502",
	    "/api/v1/series/member?asn=64599" },
	  40000,
	  200 },
};

START_TEST(time_tells_nothing)
{
	int bad = 0;

	made_accounts_open(&made);
	(void)made_accounts_cookie(&made, "alice", cookie);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct moments m[2] = { { .count = 0 }, { .count = 0 } };
		double t;

		for (int round = 0; round < cases[i].rounds; round++) {
			/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
			int kind = rand() & 1;
			double start = thread_us();
			double took;

			cases[i].run(cases[i].of[kind]);
			took = thread_us() - start;
			if (round > 20 && (cases[i].longest_us == 0 ||
					   took < cases[i].longest_us))
				note(&m[kind], took);
		}
		t = welch(m);
		bad += !(fabs(t) < 4.5);
		(void)printf("%-42s %8.2f us %8.2f us  t %+.2f%s\n",
			     cases[i].what, m[0].mean, m[1].mean, t,
			     fabs(t) < 4.5 ? "" : "  BEYOND 4.5");
		(void)fflush(stdout);
	}
	made_accounts_close(&made);
	ck_assert_int_eq(bad, 0);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = { { time_tells_nothing, 0 } };

	return unit_run("timing", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
