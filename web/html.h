/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_HTML_H
#define LANTERNE_WEB_HTML_H

/*
 * html — escaping, one function per context.
 *
 * Whatever did not come out of this program's own source goes through here.
 * Text is taken as UTF-8: bytes that are not, control characters and the
 * characters that turn the writing direction become U+FFFD.
 */

#include <stddef.h>

#include "util/text.h"

enum { HTML_NAME_MAX = 96 }; /* bytes of a name that a page shows */

/** In element content or a double-quoted attribute, of HTML or XML. */
void html_escape(struct text *out, const char *string);

/** As html_escape, cut with an ellipsis after HTML_NAME_MAX bytes. */
void html_name(struct text *out, const char *string);

/** For plain text: the same characters are replaced, and none is escaped; cut
 * with an ellipsis after limit bytes. */
void html_plain(struct text *out, const char *string, size_t limit);

/** One component of a URL: all but unreserved characters as %XX. */
void html_url(struct text *out, const char *string);

/** The same of an address that is written for an attribute: &amp; is one &. */
void html_url_of(struct text *out, const char *attribute);

/**
 * A double-quoted YAML scalar, quotes included, all but plain ASCII escaped;
 * to go into a page it is still to be escaped as text.
 */
void html_yaml(struct text *out, const char *string);

#endif
