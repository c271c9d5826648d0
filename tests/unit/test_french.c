/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Every page for those who read French: nothing of it is left in English. */

#include <stdint.h>
#include <string.h>

#include "support/made_accounts.h"
#include "support/markup.h"
#include "support/unit.h"
#include "web/languages.h"
#include "web/route.h"

enum { HOURS = 3, PIECE_LEAST = 13, PIECE_SIZE = 1024 };

static uint32_t number_at(const struct language *l, size_t at)
{
	uint32_t value = 0;

	ck_assert_uint_le(at + 4, l->len);
	for (size_t i = 4; i > 0; i--)
		value = value << 8 | (unsigned char)l->mo[at + i - 1];
	return value;
}

/* A text of the tables of a catalogue: 12 is where that of the originals is
 * said, 16 that of the translations. */
static const char *text_of(const struct language *l, size_t said_at,
			   size_t index)
{
	return l->mo + number_at(l, number_at(l, said_at) + 8 * index + 4);
}

static bool has_letters(const char *piece)
{
	for (; *piece; piece++) {
		if ((*piece | 0x20) >= 'a' && (*piece | 0x20) <= 'z')
			return true;
	}
	return false;
}

/* Whether a page has a piece of an English text that is not in the French one
 * as well: what stands between the conversions of a format. */
static bool has_piece_of(const char *page, const char *english,
			 const char *french)
{
	char piece[PIECE_SIZE];

	while (*english) {
		size_t len = strcspn(english, "%{");

		ck_assert_uint_lt(len, sizeof(piece));
		memcpy(piece, english, len);
		piece[len] = '\0';
		if (len >= PIECE_LEAST && has_letters(piece) &&
		    !strstr(french, piece) && strstr(page, piece))
			return true;
		english += len;
		/* Behind the conversion, or the name to be filled in. */
		if (*english == '{')
			english += strcspn(english, "}");
		else if (*english)
			english += 1 + strspn(english + 1, "0123456789.-lz");
		english += *english != '\0';
	}
	return false;
}

/* An English text on a page, of those that are another in French; or NULL.
 * looked gets how many there are. */
static const char *find_english(const char *page, size_t *looked)
{
	const struct language *l = languages_of("fr");
	size_t count = number_at(l, 8);

	*looked = 0;
	for (size_t i = 0; i < count; i++) {
		const char *english = text_of(l, 12, i);
		const char *french = text_of(l, 16, i);

		/* An entry with a context, or the description. */
		if (*english == '\0' || strchr(english, '\004') ||
		    strcmp(english, french) == 0)
			continue;
		if (has_piece_of(page, english, french))
			return english;
		++*looked;
	}
	return NULL;
}

