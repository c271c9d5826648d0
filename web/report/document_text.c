/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A document as text, for a terminal and for mail readers without HTML. */

#include <string.h>

#include "web/report/document.h"

enum { WIDTH = 78, GAP = 2, NAME_WIDTH = 34 };

/* Columns of a terminal: a code point each, which is right for the letters that
 * names of exchanges and members have. */
static size_t width_of(const char *string)
{
	size_t width = 0;

	for (; *string; string++)
		width += ((unsigned char)*string & 0xc0) != 0x80;
	return width;
}

static void add_times(struct text *out, char c, size_t times)
{
	while (times-- > 0)
		text_add_char(out, c);
}

static void add_heading(struct text *out, const char *string, char underline)
{
	text_add(out, string);
	text_add_char(out, '\n');
	add_times(out, underline, width_of(string));
	text_add_char(out, '\n');
}

/* Words, as many to a line as fit. */
static void add_paragraph(struct text *out, const struct block *block)
{
	const char *at = block->cells[0];
	size_t column = 0;

	if (block->is_warning) {
		text_add(out, "! ");
		column = 2;
	}
	while (*at) {
		size_t len = strcspn(at, " \n");
		char word[256];
		size_t width;

		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, at, len);
		word[len] = '\0';
		width = width_of(word);
		if (column > 2 && column + 1 + width > WIDTH) {
			text_add_char(out, '\n');
			column = 0;
		} else if (column > 0 && out->data[out->len - 1] != ' ') {
			text_add_char(out, ' ');
			column++;
		}
		text_add(out, word);
		column += width;
		at += len;
		at += strspn(at, " \n");
	}
	text_add_char(out, '\n');
}

/* A name, cut to what its column may have. @return its width */
static size_t add_name(struct text *out, const char *name)
{
	size_t width = 0;
	size_t len = 0;

	while (name[len] && width < NAME_WIDTH) {
		len++;
		while (((unsigned char)name[len] & 0xc0) == 0x80)
			len++;
		width++;
	}
	text_add_bytes(out, name, len);
	if (name[len]) {
		text_add(out, "\xe2\x80\xa6");
		width++;
	}
	return width;
}

static void add_line(struct text *out, const struct block *block, size_t first,
		     const size_t *widths)
{
	add_times(out, ' ', widths[0] - add_name(out, block->cells[first]));
	for (size_t c = 1; c < block->columns && first + c < block->count;
	     c++) {
		const char *cell = block->cells[first + c];

		add_times(out, ' ', GAP + widths[c] - width_of(cell));
		text_add(out, cell);
	}
	/* A line ends with what it says. */
	while (out->len > 0 && out->data && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	text_add_char(out, '\n');
}

static void add_table(struct text *out, const struct block *block)
{
	size_t widths[DOCUMENT_COLUMNS_MAX] = { 0 };
	size_t whole = 0;

	for (size_t i = 0; i < block->count; i++) {
		size_t width = width_of(block->cells[i]);
		size_t column = i % block->columns;

		if (column == 0 && width > NAME_WIDTH)
			width = NAME_WIDTH + 1;
		if (width > widths[column])
			widths[column] = width;
	}
	for (size_t c = 0; c < block->columns; c++)
		whole += widths[c] + (c > 0 ? GAP : 0);
	for (size_t i = 0; i < block->count; i += block->columns) {
		add_line(out, block, i, widths);
		if (i == 0) {
			add_times(out, '-', whole);
			text_add_char(out, '\n');
		}
	}
}

void document_add_text(struct text *out, const struct document *d)
{
	if (d->title)
		add_heading(out, d->title, '=');
	for (size_t i = 0; i < d->count; i++) {
		const struct block *block = &d->blocks[i];

		if (block->kind == BLOCK_GRAPH ||
		    (block->kind != BLOCK_TABLE && block->count == 0))
			continue;
		text_add_char(out, '\n');
		if (block->kind == BLOCK_HEADING)
			add_heading(out, block->cells[0], '-');
		else if (block->kind == BLOCK_PARAGRAPH)
			add_paragraph(out, block);
		else
			add_table(out, block);
	}
}
