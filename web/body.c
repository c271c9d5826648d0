/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/body.h"

#include <stdlib.h>
#include <string.h>

bool body_add(struct body *body, const char *part, size_t len, size_t most)
{
	if (len > most - body->len)
		return false;
	if (!body->data)
		body->data = malloc(most);
	if (!body->data)
		return false;
	memcpy(body->data + body->len, part, len);
	body->len += len;
	return true;
}

void body_fini(struct body *body)
{
	if (body->data)
		explicit_bzero(body->data, body->len);
	free(body->data);
	*body = (struct body){ .data = NULL };
}
