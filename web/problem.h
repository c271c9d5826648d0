/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PROBLEM_H
#define LANTERNE_WEB_PROBLEM_H

/* problem — refusals for programs (RFC 9457), in words that a person can act
 * on. */

#include "web/page.h"

/** What an HTTP status means, to be translated. */
const char *problem_title(unsigned status);

/**
 * Fill a response with why there is no other.
 *
 * @param why        to be translated
 * @param parameter  of the query or path that is at fault; NULL: none
 */
void problem_refuse(const struct call *call, struct response *r,
		    unsigned status, const char *why, const char *parameter);

#endif
