/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/effort.h"

#include "support/unit.h"

static const struct {
	const char *target;
	enum effort effort;
} targets[] = {
	{ "/livez", EFFORT_NONE },
	{ "/livez?from=1", EFFORT_NONE },
	{ "/readyz", EFFORT_NONE },
	{ "/style.css?v=1", EFFORT_NONE },
	{ "/api/v1/openapi.json", EFFORT_NONE },
	{ "not a target", EFFORT_NONE },
	{ "/", EFFORT_SOME },
	{ "/members", EFFORT_SOME },
	{ "/livez/more", EFFORT_SOME },
	{ "/api/v1", EFFORT_SOME },
	{ "/api/v1/members", EFFORT_SOME },
	{ "/nothing", EFFORT_SOME },
	{ "/graph/exchange.svg?range=year", EFFORT_SOME },
	{ "/graph/exchange.svg?from=1", EFFORT_DEAR },
	{ "/graph/exchange.svg?range=day&%74o=1", EFFORT_DEAR },
	{ "/matrix?date=2026-01-01", EFFORT_DEAR },
	{ "/a/b/c/d/e/f", EFFORT_SOME },
	{ "/a/b/c/d/e/f/g", EFFORT_NONE },
};

START_TEST(what_is_asked_for_tells_the_effort)
{
	ck_assert_msg(effort_of(targets[_i].target) == targets[_i].effort, "%s",
		      targets[_i].target);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_asked_for_tells_the_effort, COUNT_OF(targets) },
	};

	return unit_run("effort", tests, COUNT_OF(tests));
}
