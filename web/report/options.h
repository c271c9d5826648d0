/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_OPTIONS_H
#define LANTERNE_WEB_REPORT_OPTIONS_H

/* options — the command line of lanterne-report. */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"
#include "web/report/span.h"

enum command {
	COMMAND_DAILY,
	COMMAND_WEEKLY,
	COMMAND_MONTHLY,
	COMMAND_BILLING,
	COMMAND_DAYS,
	COMMAND_ALERTS,
	COMMAND_COUNT,
};

struct options {
	enum command command;
	const char *config_path;
	bool has_date;
	struct date date; /* a day of it; of `days` the first */
	bool has_until;
	struct date until; /* of `days` the last */
	uint32_t asn;	   /* 0: the exchange */
	bool all;
	const char *format;   /* as it was given; NULL: the command's own */
	const char *language; /* NULL: the exchange's first, or recipients' */
	const char *out;      /* NULL: standard output */
	const char *to;	      /* a mail's recipient, instead of the file's */
	const char *state;    /* of `alerts`; NULL: where it is by itself */
	char *const *program; /* of `alerts`: gets what is to be told, with its
			       * arguments; NULL: none */
};

/**
 * Read the command line.
 * @return an exit code of sysexits.h, or -1 to go on; what is wrong was said
 */
MUST_CHECK int report_options_read(struct options *o, int argc, char **argv);

/** The name of a command: "daily". */
const char *command_name(enum command command);

#endif
