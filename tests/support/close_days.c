/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * close-days STATE_DIR ZONE END — make the books of all days and months that
 * are over at END in a time zone, of the rows that are there; as the collector
 * does day by day.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/day_close.h"
#include "util/err.h"
#include "util/number.h"
#include "util/zone.h"

static int close_days(const char *state_dir, const char *zone, int64_t end_s)
{
	struct day_close *days;
	int rc = zone_use(zone);

	if (rc == 0)
		rc = day_close_new(&days, state_dir, zone);
	if (rc < 0)
		return rc;
	rc = day_close_until(days, end_s);
	while (rc == 0 && (rc = day_close_some(days, UINT32_MAX)) == 1)
		rc = 0;
	day_close_free(days);
	return rc;
}

int main(int argc, char **argv)
{
	uint64_t end_s;
	int rc;

	if (argc != 4 ||
	    number_u64(argv[3], strlen(argv[3]), INT64_MAX, &end_s) < 0) {
		(void)fprintf(stderr, "usage: close-days STATE_DIR ZONE END\n");
		return EXIT_FAILURE;
	}
	rc = close_days(argv[1], argv[2], (int64_t)end_s);
	if (rc < 0)
		(void)fprintf(stderr, "close-days: %s\n", err_str(rc));
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
