/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/markup.h"

#include <check.h>
#include <ctype.h>
#include <string.h>

enum { DEPTH = 64, IDS = 256, NAME = 32 };

struct checker {
	const char *start;
	const char *at;
	bool is_html;
	char open[DEPTH][NAME];
	size_t depth;
	char ids[IDS][NAME];
	size_t id_count;
	size_t script_count;
};

static void refuse(const struct checker *c, const char *why)
{
	ck_abort_msg("markup: %s at byte %td: %.60s", why, c->at - c->start,
		     c->at);
}

static void take_name(struct checker *c, char name[NAME])
{
	size_t len = 0;

	while (isalnum((unsigned char)*c->at) || *c->at == '-' ||
	       *c->at == ':') {
		if (len + 1 == NAME)
			refuse(c, "a long name");
		name[len++] = *c->at++;
	}
	name[len] = '\0';
	if (len == 0)
		refuse(c, "no name");
}

static void check_entity(struct checker *c)
{
	static const char *const known[] = { "&amp;",  "&lt;",	"&gt;",
					     "&quot;", "&#39;", "&nbsp;" };
	size_t count = sizeof(known) / sizeof(known[0]) - !c->is_html;

	for (size_t i = 0; i < count; i++) {
		if (strncmp(c->at, known[i], strlen(known[i])) == 0)
			return;
	}
	refuse(c, "a bare &");
}

static void note_id(struct checker *c, const char *value, size_t len)
{
	if (len >= NAME || c->id_count == IDS)
		refuse(c, "an id too many");
	for (size_t i = 0; i < c->id_count; i++) {
		if (strlen(c->ids[i]) == len &&
		    memcmp(c->ids[i], value, len) == 0)
			refuse(c, "an id twice");
	}
	memcpy(c->ids[c->id_count], value, len);
	c->ids[c->id_count++][len] = '\0';
}

static void check_attribute(struct checker *c)
{
	char name[NAME];
	const char *value;

	take_name(c, name);
	if (strcmp(name, "style") == 0 || strncmp(name, "on", 2) == 0)
		refuse(c, "an attribute that the policy forbids");
	if (strncmp(c->at, "=\"", 2) != 0)
		refuse(c, "no quoted value");
	c->at += 2;
	value = c->at;
	for (; *c->at != '"'; c->at++) {
		if (!*c->at || *c->at == '<')
			refuse(c, "an open value");
		if (*c->at == '&')
			check_entity(c);
	}
	if (strcmp(name, "id") == 0)
		note_id(c, value, (size_t)(c->at - value));
	c->at++;
}

static bool is_void(const struct checker *c, const char *name)
{
	static const char *const names[] = { "input", "meta", "link", "br" };

	for (size_t i = 0; c->is_html && i < sizeof(names) / sizeof(names[0]);
	     i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void check_end(struct checker *c)
{
	char name[NAME];

	c->at += 2;
	take_name(c, name);
	if (*c->at != '>' || c->depth == 0 ||
	    strcmp(c->open[c->depth - 1], name) != 0)
		refuse(c, "a wrong end tag");
	c->depth--;
	c->at++;
}

/* The one script that pages have, which lies in a file. */
static bool is_own_script(struct checker *c)
{
	static const char start[] = " defer=\"defer\" src=\"/app.js?v=";

	return c->is_html && c->script_count++ == 0 &&
	       strncmp(c->at, start, strlen(start)) == 0;
}

static void check_start(struct checker *c)
{
	char name[NAME];
	bool is_script;

	c->at++;
	take_name(c, name);
	is_script = strcmp(name, "script") == 0;
	if (is_script && !is_own_script(c))
		refuse(c, "a script");
	while (isspace((unsigned char)*c->at)) {
		c->at++;
		check_attribute(c);
	}
	if (strncmp(c->at, "/>", 2) == 0) {
		c->at += 2;
		return;
	}
	if (is_script && strncmp(c->at, "></script>", 10) != 0)
		refuse(c, "a script's text");
	if (*c->at++ != '>')
		refuse(c, "an open tag");
	if (is_void(c, name))
		return;
	if (c->depth == DEPTH)
		refuse(c, "too deep");
	memcpy(c->open[c->depth++], name, NAME);
}

void markup_check(const char *text, bool is_html)
{
	static const char doctype[] = "<!doctype html>";
	struct checker c = { .start = text, .at = text, .is_html = is_html };

	if (is_html && strncmp(text, doctype, strlen(doctype)) == 0)
		c.at += strlen(doctype);
	while (*c.at) {
		if (strncmp(c.at, "</", 2) == 0) {
			check_end(&c);
		} else if (*c.at == '<') {
			check_start(&c);
		} else {
			if (*c.at == '&')
				check_entity(&c);
			c.at++;
		}
	}
	if (c.depth > 0)
		refuse(&c, c.open[c.depth - 1]);
}
