/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_EFFORT_H
#define LANTERNE_WEB_EFFORT_H

/* effort — how much work an answer may be, by what is asked for alone. */

enum effort {
	EFFORT_NONE, /* at hand, or a few lines */
	EFFORT_SOME, /* rows are read, graphs drawn */
	EFFORT_DEAR, /* of a period that nothing is kept of */
};

/** The effort for a target as it came. What is not known takes some. */
enum effort effort_of(const char *target);

#endif
