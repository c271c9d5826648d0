/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/said.h"

#include <stdio.h>

static struct said take(struct text *text)
{
	struct said said;

	(void)snprintf(said.text, sizeof(said.text), "%s", text_str(text));
	text_fini(text);
	return said;
}

struct said said(const struct text *out,
		 void (*write)(struct text *out, double value), double value)
{
	struct text text;

	text_init_like(&text, out);
	write(&text, value);
	return take(&text);
}

struct said said_name(const char *name)
{
	struct text text;

	text_init(&text);
	html_name(&text, name);
	return take(&text);
}
