/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "web/report/compose.h"
#include "web/report/report.h"

static void add_text(struct text *out, const struct report *report)
{
	struct document d;

	document_init(&d, &report->call);
	compose(&d, report);
	document_add_text(out, &d);
	out->failed = out->failed || document_check(&d) < 0;
	document_fini(&d);
}

static void add_html(struct text *out, const struct report *report)
{
	struct document d;

	document_init(&d, &report->call);
	compose(&d, report);
	document_add_html(out, &d, NULL);
	out->failed = out->failed || document_check(&d) < 0;
	document_fini(&d);
}

static const struct report_format formats[] = {
	{ "text", "txt", add_text },
	{ "csv", "csv", report_add_csv },
	{ "json", "json", report_add_json },
	{ "html", "html", add_html },
};

const struct report_format *report_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}
