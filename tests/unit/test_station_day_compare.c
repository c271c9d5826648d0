/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day_compare.h"

#include <stdio.h>
#include <string.h>

#include "support/made_stations.h"
#include "support/unit.h"

enum { DAYS_MAX = 4, TEXT_MAX = 512 };

/* What was seen on the 22nd to the 24th (NULL: no such day) and on the 25th,
 * and what is found: "new 1@sw1:7", "moved 1@sw1:7 to sw1:8". */
static const struct {
	const char *name;
	const char *days[DAYS_MAX];
	const char *found;
} cases[] = {
	{ "without a day before there is nothing to compare with",
	  { NULL, NULL, NULL, "1@sw1:7/100 1 1440 9" },
	  "nothing" },
	{ "who is there is no finding",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9", "1@sw1:7/100 1 1440 9" },
	  "" },
	{ "who was on none of the days before is new",
	  { "1@sw1:7/100 1 9 9", "2@sw1:8/100 1 9 9", "3@sw1:9/100 1 9 9",
	    "1@sw1:7/100 1 9 9; 2@sw1:8/100 1 9 9; 3@sw1:9/100 1 9 9;"
	    "4@sw1:6/100 1 9 9" },
	  "new 4@sw1:6;" },
	{ "also in one more VLAN",
	  { NULL, NULL, "1@sw1:7/100 1 9 9",
	    "1@sw1:7/100 1 9 9; 1@sw1:7/200 1 9 9" },
	  "new 1@sw1:7;" },
	{ "but not in one that is not known",
	  { NULL, NULL, "1@sw1:7/100 1 9 9", "1@sw1:7/0 1 9 9" },
	  "" },
	{ "who passes by is not new",
	  { NULL, NULL, "", "1@sw1:7/100 1 9 2; 2@sw1:7/1 1 9 9 unknown" },
	  "" },
	{ "a stranger was not there before, a member's was",
	  { NULL, NULL, "1@sw1:7/100 1 9 2; 2@sw1:7/1 1 9 9 unknown",
	    "1@sw1:7/100 1 9 3; 2@sw1:7/1 1 9 9 unknown stays" },
	  "new 2@sw1:7;" },
	{ "who was there on the day before and is not is gone",
	  { "1@sw1:7/100 1 9 9; 2@sw1:7/100 1 9 9", NULL, "2@sw1:8/100 1 9 9",
	    "" },
	  "gone 2@sw1:8;" },
	{ "by the newest day that is there",
	  { "3@sw1:7/100 1 9 9", "1@sw1:7/100 1 9 9", NULL, "" },
	  "gone 1@sw1:7;" },
	{ "unless it passes by",
	  { NULL, NULL, "1@sw1:7/100 1 9 9", "1@sw2:8/100 1 9 1" },
	  "" },
	{ "who passed by is not gone",
	  { NULL, NULL, "1@sw1:7/100 1 9 2; 2@sw1:7/1 1 9 9 unknown", "" },
	  "" },
	{ "another port is a move",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9", "1@sw1:8/100 1 1440 9" },
	  "moved 1@sw1:7 to sw1:8;" },
	{ "in the middle of the day as well",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9",
	    "1@sw1:7/100 1 720 9; 1@sw1:8/100 720 1440 9" },
	  "moved 1@sw1:7 to sw1:8;" },
	{ "once",
	  { NULL, NULL, "1@sw1:7/100 1 720 9; 1@sw1:8/100 720 1440 9",
	    "1@sw1:8/100 1 1440 9" },
	  "" },
	{ "there and back is none",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9",
	    "1@sw1:7/100 1 1440 9; 1@sw1:8/100 720 800 9" },
	  "" },
	{ "a second connection is none",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9",
	    "1@sw1:7/100 1 1439 9; 1@sw2:8/100 720 1440 999" },
	  "" },
	{ "one that takes its place is",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9",
	    "1@sw1:7/100 1 900 9; 1@sw2:8/100 720 1440 999" },
	  "moved 1@sw1:7 to sw2:8;" },
	{ "a stray frame elsewhere is none",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9",
	    "1@sw1:7/100 1 1439 9; 1@sw1:8/100 1439 1440 2" },
	  "" },
	{ "core ports are no place where there is another",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9; 1@sw2:48/100 1 1440 99 core",
	    "1@sw2:9/100 1 1400 9; 1@sw1:48/100 1 1440 99 core" },
	  "moved 1@sw1:7 to sw2:9;" },
	{ "and no move",
	  { NULL, NULL, "1@sw2:48/100 1 1440 99 core",
	    "1@sw2:49/100 1 1440 99 core" },
	  "" },
	{ "nor is an edge port that is seen for the first time",
	  { NULL, NULL, "1@sw2:48/100 1 1440 99 core", "1@sw1:7/100 1 1440 9" },
	  "" },
	{ "nor is a port that is not known",
	  { NULL, NULL, "1@sw2:0/100 1 1440 9 unknown stays",
	    "1@sw2:7/100 1 1440 9 unknown stays" },
	  "" },
	{ "a port that got another number is the same",
	  { NULL, NULL, "1@sw1:7/100 1 1440 9 name=Ethernet1/1",
	    "1@sw1:8/100 1 1440 9 name=Ethernet1/1" },
	  "" },
	{ "a stranger moves too",
	  { NULL, NULL, "1@sw1:7/1 1 1440 9 unknown stays",
	    "1@sw1:8/1 1 1440 9 unknown stays" },
	  "moved 1@sw1:7 to sw1:8;" },
	{ "findings are in order",
	  { NULL, NULL, "9@sw1:1/1 1 9 9; 5@sw1:1/1 1 9 9; 7@sw1:1/1 1 9 9",
	    "8@sw1:1/1 1 9 9; 6@sw1:1/1 1 9 9; 7@sw1:2/1 1 9 9" },
	  "new 6@sw1:1;new 8@sw1:1;gone 5@sw1:1;gone 9@sw1:1;"
	  "moved 7@sw1:1 to sw1:2;" },
};

