/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_DATES_H
#define LANTERNE_WEB_DATES_H

/*
 * dates — the exchange's local time as the reader of a text writes it.
 */

#include <stdint.h>

#include "util/text.h"

/**
 * Append an instant as a format says, in the language of the text: %a and %b
 * are names of days and months, %e the day of the month without a space; the
 * rest is strftime's. A format that is words itself is to be translated.
 */
void dates_add(struct text *out, const char *format, int64_t at_s);

/** A field of the local calendar as a number: "%d" is the day of the month. */
unsigned dates_field(const char *format, int64_t at_s);

/** "12 Feb 2018 14:32:00 AST"; a time that cannot be is "an unknown time". */
void dates_add_time(struct text *out, double at_s);

/** "12 Feb 2018 14:32" */
void dates_add_minute(struct text *out, int64_t at_s);

/** "12 Feb 2018" */
void dates_add_day(struct text *out, int64_t at_s);

#endif
