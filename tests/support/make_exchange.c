/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * make-exchange DIR [END HOURS] — the made exchange as files, to look at with
 * lanterne-web or to test it; history up to END, the current time without.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/made_exchange.h"
#include "util/number.h"

int main(int argc, char **argv)
{
	uint64_t now_s = (uint64_t)time(NULL);
	uint64_t end_s = now_s;
	uint64_t hours = 8 * 24;

	if ((argc != 2 && argc != 4) || argv[1][0] == '-' ||
	    (argc == 4 &&
	     (number_u64(argv[2], strlen(argv[2]), INT32_MAX, &end_s) < 0 ||
	      number_u64(argv[3], strlen(argv[3]), 10000, &hours) < 0))) {
		(void)fprintf(stderr, "usage: make-exchange DIR [END HOURS]\n");
		return EXIT_FAILURE;
	}
	made_exchange_write(argv[1], (int64_t)(end_s / 60 * 60),
			    (int64_t)(argc == 2 ? now_s : end_s + 10),
			    (unsigned)hours, MADE_DAILY);
	return EXIT_SUCCESS;
}
