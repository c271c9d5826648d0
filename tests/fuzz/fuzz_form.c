/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The body of a form, and a Cookie header: what is accepted is plain, each name
 * there once, and a secret that is found is one that could have been given.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "web/auth/accounts.h"
#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_cookie(const char *header)
{
	char secret[SECRET_TEXT_SIZE];

	if (!accounts_cookie(header, secret))
		return;
	assert(strlen(secret) == SECRET_TEXT_SIZE - 1);
	assert(strstr(header, SESSION_COOKIE "="));
	assert(!strchr(secret, ';'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct form form;

	assert(text);
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	if (form_parse(&form, text, len) == 0) {
		for (size_t i = 0; i < form.count; i++) {
			const char *value = form.fields[i].value;

			for (const char *c = value; *c; c++)
				assert((unsigned char)*c >= 0x20);
			assert(form_field(&form, form.fields[i].name) == value);
		}
	}
	form_fini(&form);
	check_cookie(text);
	free(text);
	return 0;
}
