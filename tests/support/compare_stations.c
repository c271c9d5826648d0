/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * compare-stations STATE_DIR DATE — what changed on a day, of stations: a line
 * a finding, as a program that reads the files finds it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/station_day_compare.h"
#include "store/station_day_file.h"
#include "util/err.h"

enum { DAYS_MAX = 30 };

static int read_day(struct station_day *d, const char *state_dir,
		    struct date date)
{
	int rc = station_day_read(d, state_dir, date);

	if (rc < 0 && rc != ERR_NOT_FOUND)
		(void)fprintf(stderr, "compare-stations: %s\n", err_str(rc));
	return rc;
}

static void print(const struct station_finding *f)
{
	static const char *const words[] = { "new", "gone", "moved" };
	const struct station_entry *e = f->now ? f->now : f->before;
	char mac[MAC_TEXT_SIZE];

	(void)printf("%s %s AS%u VLAN %u %s", words[f->change],
		     mac_format(e->mac, mac), e->asn, (unsigned)e->vlan,
		     e->port);
	if (f->change == STATION_MOVED)
		(void)printf(" from %s", f->before->port);
	(void)puts("");
}

static int compare(const char *state_dir, const struct station_day *day)
{
	struct station_day days[DAYS_MAX];
	const struct station_day *before[DAYS_MAX];
	struct station_changes changes;
	size_t count = 0;
	int rc;

	for (int i = 1; i <= DAYS_MAX; i++) {
		if (read_day(&days[count], state_dir,
			     date_add_days(day->date, -i)) == 0) {
			before[count] = &days[count];
			count++;
		}
	}
	rc = station_day_compare(&changes, day, before, count);
	if (rc == 0 && !changes.comparable)
		(void)puts("nothing to compare with");
	for (size_t i = 0; rc == 0 && i < changes.count; i++)
		print(&changes.all[i]);
	if (rc == 0)
		station_changes_fini(&changes);
	while (count > 0)
		station_day_fini(&days[--count]);
	return rc;
}

int main(int argc, char **argv)
{
	struct station_day day;
	struct date date;
	int rc;

	if (argc != 3 || date_parse(argv[2], strlen(argv[2]), &date) < 0)
		return EXIT_FAILURE;
	rc = read_day(&day, argv[1], date);
	if (rc < 0)
		return EXIT_FAILURE;
	rc = compare(argv[1], &day);
	station_day_fini(&day);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
