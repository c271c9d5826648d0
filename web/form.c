/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/form.h"

#include <string.h>

#include "util/err.h"

int form_parse(struct form *out, const char *body, size_t len)
{
	out->count = 0;
	out->storage[0] = '\0';
	if (len > FORM_SIZE_MAX)
		return ERR_RANGE;
	if (len > 0 && memchr(body, '\0', len))
		return ERR_MALFORMED;
	if (len > 0)
		memcpy(out->storage, body, len);
	out->storage[len] = '\0';
	return request_split(out->storage, out->fields, FORM_FIELDS_MAX,
			     &out->count);
}

void form_fini(struct form *form)
{
	explicit_bzero(form, sizeof(*form));
}

const char *form_field(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++) {
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	}
	return "";
}
