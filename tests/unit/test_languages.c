/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/languages.h"

#include <dirent.h>
#include <string.h>

#include "support/unit.h"

static char en[] = "en";
static char fr[] = "fr";
static char xx[] = "xx";

/* What the configuration lists, in its order. */
static char *english_first[] = { en, fr };
static char *french_first[] = { fr, en };
static char *english_alone[] = { en };
static char *one_unknown[] = { xx, fr };
static char *all_unknown[] = { xx };

static const struct {
	const char *rule;
	char **listed;
	size_t count;
	const char *asked;
	const char *accept;
	const char *chosen;
} choices[] = {
	{ "nobody says anything: the first", french_first, 2, NULL, NULL,
	  "fr" },
	{ "nobody says anything: the first", english_first, 2, NULL, NULL,
	  "en" },
	{ "the header chooses", english_first, 2, NULL, "fr", "fr" },
	{ "in any case", english_first, 2, NULL, "FR", "fr" },
	{ "a region is fine with its language", english_first, 2, NULL, "fr-CA",
	  "fr" },
	{ "a longer word is another language", english_first, 2, NULL, "fry",
	  "en" },
	{ "a shorter one too", french_first, 2, NULL, "e", "fr" },
	{ "the better one", english_first, 2, NULL, "en;q=0.5, fr;q=0.8",
	  "fr" },
	{ "by the third digit", english_first, 2, NULL, "en;q=0.801,fr;q=0.802",
	  "fr" },
	{ "without a quality it is 1", english_first, 2, NULL, "en;q=0.9,fr",
	  "fr" },
	{ "of equals the first", french_first, 2, NULL, "en,fr", "fr" },
	{ "a range for all", french_first, 2, NULL, "*", "fr" },
	{ "one by name is before the range for all", french_first, 2, NULL,
	  "*;q=0.5, en", "en" },
	{ "a quality of 0 refuses", english_first, 2, NULL, "en;q=0, *", "fr" },
	{ "all refused: the first", english_first, 2, NULL, "en;q=0, fr;q=0",
	  "en" },
	{ "another language only: the first", french_first, 2, NULL,
	  "de, nl;q=0.7", "fr" },
	{ "the best of several regions", english_first, 2, NULL,
	  "fr-BE;q=0.2, en;q=0.3, fr-CA;q=0.4", "fr" },
	{ "blanks anywhere", english_first, 2, NULL,
	  " ,, en ; q=0.1 ,\t fr ;\tq=0.2", "fr" },
	{ "a quality above 1 is 1", english_first, 2, NULL, "en, fr;q=9",
	  "en" },
	{ "garbage is no choice", french_first, 2, NULL, ";;;q=,=,q", "fr" },
	{ "a header that stops", english_first, 2, NULL, "fr;q", "fr" },
	{ "a header that stops", english_first, 2, NULL,
	  "en;q=0.5,fr;q=", "en" },
	{ "an empty header", french_first, 2, NULL, "", "fr" },
	{ "the address is before the header", english_first, 2, "fr", "en",
	  "fr" },
	{ "the address is before the order", french_first, 2, "en", NULL,
	  "en" },
	{ "a code that is none is not asked for", english_first, 2, "zz", "fr",
	  "fr" },
	{ "nor one in capitals", english_first, 2, "FR", NULL, "en" },
	{ "nor an empty one", french_first, 2, "", NULL, "fr" },
	{ "what is not listed is not used", english_alone, 1, "fr", "fr",
	  "en" },
	{ "what has no catalogue is passed over", one_unknown, 2, NULL, NULL,
	  "fr" },
	{ "nor asked for", one_unknown, 2, "xx", "xx", "fr" },
	{ "nothing is left but English", all_unknown, 1, NULL, "fr", "en" },
};

START_TEST(a_reader_gets_a_language)
{
	const struct config config = {
		.languages = choices[_i].listed,
		.language_count = choices[_i].count,
	};
	const struct language *l =
	    languages_choose(&config, choices[_i].asked, choices[_i].accept);

	ck_assert_msg(strcmp(l->code, choices[_i].chosen) == 0,
		      "%s: \"%s\" gets %s", choices[_i].rule,
		      choices[_i].accept ? choices[_i].accept : "", l->code);
}
END_TEST

START_TEST(every_language_has_a_code_and_its_own_name)
{
	size_t count;
	const struct language *const *all = languages_all(&count);

	ck_assert_uint_ge(count, 2);
	ck_assert_str_eq(all[0]->code, "en");
	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_eq(languages_of(all[i]->code), all[i]);
		if (i > 0)
			ck_assert_str_ne(
			    language_find_in(all[i], "language", "English"),
			    "English");
	}
	ck_assert_str_eq(
	    language_find_in(languages_of("fr"), "language", "English"),
	    "Fran\xc3\xa7"
	    "ais");
	ck_assert_ptr_null(languages_of("xx"));
	ck_assert_ptr_null(languages_of(""));
}
END_TEST

