/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ACCEPT_H
#define LANTERNE_WEB_ACCEPT_H

/* accept — which of a resource's forms an Accept header asks for (RFC 9110,
 * 12.5.1): media ranges, their parameters and quality values. */

#include <stddef.h>

/* A form that there is. */
struct accept_form {
	const char *type;    /* "text/plain" */
	const char *version; /* of its parameter "version": a range that names
			      * another one is not of this form */
};

/**
 * The form of the highest quality; of equal ones the one that was named more
 * precisely, of these the first.
 *
 * @param header  NULL or "": anything
 * @return its index; 0 where none is accepted: something has to be sent
 */
size_t accept_choose(const char *header, const struct accept_form *forms,
		     size_t count);

#endif
