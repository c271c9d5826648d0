/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_LANGUAGE_H
#define LANTERNE_UTIL_LANGUAGE_H

/*
 * language — texts in the language of their reader.
 *
 * The English text stands in the code and is the key of its translation. A
 * text (util/text.h) carries its reader's language, so whoever writes into it
 * need not ask: tr_add(out, "Members"). Catalogues are those of GNU gettext,
 * a compiled one (.mo) for each language; what a catalogue lacks is English.
 * Reference: GNU gettext manual, "The Format of GNU MO Files".
 *
 * xgettext collects what stands as first text in tr, tr_add, tr_addf and TR.
 * Wordings must not hang on a number: "Members: 3", not "3 members".
 */

#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"

/* A catalogue; its bytes are the program's own and stay where they are. */
struct language {
	const char *code; /* "fr" */
	const char *mo;	  /* NULL: English, as it stands */
	size_t len;
};

/* Marks a text in a static table, to be translated where it is used. */
#define TR(english) english

/** The translation for the reader of a text; borrowed, never NULL. */
const char *tr(const struct text *out, const char *english) FORMAT_OF(2);

/** The translation into a language; NULL is English. */
const char *language_find(const struct language *language, const char *english)
    FORMAT_OF(2);

/**
 * The translation of a text that means several things: context tells which.
 * In a catalogue it is an entry with msgctxt.
 */
const char *language_find_in(const struct language *language,
			     const char *context, const char *english);

/** Append the translation of a text. */
void tr_add(struct text *out, const char *english);

/** Append the translation of a format, filled in. */
void tr_addf(struct text *out, const char *english, ...) PRINTF_LIKE(2, 3);

/** What stands between a number's whole and its fraction: "." or ",". */
const char *language_point(const struct language *language);

/** Append a number with so many decimals, as its reader writes it. */
void language_add_decimal(struct text *out, double value, int decimals);

/** Append a number with four significant digits and no needless ones. */
void language_add_short(struct text *out, double value);

#endif
