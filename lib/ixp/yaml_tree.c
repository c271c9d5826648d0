/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/yaml_tree.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "util/err.h"

/*
 * Built from libyaml's events with a stack of fixed depth: no recursion, so
 * no input can exhaust the C stack, and a bound on the items, since a short
 * text ("[[],[],...") makes many. The first fault ends the reading: behind
 * broken syntax nothing can be trusted.
 */

enum { DEPTH_AT_MOST = 32, ITEMS_AT_MOST = 1000000 };

struct open_item {
	struct yaml_item *item;
	struct yaml_item *key; /* mapping: read, its value is still to come */
};

struct builder {
	struct yaml_tree *tree;
	struct diagnostics *d;
	const char *path;
	const char *text;
	size_t len;
	struct open_item open[DEPTH_AT_MOST];
	size_t depth;
	size_t documents;
};

static struct place place_of(const struct builder *b, yaml_mark_t mark)
{
	return (struct place){ .path = b->path,
			       .line = mark.line + 1,
			       .column = mark.column + 1 };
}

static int report_reader(const struct builder *b, const yaml_parser_t *parser)
{
	struct place place =
	    place_of_byte(b->path, b->text, b->len, parser->problem_offset);

	diagnostics_error(b->d, place,
			  "found bytes that are no text (%s), expected YAML "
			  "in UTF-8",
			  parser->problem ? parser->problem : "not readable");
	return ERR_CONFIG;
}

/* Say what libyaml could not read. */
static int report_syntax(const struct builder *b, const yaml_parser_t *parser)
{
	yaml_mark_t mark = parser->problem_mark;
	bool tab;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR)
		return report_reader(b, parser);
	tab = mark.index < b->len && b->text[mark.index] == '\t';
	diagnostics_error(
	    b->d, place_of(b, mark), "found what is not YAML: %s%s%s%s",
	    parser->problem ? parser->problem : "broken syntax",
	    parser->context ? " " : "", parser->context ? parser->context : "",
	    tab ? " (a tab: expected spaces)" : "");
	return ERR_CONFIG;
}

static int refuse(const struct builder *b, yaml_mark_t mark, const char *what)
{
	diagnostics_error(b->d, place_of(b, mark), "%s", what);
	return ERR_CONFIG;
}

/*
 * A new item that the tree owns, with room for the text of its event; in one
 * block, since there are as many as values.
 */
static int make_item(struct builder *b, enum yaml_kind kind,
		     const yaml_event_t *event, struct yaml_item **out)
{
	yaml_mark_t mark = event->start_mark;
	size_t len = kind == YAML_SCALAR ? event->data.scalar.length : 0;
	struct yaml_item *item;

	if (b->tree->count == ITEMS_AT_MOST)
		return refuse(b, mark,
			      "found more than 1000000 values, "
			      "expected fewer");
	item = calloc(1, sizeof(*item) + len + 1);
	if (!item)
		return -ENOMEM;
	item->kind = kind;
	if (kind == YAML_SCALAR) {
		item->text = (char *)(item + 1);
		memcpy(item->text, event->data.scalar.value, len);
	}
	item->place = place_of(b, mark);
	item->made_before = b->tree->made;
	b->tree->made = item;
	b->tree->count++;
	*out = item;
	return 0;
}

/* Put a finished item where it belongs: under the innermost open one. */
static int place_item(struct builder *b, struct yaml_item *item)
{
	struct open_item *top;

	if (b->depth == 0) {
		b->tree->root = item;
		return 0;
	}
	top = &b->open[b->depth - 1];
	if (top->item->kind == YAML_MAPPING && !top->key) {
		if (item->kind != YAML_SCALAR) {
			diagnostics_error(b->d, item->place,
					  "found a list or mapping as a key, "
					  "expected a name");
			return ERR_CONFIG;
		}
		top->key = item;
		return 0;
	}
	item->key = top->item->kind == YAML_MAPPING ? top->key : top->item->key;
	top->key = NULL;
	if (top->item->last)
		top->item->last->next = item;
	else
		top->item->first = item;
	top->item->last = item;
	top->item->count++;
	return 0;
}

/*
 * True for a control character beyond ASCII, or one that YAML takes for the
 * end of a line: C1, U+2028, U+2029, U+FEFF. The text is UTF-8.
 */
