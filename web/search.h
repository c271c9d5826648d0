/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SEARCH_H
#define LANTERNE_WEB_SEARCH_H

/* search — whether a text is what somebody looks for. */

#include <stdbool.h>

/**
 * Whether a text has all words of a search in it, in any order, whatever their
 * case; letters of Latin-1 match with and without their accents. Both are
 * UTF-8. static/js/table.js does the same.
 */
bool search_matches(const char *text, const char *words);

#endif
