/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LANGUAGES_H
#define LANTERNE_WEB_LANGUAGES_H

/*
 * languages — those that the program can speak, and which one a reader wants.
 *
 * A language is one file, web/languages/CODE.po: the build compiles it and
 * makes it known here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "ixp/config.h"
#include "util/attr.h"
#include "util/language.h"

/** All of them, English first. @param count gets how many */
const struct language *const *languages_all(size_t *count);

/** The language of a code, or NULL. */
const struct language *languages_of(const char *code);

/**
 * Whether the program can speak all that a configuration lists.
 * @param problem  gets a line that names what it cannot, and what it can
 */
MUST_CHECK bool languages_are_known(const struct config *config,
				    struct text *problem);

/**
 * The language for a reader, of those that the configuration lists: the one
 * that the address asks for, else the best of Accept-Language (RFC 9110,
 * 12.5.4), else the first.
 *
 * @param asked   a code, or NULL
 * @param accept  the header's value, or NULL
 */
const struct language *languages_choose(const struct config *config,
					const char *asked, const char *accept);

/**
 * Make every local link of a page carry a language, so that who has chosen one
 * keeps it. The page is HTML as this program writes it.
 */
void languages_keep(struct text *page, const struct language *language);

#endif
