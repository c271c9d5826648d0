/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of the report program. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"

enum { PERCENT = 100, THRESHOLD = 80 };

void config_read_mailbox(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const char words[] =
	    "a mail address: \"Name <user@example.net>\"";
	const char *text = config_scalar(r, item, words);
	const char *at = text ? strchr(text, '@') : NULL;
	char **to = field;

	if (!text)
		return;
	if (!at || at == text || !at[1] || strpbrk(at + 1, "@ \t") ||
	    strpbrk(text, "\r\n,;"))
		config_expected(r, item, words);
	else
		*to = config_copy(r, text);
}

static void read_url(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const char words[] =
	    "where the site is: https://lanterne.example.net";
	const char *text = config_scalar(r, item, words);
	char **to = field;

	if (!text)
		return;
	if ((strncmp(text, "https://", 8) != 0 &&
	     strncmp(text, "http://", 7) != 0) ||
	    strpbrk(text, " \t\"<>?#"))
		config_expected(r, item, words);
	else
		*to = config_copy(r, text);
}

static void read_threshold(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	uint32_t percent = *(uint32_t *)field;
	uint32_t *to = field;

	config_read_u32(r, item, &percent);
	if (percent < 1 || percent > PERCENT)
		config_expected(r, item, "per cent, from 1 to 100");
	else
		*to = percent;
}

void config_read_reports(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const struct config_key keys[] = {
		{ "from", offsetof(struct config_reports, from),
		  config_read_mailbox, false },
		{ "url", offsetof(struct config_reports, url), read_url,
		  false },
		{ "recipients", offsetof(struct config_reports, recipients),
		  config_read_path, false },
		{ "threshold", offsetof(struct config_reports, threshold),
		  read_threshold, false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };

	config_mapping(r, item, &all, field);
}

void config_reports_defaults(struct config_reports *reports)
{
	reports->threshold = THRESHOLD;
}

void config_reports_fini(struct config_reports *reports)
{
	free(reports->from);
	free(reports->url);
	free(reports->recipients);
}