static void tell(char *to, size_t size, const struct station_changes *c)
{
	size_t used = 0;

	*to = '\0';
	if (!c->comparable)
		(void)snprintf(to, size, "nothing");
	for (size_t i = 0; i < c->count; i++) {
		static const char *const words[] = { "new", "gone", "moved" };
		const struct station_finding *f = &c->all[i];
		const struct station_entry *e = f->before ? f->before : f->now;

		used += (size_t)snprintf(
		    to + used, size - used, "%s %x@%s:%u", words[f->change],
		    (unsigned)e->mac.bits, e->switch_name, e->ifindex);
		if (f->change == STATION_MOVED)
			used += (size_t)snprintf(
			    to + used, size - used, " to %s:%u",
			    f->now->switch_name, f->now->ifindex);
		used += (size_t)snprintf(to + used, size - used, ";");
	}
}

START_TEST(days_are_compared)
{
	const struct station_day *before[DAYS_MAX];
	struct station_day days[DAYS_MAX];
	struct station_changes changes;
	char found[TEXT_MAX];
	size_t count = 0;

	for (int i = 0; i < DAYS_MAX; i++) {
		const char *seen = cases[_i].days[i];

		days[i] = made_stations(22 + i, seen ? seen : "");
		/* the day itself too, which is passed over */
		if (seen)
			before[count++] = &days[i];
	}
	ck_assert_int_eq(station_day_compare(&changes, &days[3], before, count),
			 0);
	tell(found, sizeof(found), &changes);
	ck_assert_msg(strcmp(found, cases[_i].found) == 0,
		      "%s: found \"%s\", not \"%s\"", cases[_i].name, found,
		      cases[_i].found);
	ck_assert_uint_eq(changes.count, changes.counts[STATION_NEW] +
					     changes.counts[STATION_GONE] +
					     changes.counts[STATION_MOVED]);
	station_changes_fini(&changes);
	for (int i = 0; i < DAYS_MAX; i++)
		station_day_fini(&days[i]);
}
END_TEST

START_TEST(the_day_that_is_compared_with_is_told)
{
	struct station_day old = made_stations(3, "");
	struct station_day newer = made_stations(7, "");
	struct station_day day = made_stations(25, "");
	struct station_day later = made_stations(26, "");
	const struct station_day *const others[] = { &old, &later, &newer };
	struct station_changes changes;

	ck_assert_int_eq(
	    station_day_compare(&changes, &day, others, COUNT_OF(others)), 0);
	ck_assert(changes.comparable);
	ck_assert_int_eq(date_compare(changes.before, newer.date), 0);
	station_changes_fini(&changes);
	station_day_fini(&old);
	station_day_fini(&newer);
	station_day_fini(&day);
	station_day_fini(&later);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ days_are_compared, COUNT_OF(cases) },
		{ the_day_that_is_compared_with_is_told, 0 },
	};

	return unit_run("station_day_compare", tests, COUNT_OF(tests));
}
