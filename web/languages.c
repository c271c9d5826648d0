/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/languages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/languages_list.h"

const struct language *const *languages_all(size_t *count)
{
	*count = LANGUAGES_COUNT;
	return languages_list;
}

const struct language *languages_of(const char *code)
{
	for (size_t i = 0; i < LANGUAGES_COUNT; i++) {
		if (strcmp(languages_list[i]->code, code) == 0)
			return languages_list[i];
	}
	return NULL;
}

bool languages_are_known(const struct config *config, struct text *problem)
{
	bool known = true;

	for (size_t i = 0; i < config->language_count; i++) {
		if (languages_of(config->languages[i]))
			continue;
		known = false;
		text_addf(problem,
			  "%s: exchange.languages: this program does not speak "
			  "\"%s\"; it speaks",
			  config->path, config->languages[i]);
		for (size_t j = 0; j < LANGUAGES_COUNT; j++)
			text_addf(problem, "%s %s", j ? "," : "",
				  languages_list[j]->code);
		text_add_char(problem, '\n');
	}
	return known;
}

static bool is_listed(const struct config *config, const char *code)
{
	for (size_t i = 0; i < config->language_count; i++) {
		if (strcmp(config->languages[i], code) == 0)
			return true;
	}
	return false;
}

/* The quality of one range of the header, ";q=0.8" behind it; 1 if unsaid. */
static double quality_of(const char *range, size_t len)
{
	const char *q = memchr(range, ';', len);
	double value = 0;
	double place = 0.1;

	if (!q)
		return 1;
	q++;
	q += strspn(q, " \t");
	if ((*q | 0x20) != 'q' || q[1] != '=')
		return 1;
	value = q[2] == '1' ? 1 : 0;
	if (q[2] && q[3] == '.') {
		for (q += 4; *q >= '0' && *q <= '9' && place > 0.0001; q++) {
			value += (*q - '0') * place;
			place /= 10;
		}
	}
	return value > 1 ? 1 : value;
}

/* How well a header likes a language: "fr-CA" is fine with "fr". */
static double liking(const char *accept, const char *code)
{
	size_t code_len = strlen(code);
	double best = -1;
	double any = 0;

	for (const char *at = accept; *at;) {
		size_t len;

		at += strspn(at, " \t,");
		len = strcspn(at, ",");
		if (len > 0 && *at == '*')
			any = quality_of(at, len);
		else if (len >= code_len &&
			 strncasecmp(at, code, code_len) == 0 &&
			 (len == code_len || strchr("-; \t", at[code_len])) &&
			 quality_of(at, len) > best)
			best = quality_of(at, len);
		at += len;
	}
	return best < 0 ? any : best;
}

const struct language *languages_choose(const struct config *config,
					const char *asked, const char *accept)
{
	const struct language *best = NULL;
	double liked = 0;

	if (asked && is_listed(config, asked) && languages_of(asked))
		return languages_of(asked);
	for (size_t i = 0; i < config->language_count; i++) {
		const struct language *l = languages_of(config->languages[i]);
		double value = l && accept ? liking(accept, l->code) : 0;

		/* Of equals the first. */
		if (l && (!best || value > liked)) {
			best = l;
			liked = value;
		}
	}
	return best ? best : languages_list[0];
}

/* Where an attribute holds an address of this site's pages, behind its opening
 * quote; NULL: none follows. */
static const char *next_address(const char *start, const char *at)
{
	static const char *const names[] = { "href=\"", "src=\"", "action=\"",
					     "data-json=\"" };

	for (; (at = strchr(at, '=')) != NULL; at++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			size_t len = strlen(names[i]) - 2;
			const char *value = at + 2;

			if ((size_t)(at - start) >= len && at[1] == '"' &&
			    (at[2] == '/' || at[2] == '?') &&
			    memcmp(at - len, names[i], len) == 0)
				return value;
		}
	}
	return NULL;
}

/* Whether an address is a file of the site, alike in all languages, or says
 * its language already. */
static bool is_settled(const char *address, size_t len)
{
	static const char *const files[] = { "/style.css", "/favicon",
					     "/app.js", "/uplot" };
	const char *end = address + len;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strncmp(address, files[i], strlen(files[i])) == 0)
			return true;
	}
	for (const char *c = address; c + 5 <= end; c++) {
		if (memcmp(c, "lang=", 5) == 0 &&
		    (c[-1] == '?' || c[-1] == ';' || c[-1] == '&'))
			return true;
	}
	return false;
}

static void add_address(struct text *out, const char *address, size_t len,
			const char *code)
{
	size_t path = 0;

	while (path < len && address[path] != '#')
		path++;
	text_add_bytes(out, address, path);
	if (!is_settled(address, len))
		text_addf(out, "%slang=%s",
			  memchr(address, '?', path) ? "&amp;" : "?", code);
	text_add_bytes(out, address + path, len - path);
}

void languages_keep(struct text *page, const struct language *language)
{
	const char *at = text_str(page);
	const char *address;
	struct text kept;

	text_init_like(&kept, page);
	while ((address = next_address(text_str(page), at)) != NULL) {
		size_t len = strcspn(address, "\"");

		text_add_bytes(&kept, at, (size_t)(address - at));
		add_address(&kept, address, len, language->code);
		at = address + len;
	}
	text_add(&kept, at);
	kept.failed = kept.failed || page->failed;
	text_fini(page);
	*page = kept;
}
