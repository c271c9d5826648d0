/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "ixp/recipients.h"
#include "support/unit.h"
#include "util/err.h"

static struct diagnostics said;
static struct recipients *read;

static int parse(const char *text, size_t len)
{
	diagnostics_fini(&said);
	diagnostics_init(&said);
	recipients_free(read);
	read = NULL;
	return recipients_parse(&read, "r.yaml", text, len, &said);
}

static void tear_down(void)
{
	recipients_free(read);
	read = NULL;
	diagnostics_fini(&said);
}

static const char some[] =
    "- { to: \"NOC <noc@example.net>\", reports: [daily, alerts] }\n"
    "- to: noc@member.example.net\n"
    "  asn: 64500\n"
    "  language: fr\n"
    "  reports: monthly\n"
    "- { to: all@example.net }\n";

START_TEST(who_gets_what_in_which_language_is_read)
{
	ck_assert_int_eq(parse(some, strlen(some)), 0);
	ck_assert_uint_eq(read->count, 3);
	ck_assert_str_eq(read->all[0].to, "NOC <noc@example.net>");
	ck_assert_uint_eq(read->all[0].asn, 0);
	ck_assert_ptr_null(read->all[0].language);
	ck_assert_uint_eq(read->all[0].reports,
			  RECIPIENT_DAILY | RECIPIENT_ALERTS);
	ck_assert_uint_eq(read->all[1].asn, 64500);
	ck_assert_str_eq(read->all[1].language, "fr");
	ck_assert_uint_eq(read->all[1].reports, RECIPIENT_MONTHLY);
	ck_assert_uint_eq(read->all[1].place.line, 2);
	ck_assert_uint_eq(read->all[2].reports, RECIPIENT_ALL);
	tear_down();
}
END_TEST

START_TEST(an_empty_file_names_nobody)
{
	ck_assert_int_eq(parse("# nobody yet\n", 13), 0);
	ck_assert_uint_eq(read->count, 0);
	tear_down();
}
END_TEST

static const struct {
	const char *text;
	const char *wanted;
} refused[] = {
	{ "- { asn: 64500 }\n", "r.yaml:1:3: error: found no key \"to\"" },
	{ "- { to: nobody }\n", "expected a mail address" },
	{ "- { to: \"@example.net\" }\n", "expected a mail address" },
	{ "- { to: \"a@b\\r\\nBcc: c@d\" }\n", "error" },
	{ "- { to: \"a@example.net, b@example.net\" }\n",
	  "expected a mail address" },
	{ "- { to: \"a@b@example.net\" }\n", "expected a mail address" },
	{ "- { to: a@example.net, asn: 0 }\n", "r.yaml:1:29: error: asn" },
	{ "- { to: a@example.net, reports: [] }\n", "reports" },
	{ "- { to: a@example.net, reports: [yearly] }\n",
	  "expected daily, weekly, monthly or alerts" },
	{ "- { to: a@example.net, lang: fr }\n", "unknown key \"lang\"" },
	{ "to: a@example.net\n", "error" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	const char *text = refused[_i].text;

	ck_assert_int_eq(parse(text, strlen(text)), ERR_CONFIG);
	ck_assert_msg(strstr(text_str(&said.text), refused[_i].wanted),
		      "%s: %s", text, text_str(&said.text));
	tear_down();
}
END_TEST

START_TEST(a_text_cut_anywhere_is_refused_or_read)
{
	for (size_t len = 0; len < strlen(some); len++) {
		int rc = parse(some, len);

		ck_assert(rc == 0 || rc == ERR_CONFIG);
		ck_assert(rc == 0 || said.errors > 0);
	}
	tear_down();
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
	diagnostics_init(&said);
	ck_assert_int_eq(recipients_load(&read, "/nonexistent/r.yaml", &said),
			 -2);
	ck_assert(strstr(text_str(&said.text), "/nonexistent/r.yaml"));
	tear_down();
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ who_gets_what_in_which_language_is_read, 0 },
		{ an_empty_file_names_nobody, 0 },
		{ what_is_wrong_is_said_with_its_place, COUNT_OF(refused) },
		{ a_text_cut_anywhere_is_refused_or_read, 0 },
		{ a_file_that_is_not_there_is_named, 0 },
	};

	return unit_run("recipients", tests, COUNT_OF(tests));
}
