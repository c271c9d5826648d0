/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SAID_H
#define LANTERNE_WEB_SAID_H

/*
 * said — a value as text, to stand inside a translated sentence: where in it
 * differs from language to language.
 *
 *	tr_addf(out, "up since %s", said(out, dates_add_time, start_s).text);
 */

#include "util/text.h"
#include "web/html.h"

enum {
	SAID_PER_BYTE = 6, /* "&quot;" */
	SAID_SIZE = HTML_NAME_MAX * SAID_PER_BYTE + 8,
};

/* Valid to the end of the expression that it is made in. */
struct said {
	char text[SAID_SIZE];
};

/**
 * A number as one of units.h or dates.h writes it.
 *
 * @param out  whose reader it is for; nothing is appended to it
 */
struct said said(const struct text *out,
		 void (*write)(struct text *out, double value), double value);

/** A name as html_name writes it: escaped, and cut if it is long. */
struct said said_name(const char *name);

#endif
