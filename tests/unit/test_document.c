/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a report says, as text and as HTML: nothing of what names hold turns
 * into anything else. */

#include "web/report/document.h"

#include <string.h>

#include "support/unit.h"
#include "web/languages.h"

static struct call call;
static struct document d;
static struct text out;

static void set_up(void)
{
	call = (struct call){ .language = languages_of("fr") };
	document_init(&d, &call);
	text_init(&out);
}

static void tear_down(void)
{
	text_fini(&out);
	document_fini(&d);
}

static void cell(const char *string)
{
	text_add(document_text(&d), string);
	document_cell(&d);
}

static void paragraph(const char *string, bool is_warning)
{
	text_add(document_text(&d), string);
	document_paragraph(&d, is_warning);
}

START_TEST(columns_of_a_table_stand_below_each_other)
{
	document_table(&d, 3);
	cell("Nom");
	cell("Reçu");
	cell("Envoyé");
	cell("Île-à-Vache");
	cell("1,2\xc2\xa0"
	     "Go");
	cell("10 Go");
	cell("B");
	cell("–");
	cell("");
	document_add_text(&out, &d);
	ck_assert_str_eq(text_str(&out), "\n"
					 "Nom            Reçu  Envoyé\n"
					 "---------------------------\n"
					 "Île-à-Vache  1,2\xc2\xa0Go   10 Go\n"
					 "B                 –\n");
}
END_TEST

START_TEST(a_long_name_does_not_push_figures_away)
{
	char name[300];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	document_table(&d, 2);
	cell("Name");
	cell("A");
	cell(name);
	cell("1");
	document_add_text(&out, &d);
	for (const char *line = text_str(&out); *line; line++) {
		size_t len = strcspn(line, "\n");

		ck_assert_uint_le(len, 34 + 3 + 2 + 1);
		line += len;
	}
}
END_TEST

START_TEST(words_stay_whole_and_lines_short)
{
	paragraph("Un mot après l’autre, un mot après l’autre, un mot après "
		  "l’autre, un mot après l’autre, et la fin.",
		  false);
	paragraph("Attention.", true);
	document_add_text(&out, &d);
	ck_assert_str_eq(text_str(&out),
			 "\nUn mot après l’autre, un mot après l’autre, un mot "
			 "après l’autre, un mot après\nl’autre, et la fin.\n"
			 "\n! Attention.\n");
}
END_TEST

static const struct {
	const char *name;
	const char *as_text;
	const char *as_html;
} names[] = {
	{ "<b>&\"'", "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;" },
	{ "a\r\nBcc: x",
	  "a\xef\xbf\xbd\xef\xbf\xbd"
	  "Bcc: x",
	  "a\xef\xbf\xbd\xef\xbf\xbd"
	  "Bcc: x" },
	{ "\x1b[31m", "\xef\xbf\xbd[31m", "\xef\xbf\xbd[31m" },
	{ "\xe2\x80\xaeover", "\xef\xbf\xbdover", "\xef\xbf\xbdover" },
	{ "\xff", "\xef\xbf\xbd", "\xef\xbf\xbd" },
};

START_TEST(a_name_stays_on_its_line_and_is_no_markup)
{
	document_table(&d, 1);
	cell(names[_i].name);
	text_add(document_text(&d), names[_i].name);
	document_heading(&d);
	paragraph(names[_i].name, false);
	document_add_text(&out, &d);
	ck_assert(strstr(text_str(&out), names[_i].as_text));
	ck_assert(!strpbrk(text_str(&out), "\r\x1b"));
	text_clear(&out);
	document_add_html(&out, &d, NULL);
	ck_assert(strstr(text_str(&out), names[_i].as_html));
	ck_assert(!strstr(text_str(&out), "<b>"));
	ck_assert(!strpbrk(text_str(&out), "\r\x1b"));
}
END_TEST

START_TEST(html_says_its_language_and_holds_its_style)
{
	text_add(document_text(&d), "Titre <1>");
	document_title(&d);
	document_add_html(&out, &d, NULL);
	ck_assert(strstr(text_str(&out), "<html lang=\"fr\">"));
	ck_assert(strstr(text_str(&out), "<title>Titre &lt;1&gt;</title>"));
	ck_assert(strstr(text_str(&out), "<style>\n:root"));
	ck_assert(!strstr(text_str(&out), "<link"));
	ck_assert(!strstr(text_str(&out), "<script"));
}
END_TEST

START_TEST(an_empty_document_is_a_whole_one)
{
	document_add_text(&out, &d);
	ck_assert_str_eq(text_str(&out), "");
	document_add_html(&out, &d, NULL);
	ck_assert(strstr(text_str(&out), "</html>"));
	ck_assert_int_eq(document_check(&d), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ columns_of_a_table_stand_below_each_other, 0 },
		{ a_long_name_does_not_push_figures_away, 0 },
		{ words_stay_whole_and_lines_short, 0 },
		{ a_name_stays_on_its_line_and_is_no_markup, COUNT_OF(names) },
		{ html_says_its_language_and_holds_its_style, 0 },
		{ an_empty_document_is_a_whole_one, 0 },
	};

	return unit_run_with("document", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
