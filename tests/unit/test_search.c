/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/search.h"

#include <string.h>

#include "support/unit.h"

static const struct {
	const char *rule;
	const char *text;
	const char *words;
	bool matches;
} cases[] = {
	{ "nothing wanted matches everything", "Blue Reef", "", true },
	{ "case does not matter", "Blue Reef", "bLUE", true },
	{ "words come in any order", "Blue Reef Networks", "networks blue",
	  true },
	{ "each has to be there", "Blue Reef", "blue networks", false },
	{ "a part of a word will do", "Blue Reef AS64500", "645", true },
	{ "spaces around do not matter", "Blue Reef", "  reef ", true },
	{ "accents may be left out", "Caf\xc3\xa9 Bay", "cafe", true },
	{ "and given", "Cafe Bay", "CAF\xc3\x89", true },
	{ "the sharp s has no plain letter",
	  "Stra\xc3\x9f"
	  "e",
	  "stra\xc3\x9f", true },
	{ "other alphabets are as they are", "\xd0\xa6\xd0\x9e\xd0\x94",
	  "\xd0\xa6", true },
	{ "half a character at the end is one of its own", "a\xc3", "\xc3",
	  true },
};

START_TEST(a_search_finds_what_has_its_words)
{
	ck_assert_msg(search_matches(cases[_i].text, cases[_i].words) ==
			  cases[_i].matches,
		      "%s", cases[_i].rule);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char text[2000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(search_matches(text, text));
	ck_assert(!search_matches("a", text));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_search_finds_what_has_its_words, COUNT_OF(cases) },
		{ what_is_too_long_is_cut, 0 },
	};

	return unit_run("search", tests, COUNT_OF(tests));
}
