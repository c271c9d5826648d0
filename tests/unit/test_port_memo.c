/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_memo.h"

#include "support/made_site.h"
#include "support/unit.h"

enum { PORTS = 3 };

static struct made_site made;
static struct call call;
static struct request request;
static struct port_row rows[PORTS];
static struct port_memo what;

static void setup(void)
{
	static const double figures[PORTS] = { 1.5, 2.5, 3.5 };

	made_site_open(&made, made_site_directory());
	call = made_site_call(&made, &request);
	for (uint32_t i = 0; i < PORTS; i++)
		rows[i] = (struct port_row){ .switch_index = i / 2,
					     .ifindex = 10 + i };
	what = (struct port_memo){ .name = "test",
				   .epoch = { .generation = 1 },
				   .rows = rows,
				   .count = PORTS,
				   .size = sizeof(double) };
	port_memo_keep(&what, &call, figures);
}

static void teardown(void)
{
	made_site_close(&made);
}

START_TEST(the_same_ports_find_their_figures)
{
	double found[PORTS] = { 0 };

	ck_assert(port_memo_recall(&what, &call, found));
	ck_assert_double_eq(found[0], 1.5);
	ck_assert_double_eq(found[2], 3.5);
}
END_TEST

START_TEST(other_ports_find_nothing)
{
	double found[PORTS] = { 7, 7, 7 };

	rows[1].ifindex++;
	ck_assert(!port_memo_recall(&what, &call, found));
	rows[1].ifindex--;
	rows[2].switch_index++;
	ck_assert(!port_memo_recall(&what, &call, found));
	rows[2].switch_index--;
	what.count--;
	ck_assert(!port_memo_recall(&what, &call, found));
	what.count++;
	what.epoch.generation++;
	ck_assert(!port_memo_recall(&what, &call, found));
	ck_assert_double_eq(found[0], 7);
}
END_TEST

START_TEST(no_ports_are_kept_too)
{
	what.name = "none";
	what.count = 0;
	port_memo_keep(&what, &call, NULL);
	ck_assert(port_memo_recall(&what, &call, NULL));
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ the_same_ports_find_their_figures, 0 },
		{ other_ports_find_nothing, 0 },
		{ no_ports_are_kept_too, 0 },
	};

	return unit_run_with("port_memo", setup, teardown, tests,
			     COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(1, MADE_FLAT, run);
}
