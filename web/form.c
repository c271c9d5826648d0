/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/form.h"

#include <string.h>

#include "util/err.h"

static int add_field(struct form *f, char *pair)
{
	char *value = strchr(pair, '=');
	int rc;

	if (value)
		*value++ = '\0';
	rc = request_decode(pair, true);
	if (rc == 0 && value)
		rc = request_decode(value, true);
	if (rc < 0)
		return rc;
	if (f->count == FORM_FIELDS_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->fields[i].name, pair) == 0)
			return ERR_MALFORMED;
	}
	f->fields[f->count++] =
	    (struct request_parameter){ pair, value ? value : "" };
	return 0;
}

int form_parse(struct form *out, const char *body, size_t len)
{
	char *pair = out->storage;

	out->count = 0;
	out->storage[0] = '\0';
	if (len > FORM_SIZE_MAX)
		return ERR_RANGE;
	if (len > 0 && memchr(body, '\0', len))
		return ERR_MALFORMED;
	if (len > 0)
		memcpy(out->storage, body, len);
	out->storage[len] = '\0';
	while (pair) {
		char *next = strchr(pair, '&');
		int rc;

		if (next)
			*next++ = '\0';
		rc = *pair ? add_field(out, pair) : 0;
		if (rc < 0)
			return rc;
		pair = next;
	}
	return 0;
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
