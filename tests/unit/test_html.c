/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/html.h"

#include <string.h>

#include "support/unit.h"

#define FFFD "\xef\xbf\xbd"

typedef void (*escaper)(struct text *out, const char *string);

static const struct {
	const char *name;
	escaper escape;
	const char *in;
	const char *out;
} cases[] = {
	{ "plain", html_escape, "Blue Reef", "Blue Reef" },
	{ "markup", html_escape, "<script>", "&lt;script&gt;" },
	{ "quotes", html_escape, "\"'&", "&quot;&#39;&amp;" },
	{ "utf-8", html_escape, "Saint-Barth\xc3\xa9lemy \xe2\x82\xac",
	  "Saint-Barth\xc3\xa9lemy \xe2\x82\xac" },
	{ "beyond the BMP", html_escape, "\xf0\x9f\x8f\xae",
	  "\xf0\x9f\x8f\xae" },
	{ "controls", html_escape, "a\x01\n\t\x7f", "a" FFFD FFFD FFFD FFFD },
	{ "C1 controls", html_escape, "\xc2\x85", FFFD },
	{ "a lone continuation", html_escape, "\x80z", FFFD "z" },
	{ "overlong", html_escape, "\xc0\xbc", FFFD FFFD },
	{ "a surrogate", html_escape, "\xed\xa0\x80", FFFD FFFD FFFD },
	{ "cut short", html_escape, "\xe2\x82", FFFD FFFD },
	{ "beyond Unicode", html_escape, "\xf4\x90\x80\x80",
	  FFFD FFFD FFFD FFFD },
	{ "a turn of direction", html_escape, "\xe2\x80\xae", FFFD },
	{ "an isolate", html_escape, "\xe2\x81\xa7", FFFD },
	{ "right to left letters", html_escape, "\xd7\x90", "\xd7\x90" },
	{ "url", html_url, "sw1 a/b?c&d=\xc3\xa9",
	  "sw1%20a%2Fb%3Fc%26d%3D%C3%A9" },
	{ "url, unreserved", html_url, "Aa0-._~", "Aa0-._~" },
	{ "yaml", html_yaml, "Ethernet1/1", "\"Ethernet1/1\"" },
	{ "yaml, quotes", html_yaml, "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "yaml, a new line", html_yaml, "x\ny: 1", "\"x\\u000Ay: 1\"" },
	{ "yaml, not UTF-8", html_yaml, "\xff", "\"\\uFFFD\"" },
	{ "yaml, beyond the BMP", html_yaml, "\xf0\x9f\x8f\xae",
	  "\"\\U0001F3EE\"" },
};

START_TEST(every_context_has_its_escapes)
{
	struct text out;

	text_init(&out);
	cases[_i].escape(&out, cases[_i].in);
	ck_assert_msg(strcmp(text_str(&out), cases[_i].out) == 0, "%s: got %s",
		      cases[_i].name, text_str(&out));
	text_fini(&out);
}
END_TEST

START_TEST(a_long_name_is_cut_between_characters)
{
	char name[3 * HTML_NAME_MAX + 1];
	struct text out;

	for (size_t i = 0; i < HTML_NAME_MAX; i++)
		memcpy(name + 3 * i, "\xe2\x82\xac", 3);
	name[sizeof(name) - 1] = '\0';
	text_init(&out);
	html_name(&out, name);
	ck_assert_uint_eq(out.len, HTML_NAME_MAX / 3 * 3 + 3);
	ck_assert_str_eq(text_str(&out) + out.len - 3, "\xe2\x80\xa6");
	text_fini(&out);
}
END_TEST

START_TEST(a_name_that_fits_is_whole)
{
	char name[HTML_NAME_MAX + 1];
	struct text out;

	memset(name, 'x', HTML_NAME_MAX);
	name[HTML_NAME_MAX] = '\0';
	text_init(&out);
	html_name(&out, name);
	ck_assert_str_eq(text_str(&out), name);
	text_fini(&out);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ every_context_has_its_escapes, COUNT_OF(cases) },
		{ a_long_name_is_cut_between_characters, 0 },
		{ a_name_that_fits_is_whole, 0 },
	};

	return unit_run("html", tests, COUNT_OF(tests));
}
