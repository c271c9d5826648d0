/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Names that would be more than names, in all that a report is written as. */

#include <stdlib.h>
#include <string.h>

#include "support/made_site.h"
#include "support/payloads.h"
#include "support/unit.h"
#include "util/zone.h"
#include "web/languages.h"
#include "web/report/mail.h"

enum { MEMBERS = 7 };

static void rename_one(char **name, const char *to)
{
	free(*name);
	*name = strdup(to);
	ck_assert_ptr_nonnull(*name);
}

static void rename_all(struct generation *g, size_t from)
{
	struct registry *r = g->registry;

	for (uint32_t i = 0; i < r->member_count; i++)
		rename_one(&r->members[i].name,
			   payloads[(from + i) % PAYLOAD_COUNT]);
	for (uint32_t i = 0; i < r->vlan_count; i++)
		rename_one(&r->vlans[i].name, payloads[from]);
	rename_one(&g->config->exchange_name, payloads[from]);
	g->config->reports.from = strdup("lanterne@ix.example.net");
	ck_assert_ptr_nonnull(g->config->reports.from);
}

/* What no name may become in HTML: a tag of its own, or the end of one. */
static void check_html(const char *html)
{
	static const char *const tags[] = {
		"!DOCTYPE", "html",    "head",	 "meta",
		"title",    "style",   "body",	 "h1",
		"h2",	    "p>",      "p ",	 "div",
		"table",    "thead",   "tbody",	 "tr",
		"th",	    "td",      "figure", "svg",
		"desc",	    "rect",    "text",	 "line",
		"path",	    "g>",      "g ",	 "tspan",
		"polyline", "polygon", "circle", "img src=\"cid:",
		"defs",
	};

	for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
		const char *tag = at + 1 + (at[1] == '/');
		bool known = false;

		for (size_t i = 0; i < COUNT_OF(tags) && !known; i++)
			known = strncmp(tag, tags[i], strlen(tags[i])) == 0;
		ck_assert_msg(known, "%.60s", at);
	}
	ck_assert(!strstr(html, "\" onmouseover=\""));
	ck_assert(!strstr(html, "\" autofocus"));
}

/* A field of a spreadsheet never begins as a formula does, and a line has as
 * many as its head. */
static void check_csv(const char *csv)
{
	size_t wanted = 0;
	size_t fields = 1;
	bool quoted = false;

	for (const char *at = csv; *at; at++) {
		if (quoted && at[0] == '"' && at[1] == '"') {
			at++; /* a quote in the field */
		} else if (*at == '"') {
			if (!quoted)
				ck_assert(!strchr("=+-@", at[1]));
			quoted = !quoted;
		} else if (!quoted && *at == ',') {
			fields++;
		} else if (!quoted && *at == '\n') {
			wanted = wanted ? wanted : fields;
			ck_assert_uint_eq(fields, wanted);
			fields = 1;
		}
	}
	ck_assert(!quoted);
}

/* No control characters, so no line of a terminal, log or mail that is a
 * name's. */
static void check_lines(const char *text)
{
	for (const char *at = text; *at; at++)
		ck_assert((unsigned char)*at >= ' ' || *at == '\n' ||
			  *at == '\r');
	ck_assert(!strstr(text, "\nSet-Cookie"));
	ck_assert(!strstr(text, "\n127.0.0.1 - -"));
}

static void check_json(const char *json)
{
	json_t *read = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

	ck_assert_ptr_nonnull(read);
	json_decref(read);
}

/* The head has the headers that it should, and each once. */
static void check_mail(const char *mail)
{
	static const char *const headers[] = {
		"Date:",
		"From:",
		"Subject:",
		"To:",
		"Message-Id:",
		"Auto-Submitted:",
		"Content-Language:",
		"MIME-Version:",
		"Content-Type:",
	};
	const char *end = strstr(mail, "\n\n");
	size_t found = 0;

	ck_assert_ptr_nonnull(end);
	for (const char *line = mail; line < end;) {
		size_t len = strcspn(line, "\n");
		bool known = *line == ' ' || *line == '\t';

		for (size_t i = 0; i < COUNT_OF(headers) && !known; i++) {
			known =
			    strncmp(line, headers[i], strlen(headers[i])) == 0;
			found += known;
		}
		ck_assert_msg(known, "%.60s", line);
		line += len + 1;
	}
	ck_assert_uint_eq(found, COUNT_OF(headers));
}

static void check_formats(const struct report *report)
{
	static const struct {
		const char *name;
		void (*check)(const char *text);
	} formats[] = { { "text", check_lines },
			{ "csv", check_csv },
			{ "json", check_json },
			{ "html", check_html } };

	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct text out;

		text_init(&out);
		out.language = report->call.language;
		report_format(formats[i].name)->add(&out, report);
		ck_assert(text_ok(&out));
		formats[i].check(text_str(&out));
		check_lines(text_str(&out));
		text_fini(&out);
	}
}

/* The day has no book of pairs yet: fields of CSV that are names alone. */
static void add_peers(struct report *report, struct peer_sum peers[MEMBERS])
{
	const struct registry *r = report->call.registry;

	ck_assert_uint_eq(r->member_count, MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i++)
		peers[i] = (struct peer_sum){ .asn = r->members[0].asn,
					      .peer = r->members[i].asn,
					      .sent = { 1, 2 },
					      .received = { 3, 4 } };
	report->peers = peers;
	report->peer_count = MEMBERS;
}

START_TEST(a_name_is_never_more_than_a_name)
{
	const struct principal all = { .role = ROLE_AUDITOR };
	size_t from = (size_t)_i * MEMBERS % PAYLOAD_COUNT;
	struct made_site made;
	struct report_basis basis;
	struct peer_sum peers[MEMBERS];
	struct report report;
	struct call call;
	struct span span;

	made_site_open(&made, made_site_directory());
	rename_all(made.generation, from);
	call = made_site_call(&made, NULL);
	call.principal = &all;
	call.language = languages_of(_i % 2 ? "fr" : "en");
	ck_assert_int_eq(
	    span_of(&span, SPAN_DAY, zone_date(MADE_SITE_END - 60)), 0);
	ck_assert_int_eq(report_basis_load(&basis, &call, &span, true), 0);
	ck_assert_int_eq(report_load(&report, &basis, NULL, call.language), 0);
	check_formats(&report);
	if (_i == 0) {
		char to[] = "noc@ix.example.net";
		struct mail_envelope envelope = { .language = call.language,
						  .to = to };
		struct text out;

		text_init(&out);
		ck_assert_int_eq(mail_write(&out, &report, &envelope), 0);
		check_mail(text_str(&out));
		text_fini(&out);
	}
	report_fini(&report);
	ck_assert_int_eq(report_load(&report, &basis,
				     &made.generation->registry->members[0],
				     call.language),
			 0);
	add_peers(&report, peers);
	check_formats(&report);
	report_fini(&report);
	report_basis_fini(&basis);
	made_site_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ a_name_is_never_more_than_a_name,
		  (PAYLOAD_COUNT + MEMBERS - 1) / MEMBERS },
	};

	return unit_run("report_payloads", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
