/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/language.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

/* In the order of the originals, as msgfmt sorts them. */
static const struct {
	const char *english;
	const char *french;
} entries[] = {
	{ "", "Content-Type: text/plain; charset=UTF-8\n" },
	{ "%u of %u", "%u sur %u" },
	{ "Empty", "" },
	{ "Members", "Membres" },
	{ "decimal\004.", "," },
	{ "short\004Ports", "P." },
	{ "to", "au" },
};

enum {
	COUNT = sizeof(entries) / sizeof(entries[0]),
	HEADER_SIZE = 28,
	ENTRY_SIZE = 8,
	MO_SIZE = 1024,
};

/* A catalogue being made. */
struct made_mo {
	char bytes[MO_SIZE];
	size_t len;
};

static void put_u32(struct made_mo *m, size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		m->bytes[at + (size_t)i] = (char)(value >> 8 * i);
}

static void put_text(struct made_mo *m, size_t entry, const char *text)
{
	size_t len = strlen(text);

	ck_assert_uint_lt(m->len + len, MO_SIZE);
	put_u32(m, entry, (uint32_t)len);
	put_u32(m, entry + 4, (uint32_t)m->len);
	memcpy(m->bytes + m->len, text, len + 1);
	m->len += len + 1;
}

/* As the manual of GNU gettext describes a file, without a hash table. */
static void make(struct made_mo *m)
{
	*m = (struct made_mo){ .len = HEADER_SIZE + 2 * COUNT * ENTRY_SIZE };
	put_u32(m, 0, UINT32_C(0x950412de));
	put_u32(m, 8, COUNT);
	put_u32(m, 12, HEADER_SIZE);
	put_u32(m, 16, HEADER_SIZE + COUNT * ENTRY_SIZE);
	for (size_t i = 0; i < COUNT; i++)
		put_text(m, HEADER_SIZE + i * ENTRY_SIZE, entries[i].english);
	for (size_t i = 0; i < COUNT; i++)
		put_text(m, HEADER_SIZE + (COUNT + i) * ENTRY_SIZE,
			 entries[i].french);
}

/* What is looked up, with what is found. */
static const struct {
	const char *rule;
	const char *context; /* NULL: none */
	const char *english;
	const char *found;
} look_ups[] = {
	{ "a text has its translation", NULL, "Members", "Membres" },
	{ "the first but one", NULL, "%u of %u", "%u sur %u" },
	{ "the last", NULL, "to", "au" },
	{ "what is missing is English", NULL, "Health", "Health" },
	{ "what lies before all is English", NULL, "!", "!" },
	{ "what lies behind all is English", NULL, "z", "z" },
	{ "a part of a text is another text", NULL, "Member", "Member" },
	{ "what is not translated is English", NULL, "Empty", "Empty" },
	{ "the description of a catalogue is no text", NULL, "", "" },
	{ "a context has a translation of its own", "short", "Ports", "P." },
	{ "without it that is not used", NULL, "Ports", "Ports" },
	{ "nor with another one", "long", "Ports", "Ports" },
	{ "nor is a text without context", "short", "Members", "Members" },
};

static const char *find(const struct language *l, size_t index)
{
	if (look_ups[index].context)
		return language_find_in(l, look_ups[index].context,
					look_ups[index].english);
	return language_find(l, look_ups[index].english);
}

START_TEST(a_text_is_looked_up)
{
	struct made_mo m;
	struct language french = { .code = "fr" };

	make(&m);
	french.mo = m.bytes;
	french.len = m.len;
	ck_assert_msg(strcmp(find(&french, (size_t)_i), look_ups[_i].found) ==
			  0,
		      "%s: %s", look_ups[_i].rule, find(&french, (size_t)_i));
}
END_TEST

START_TEST(english_needs_no_catalogue)
{
	static const struct language english = { .code = "en" };

	ck_assert_str_eq(find(&english, (size_t)_i), look_ups[_i].english);
	ck_assert_str_eq(find(NULL, (size_t)_i), look_ups[_i].english);
}
END_TEST

