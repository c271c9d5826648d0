/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/csv.h"

#include <math.h>
#include <string.h>

#include "web/html.h"

void csv_add_field(struct text *out, const char *string)
{
	text_add_char(out, '"');
	if (strchr("=+-@", string[0]) && *string)
		text_add_char(out, '\'');
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c == '"')
			text_add_char(out, '"');
		text_add_char(out, c < ' ' || c == 0x7f ? ' ' : *string);
	}
	text_add_char(out, '"');
}

void csv_add_name(struct text *out, const char *name)
{
	struct text plain;

	text_init(&plain);
	html_plain(&plain, name, HTML_NAME_MAX);
	csv_add_field(out, text_str(&plain));
	text_fini(&plain);
}

void csv_add_number(struct text *out, double value)
{
	text_add_char(out, ',');
	if (isfinite(value))
		text_addf(out, "%.0f", round(value));
}