/* Pages of each route that people read, and refusals. */
static const struct {
	const char *pattern;
	const char *target;
	unsigned status;
} targets[] = {
	{ "", "/", 200 },
	{ "", "/?range=week", 200 },
	{ "", "/?range=year", 200 },
	{ "", "/?from=2023-11-14&to=2023-11-15T12:00", 200 },
	{ "members", "/members", 200 },
	{ "members", "/members?sort=asn", 200 },
	{ "members/*", "/members/AS64500", 200 },
	{ "members/*", "/members/AS64500?scaled=1", 200 },
	{ "members/*", "/members/AS64502", 200 },
	{ "members/*", "/members/AS64502?scaled=1", 200 },
	{ "members/*", "/members/AS64504?range=month&previous=1", 200 },
	{ "members/*", "/members/AS64505?peers=all", 200 },
	{ "members/*/*", "/members/AS64500/AS64501", 200 },
	{ "members/*/*", "/members/AS64503/AS64505?range=hour", 200 },
	{ "ports", "/ports", 200 },
	{ "ports/*/*", "/ports/sw1/436207616", 200 },
	{ "ports/*/*", "/ports/sw1/436400128", 200 },
	{ "heat", "/heat", 200 },
	{ "links", "/links", 200 },
	{ "switches", "/switches", 200 },
	{ "lan", "/lan", 200 },
	{ "league", "/league", 200 },
	{ "league", "/league?way=from", 200 },
	{ "matrix", "/matrix", 200 },
	{ "health", "/health", 200 },
	{ "traffic/infrastructure", "/traffic/infrastructure?id=1", 200 },
	{ "traffic/location", "/traffic/location?name=Caf%C3%A9%20Bay", 200 },
	{ "traffic/vlan", "/traffic/vlan?vlan=100", 200 },
	{ "traffic/switch", "/traffic/switch?name=sw1", 200 },
	{ "embed/exchange", "/embed/exchange", 200 },
	{ "embed/infrastructure", "/embed/infrastructure?id=1", 200 },
	{ "embed/location", "/embed/location?name=Caf%C3%A9%20Bay", 200 },
	{ "embed/vlan", "/embed/vlan?vlan=200", 200 },
	{ "graph/*", "/graph/exchange.svg", 200 },
	{ "graph/*", "/graph/member.svg?asn=64500", 200 },
	{ "graph/*", "/graph/member.svg?asn=64502", 200 },
	{ "graph/*", "/graph/pair.svg?a=64503&b=64505&vlan=100", 200 },
	{ "graph/*", "/graph/port.svg?switch=sw1&ifindex=436207616", 200 },
	{ "graph/*", "/graph/interface.svg?asn=64504&vlan=200", 200 },
	{ "graph/*", "/graph/switch.svg?name=sw2", 200 },
	{ "graph/*", "/graph/location.svg?name=Caf%C3%A9%20Bay", 200 },
	{ "login", "/login", 200 },
	{ "login", "/login?next=/members", 200 },
	{ "account", "/account", 200 },
	{ "account", "/account?graph=/graph/exchange.svg", 200 },
	{ "users", "/users", 200 },
	{ "users", "/users?user=alice", 200 },
	{ "users", "/users?user=dave", 200 },
	{ "", "/nothing", 404 },
	{ "", "/members/AS1", 404 },
	{ "", "/?range=decade", 400 },
	{ "", "/?from=x", 400 },
	{ "", "/?from=2&to=1", 400 },
	{ "", "/members?sort=height", 400 },
	{ "", "/graph/nothing.svg", 404 },
	{ "", "/ports/sw1/1", 404 },
	{ "", "/ports?flag=x", 400 },
	{ "", "/matrix?date=x", 400 },
	{ "", "/metrics?pairs=x", 400 },
	{ "", "/league?way=x", 400 },
	{ "", "/traffic/vlan?vlan=9", 404 },
};

/* Pages that there are with users alone. */
static bool is_of_users(const char *target)
{
	return strncmp(target, "/login", 6) == 0 ||
	       strncmp(target, "/account", 8) == 0 ||
	       strncmp(target, "/users", 6) == 0;
}

/* A page as a user sees it: an operator, but of the account a member. */
static char *text_of_users(const char *target, unsigned status)
{
	char cookie[MADE_COOKIE_SIZE];
	struct made_accounts made;
	struct response r;
	char *text;

	made_accounts_open(&made);
	(void)made_accounts_token(&made, "carol", cookie);
	(void)made_accounts_cookie(
	    &made, strncmp(target, "/account", 8) == 0 ? "carol" : "ops",
	    cookie);
	r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = target,
				       .headers = { { "Cookie", cookie } } });
	ck_assert_uint_eq(r.status, status);
	markup_check(text_str(&r.body), true);
	text = text_steal(&r.body);
	response_fini(&r);
	made_accounts_close(&made);
	return text;
}

static char *get_in(const char *target, const char *code, unsigned status)
{
	struct text wanted;
	char *text;

	text_init(&wanted);
	text_addf(&wanted, "%s%clang=%s", target,
		  strchr(target, '?') ? '&' : '?', code);
	text = is_of_users(target) ? text_of_users(text_str(&wanted), status)
				   : made_site_text(text_str(&wanted), status);
	text_fini(&wanted);
	return text;
}