START_TEST(a_context_too_long_is_english)
{
	char context[400];
	struct made_mo m;
	struct language french = { .code = "fr" };

	make(&m);
	french.mo = m.bytes;
	french.len = m.len;
	memset(context, 'x', sizeof(context) - 1);
	context[sizeof(context) - 1] = '\0';
	ck_assert_str_eq(language_find_in(&french, context, "."), ".");
}
END_TEST

START_TEST(a_reader_gets_words_and_numbers_in_his_language)
{
	struct made_mo m;
	struct language french = { .code = "fr" };
	struct text out;

	make(&m);
	french.mo = m.bytes;
	french.len = m.len;
	text_init(&out);
	out.language = &french;
	tr_add(&out, "Members");
	text_add_char(&out, ' ');
	tr_addf(&out, "%u of %u", 3U, 7U);
	text_add_char(&out, ' ');
	language_add_decimal(&out, 1234.5, 2);
	text_add_char(&out, ' ');
	language_add_decimal(&out, -7, 0);
	ck_assert_str_eq(text_str(&out), "Membres 3 sur 7 1234,50 -7");
	ck_assert_str_eq(language_point(NULL), ".");
	text_fini(&out);
}
END_TEST

/* What is found in a damaged catalogue is English or one of its own texts,
 * whole; a copy of the exact size lets a sanitizer see what is read past it. */
static void look_up_all(const char *bytes, size_t len)
{
	char *copy = malloc(len ? len : 1);
	const struct language l = { .code = "fr", .mo = copy, .len = len };

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	for (size_t i = 0; i < COUNT_OF(look_ups); i++) {
		const char *found = find(&l, i);
		bool is_known = strcmp(found, look_ups[i].english) == 0;

		for (size_t j = 0; j < COUNT; j++)
			is_known = is_known ||
				   strcmp(found, entries[j].english) == 0 ||
				   strcmp(found, entries[j].french) == 0;
		ck_assert_msg(is_known, "%s: %s", look_ups[i].rule, found);
	}
	free(copy);
}

START_TEST(a_catalogue_may_end_anywhere)
{
	struct made_mo m;

	make(&m);
	for (size_t len = 0; len <= m.len; len++)
		look_up_all(m.bytes, len);
}
END_TEST

/* Numbers that every field of header and tables may hold instead. */
static const uint32_t lies[] = {
	0,	    1,		27,	    28,		MO_SIZE,
	0x7fffffff, 0x80000000, 0xfffffff8, 0xfffffffc, 0xffffffff,
};

START_TEST(offsets_and_lengths_may_lie)
{
	struct made_mo m;
	size_t end = HEADER_SIZE + 2 * COUNT * ENTRY_SIZE;

	for (size_t at = 0; at < end; at += 4) {
		for (size_t i = 0; i < COUNT_OF(lies); i++) {
			struct language l = { .code = "fr" };

			make(&m);
			put_u32(&m, at, lies[i]);
			l.mo = m.bytes;
			l.len = m.len;
			/* Any text, as long as it is one. */
			for (size_t j = 0; j < COUNT_OF(look_ups); j++)
				ck_assert_uint_lt(strlen(find(&l, j)), MO_SIZE);
		}
	}
}
END_TEST

START_TEST(what_is_no_catalogue_is_english)
{
	static const char *const texts[] = {
		"", "x", "\xde\x12\x04\x95", "\x95\x04\x12\xde" /* big-endian */
	};
	char bytes[64] = { 0 };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, texts[i], strlen(texts[i]));
		look_up_all(bytes, sizeof(bytes));
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_text_is_looked_up, COUNT_OF(look_ups) },
		{ english_needs_no_catalogue, COUNT_OF(look_ups) },
		{ a_context_too_long_is_english, 0 },
		{ a_reader_gets_words_and_numbers_in_his_language, 0 },
		{ a_catalogue_may_end_anywhere, 0 },
		{ offsets_and_lengths_may_lie, 0 },
		{ what_is_no_catalogue_is_english, 0 },
	};

	return unit_run("language", tests, COUNT_OF(tests));
}