START_TEST(a_language_without_a_catalogue_is_named)
{
	static char path[] = "x.yaml";
	struct config config = { .path = path,
				 .languages = one_unknown,
				 .language_count = 2 };
	struct text problem;

	text_init(&problem);
	ck_assert(!languages_are_known(&config, &problem));
	ck_assert_ptr_nonnull(strstr(
	    text_str(&problem), "x.yaml: exchange.languages: this program does "
				"not speak \"xx\"; it speaks en, "));
	ck_assert_ptr_nonnull(strstr(text_str(&problem), ", fr"));
	text_clear(&problem);
	config.languages = french_first;
	ck_assert(languages_are_known(&config, &problem));
	ck_assert_str_eq(text_str(&problem), "");
	text_fini(&problem);
}
END_TEST

/* Every file of the folder is a language, and nothing else is but English. */
START_TEST(a_catalogue_in_the_folder_is_a_language)
{
	DIR *folder = opendir(LANGUAGES_FOLDER);
	const struct dirent *entry;
	size_t files = 0;
	size_t count;

	ck_assert_ptr_nonnull(folder);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
	while ((entry = readdir(folder)) != NULL) {
		char code[64];
		size_t len = strcspn(entry->d_name, ".");

		if (strcmp(entry->d_name + len, ".po") != 0)
			continue;
		ck_assert_uint_lt(len, sizeof(code));
		memcpy(code, entry->d_name, len);
		code[len] = '\0';
		ck_assert_msg(languages_of(code) != NULL, "%s", code);
		files++;
	}
	(void)closedir(folder);
	(void)languages_all(&count);
	ck_assert_uint_eq(count, files + 1);
}
END_TEST

/* A page before and after, in French. */
static const struct {
	const char *page;
	const char *kept;
} pages[] = {
	{ "<a href=\"/\">", "<a href=\"/?lang=fr\">" },
	{ "<a href=\"/members?sort=asn\">",
	  "<a href=\"/members?sort=asn&amp;lang=fr\">" },
	{ "<a href=\"?sort=asn\">", "<a href=\"?sort=asn&amp;lang=fr\">" },
	{ "<a href=\"/health#macs\">", "<a href=\"/health?lang=fr#macs\">" },
	{ "<a href=\"/ports?a=b#c\">",
	  "<a href=\"/ports?a=b&amp;lang=fr#c\">" },
	{ "<a href=\"/a#b?c\">", "<a href=\"/a?lang=fr#b?c\">" },
	{ "<figure data-json=\"/graph/exchange.json\">",
	  "<figure data-json=\"/graph/exchange.json?lang=fr\">" },
	{ "<img src=\"/graph/exchange.svg?x=1\">",
	  "<img src=\"/graph/exchange.svg?x=1&amp;lang=fr\">" },
	/* Not twice, and not another one's choice. */
	{ "<a href=\"/members?lang=fr\">", "<a href=\"/members?lang=fr\">" },
	{ "<a href=\"/members?lang=en\">", "<a href=\"/members?lang=en\">" },
	{ "<a href=\"/m?a=b&amp;lang=en\">",
	  "<a href=\"/m?a=b&amp;lang=en\">" },
	{ "<a href=\"/m?slang=x\">", "<a href=\"/m?slang=x&amp;lang=fr\">" },
	/* Files are the same for all. */
	{ "<link href=\"/style.css?v=1\">", "<link href=\"/style.css?v=1\">" },
	{ "<link href=\"/favicon.svg\">", "<link href=\"/favicon.svg\">" },
	{ "<script src=\"/app.js\">", "<script src=\"/app.js\">" },
	/* Other sites, and places of the page itself. */
	{ "<a href=\"https://example.net/\">",
	  "<a href=\"https://example.net/\">" },
	{ "<a href=\"#main\">", "<a href=\"#main\">" },
	/* Text that looks like it. */
	{ "<p>href=/x and =\"</p>", "<p>href=/x and =\"</p>" },
	{ "", "" },
	{ "<a href=\"/\"><b>1</b></a><a href=\"/x\">",
	  "<a href=\"/?lang=fr\"><b>1</b></a><a href=\"/x?lang=fr\">" },
};

START_TEST(links_keep_a_chosen_language)
{
	struct text page;

	text_init(&page);
	text_add(&page, pages[_i].page);
	languages_keep(&page, languages_of("fr"));
	ck_assert(text_ok(&page));
	ck_assert_str_eq(text_str(&page), pages[_i].kept);
	languages_keep(&page, languages_of("fr"));
	ck_assert_str_eq(text_str(&page), pages[_i].kept);
	text_fini(&page);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_reader_gets_a_language, COUNT_OF(choices) },
		{ every_language_has_a_code_and_its_own_name, 0 },
		{ a_language_without_a_catalogue_is_named, 0 },
		{ a_catalogue_in_the_folder_is_a_language, 0 },
		{ links_keep_a_chosen_language, COUNT_OF(pages) },
	};

	return unit_run("languages", tests, COUNT_OF(tests));
}