START_TEST(nothing_of_a_page_is_english)
{
	const char *target = targets[_i].target;
	char *page = get_in(target, "fr", targets[_i].status);
	const char *english;
	size_t looked;

	english = find_english(page, &looked);
	ck_assert_msg(!english, "%s: \"%s\"", target, english);
	ck_assert_uint_gt(looked, 300);
	if (strncmp(page, "<!doctype", 9) == 0)
		ck_assert_msg(strstr(page, "<html lang=\"fr\">") != NULL, "%s",
			      target);
	free(page);
}
END_TEST

/* Of digits on both sides of a mark there are none before a unit. */
static void expect_no_mark(const char *page, char mark, const char *target)
{
	static const char *const units[] = {
		" bit/s",
		" kbit/s",
		" Mbit/s",
		" Gbit/s",
		" %<",
		" GB",
		" TB",
		"\xc2\xa0"
		"bit/s",
		"\xc2\xa0"
		"kbit/s",
		"\xc2\xa0"
		"Mbit/s",
		"\xc2\xa0"
		"Gbit/s",
		"\xc2\xa0"
		"%",
		"\xc2\xa0"
		"Go",
		"\xc2\xa0"
		"To",
	};

	for (const char *at = page; (at = strchr(at, mark)) != NULL; at++) {
		size_t digits = strspn(at + 1, "0123456789");

		if (at == page || digits == 0 || at[-1] < '0' || at[-1] > '9')
			continue;
		for (size_t i = 0; i < COUNT_OF(units); i++)
			ck_assert_msg(strncmp(at + 1 + digits, units[i],
					      strlen(units[i])) != 0,
				      "%s: %.40s", target, at - 4);
	}
}

START_TEST(numbers_have_the_marks_of_the_language)
{
	const char *target = targets[_i].target;
	char *page = get_in(target, "fr", targets[_i].status);

	if (*page == '<') {
		expect_no_mark(page, '.', target);
		ck_assert_ptr_null(strstr(page, " GB<"));
	}
	free(page);
	page = get_in(target, "en", targets[_i].status);
	if (*page == '<')
		expect_no_mark(page, ',', target);
	free(page);
}
END_TEST

/* What programs read, and files that are the same for all. */
static bool is_without_words(const char *pattern)
{
	return strncmp(pattern, "api/", 4) == 0 ||
	       strncmp(pattern, "grapher", 7) == 0 || strchr(pattern, '.') ||
	       strcmp(pattern, "logout") == 0 ||
	       strcmp(pattern, "account/*") == 0 ||
	       strcmp(pattern, "users/*") == 0 ||
	       strcmp(pattern, "livez") == 0 ||
	       strcmp(pattern, "readyz") == 0 ||
	       strcmp(pattern, "metrics") == 0;
}

START_TEST(every_route_is_looked_at)
{
	const char *pattern;

	for (size_t i = 0; (pattern = route_pattern(i)) != NULL; i++) {
		bool found = is_without_words(pattern);

		for (size_t j = 0; !found && j < COUNT_OF(targets); j++)
			found = strcmp(targets[j].pattern, pattern) == 0;
		ck_assert_msg(found, "no page of \"%s\"", pattern);
	}
}
END_TEST

static const char *const english_pages[] = { "/", "/members", "/health",
					     "/graph/exchange.svg" };

START_TEST(a_page_in_english_is_found_out)
{
	char *page = get_in(english_pages[_i], "en", 200);
	size_t looked;

	ck_assert_ptr_nonnull(find_english(page, &looked));
	free(page);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ nothing_of_a_page_is_english, COUNT_OF(targets) },
		{ numbers_have_the_marks_of_the_language, COUNT_OF(targets) },
		{ every_route_is_looked_at, 0 },
		{ a_page_in_english_is_found_out, COUNT_OF(english_pages) },
	};

	return unit_run("french", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
