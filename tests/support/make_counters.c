/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * make-counters DIR FROM TO [pair] — the counters of the made exchange in DIR
 * as they would be if it had counted between these times, and on standard
 * output what AS64500 sends in bytes/s by them. With "pair" the journal gets a
 * step of the pairs that begins at TO.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_counters.h"
#include "util/number.h"

int main(int argc, char **argv)
{
	uint64_t from_s;
	uint64_t to_s;

	if (argc < 4 || argc > 5 ||
	    (argc == 5 && strcmp(argv[4], "pair") != 0) ||
	    number_u64(argv[2], strlen(argv[2]), INT32_MAX, &from_s) < 0 ||
	    number_u64(argv[3], strlen(argv[3]), INT32_MAX, &to_s) < 0 ||
	    from_s > to_s) {
		(void)fprintf(stderr,
			      "usage: make-counters DIR FROM TO [pair]\n");
		return EXIT_FAILURE;
	}
	made_counters_write(argv[1], (int64_t)from_s, (int64_t)to_s);
	if (argc == 5)
		made_counters_journal_pair(argv[1], (int64_t)to_s, 1000000);
	return printf("%" PRIu64 "\n", made_counters_rate(64500)) > 0
		   ? EXIT_SUCCESS
		   : EXIT_FAILURE;
}