static bool is_wide_control(const unsigned char *text, size_t len)
{
	switch (text[0]) {
	case 0xc2:
		return len >= 2 && text[1] < 0xa0;
	case 0xe2:
		return len >= 3 && text[1] == 0x80 &&
		       (text[2] == 0xa8 || text[2] == 0xa9);
	case 0xef:
		return len >= 3 && text[1] == 0xbb && text[2] == 0xbf;
	default:
		return false;
	}
}

/* True if the text holds such a one, or a control character of ASCII. */
static bool has_control(const unsigned char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] >= 0x20 && text[i] < 0x7f)
			continue;
		if (text[i] < 0x80 || is_wide_control(text + i, len - i))
			return true;
	}
	return false;
}

static int add_scalar(struct builder *b, const yaml_event_t *event)
{
	const unsigned char *text = event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_item *item;
	int rc;

	if (has_control(text, len))
		return refuse(b, event->start_mark,
			      "found a control character or line break in a "
			      "value, expected one line of text");
	rc = make_item(b, YAML_SCALAR, event, &item);
	if (rc < 0)
		return rc;
	item->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return place_item(b, item);
}

static int open_collection(struct builder *b, enum yaml_kind kind,
			   const yaml_event_t *event)
{
	struct yaml_item *item;
	int rc;

	if (b->depth == DEPTH_AT_MOST)
		return refuse(b, event->start_mark,
			      "found more than 32 levels of nesting, expected "
			      "fewer");
	rc = make_item(b, kind, event, &item);
	if (rc < 0)
		return rc;
	rc = place_item(b, item);
	if (rc < 0)
		return rc;
	b->open[b->depth++] = (struct open_item){ .item = item };
	return 0;
}

static int check_plain(const struct builder *b, const yaml_event_t *event,
		       const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return refuse(b, event->start_mark,
			      "found an anchor (&), expected the value written "
			      "out where it is used");
	if (tag)
		return refuse(b, event->start_mark,
			      "found a tag (!), expected the value alone");
	return 0;
}

static int start_document(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++ > 0)
		return refuse(b, event->start_mark,
			      "found a second document (---), expected one");
	return 0;
}

static int take_event(struct builder *b, const yaml_event_t *event)
{
	int rc;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return start_document(b, event);
	case YAML_ALIAS_EVENT:
		return refuse(b, event->start_mark,
			      "found an alias (*), expected the value written "
			      "out");
	case YAML_SCALAR_EVENT:
		rc = check_plain(b, event, event->data.scalar.anchor,
				 event->data.scalar.tag);
		return rc < 0 ? rc : add_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		rc = check_plain(b, event, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag);
		return rc < 0 ? rc : open_collection(b, YAML_LIST, event);
	case YAML_MAPPING_START_EVENT:
		rc = check_plain(b, event, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag);
		return rc < 0 ? rc : open_collection(b, YAML_MAPPING, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return 0;
	default:
		return 0;
	}
}

/* Read events until the stream ends or something is wrong. */
static int take_all(struct builder *b, yaml_parser_t *parser)
{
	for (;;) {
		yaml_event_t event;
		bool ended;
		int rc;

		if (!yaml_parser_parse(parser, &event))
			return report_syntax(b, parser);
		ended = event.type == YAML_STREAM_END_EVENT;
		rc = take_event(b, &event);
		yaml_event_delete(&event);
		if (ended || rc < 0)
			return rc;
	}
}

int yaml_tree_parse(struct yaml_tree *out, const char *path, const char *text,
		    size_t len, struct diagnostics *d)
{
	struct builder b = {
		.tree = out, .d = d, .path = path, .text = text, .len = len
	};
	yaml_parser_t parser;
	int rc;

	*out = (struct yaml_tree){ 0 };
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		b.text += 3; /* libyaml would count the mark as a column */
		b.len -= 3;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b.text,
				     b.len);
	rc = take_all(&b, &parser);
	yaml_parser_delete(&parser);
	return rc;
}

void yaml_tree_fini(struct yaml_tree *tree)
{
	struct yaml_item *item = tree->made;

	while (item) {
		struct yaml_item *before = item->made_before;

		free(item);
		item = before;
	}
	*tree = (struct yaml_tree){ 0 };
}

bool yaml_is_null(const struct yaml_item *item)
{
	return item->kind == YAML_SCALAR && item->plain &&
	       (item->text[0] == '\0' || strcmp(item->text, "~") == 0 ||
		strcmp(item->text, "null") == 0);
}
