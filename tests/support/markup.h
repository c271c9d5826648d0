/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MARKUP_H
#define LANTERNE_TESTS_SUPPORT_MARKUP_H

/*
 * markup — whether a text is well-formed as XML, or as HTML written like it.
 *
 * Elements nest and close, attribute values are in double quotes, "&" starts
 * one of the entities that we write, no id stands twice, and nothing needs a
 * Content-Security-Policy to allow it: no style or on... attribute, and no
 * script element but one of HTML that loads /app.js.
 */

#include <stdbool.h>

/**
 * Fail the calling test, with the place, unless the text is well-formed.
 * @param is_html  void elements of HTML need no end, and a doctype may lead
 */
void markup_check(const char *text, bool is_html);

#endif
