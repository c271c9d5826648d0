/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_DOCUMENT_H
#define LANTERNE_WEB_REPORT_DOCUMENT_H

/*
 * document — what a report says, in the words and figures of its reader, as
 * headings, paragraphs, tables and graphs: laid out once, written as text for
 * a terminal, as HTML, and as both in a mail.
 *
 * What is added is plain text; writing it down escapes it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/language.h"
#include "util/text.h"
#include "web/page.h"
#include "web/subject.h"
#include "web/view.h"

enum block_kind {
	BLOCK_HEADING,
	BLOCK_PARAGRAPH,
	BLOCK_TABLE,
	BLOCK_GRAPH,
};

enum { DOCUMENT_COLUMNS_MAX = 12, DOCUMENT_GRAPHS_MAX = 9 };

struct block {
	enum block_kind kind;
	bool is_warning; /* a paragraph that must not be overlooked */
	size_t columns;	 /* of a table; the first is of names, flush left */
	char **cells;	 /* those of a table by lines, its heads first; else one
			  * text; owned */
	size_t count;
	const struct subject *subject; /* of a graph; borrowed */
	const struct view *view;
};

struct document {
	const struct call *call;
	char *title;
	struct block *blocks;
	size_t count;
	size_t graph_count;
	struct text
	    scratch; /* what is written next; in the reader's language */
	bool failed;
};

/** Begin a document; to be freed with document_fini. */
void document_init(struct document *d, const struct call *call);

/** Where the next heading, paragraph or cell is written. */
struct text *document_text(struct document *d);

/** What is written is the title, of a mail its subject. */
void document_title(struct document *d);

/** What is written is a heading. */
void document_heading(struct document *d);

/** What is written is a paragraph. */
void document_paragraph(struct document *d, bool is_warning);

/** Begin a table of so many columns; cells follow, the heads first. */
void document_table(struct document *d, size_t columns);

/** What is written is the table's next cell. */
void document_cell(struct document *d);

/** A cell of a text that is to be translated. */
void document_said(struct document *d, const char *english);

/** Say in a paragraph how many lines a table lacks; nothing if it lacks none.
 */
void document_more(struct document *d, size_t count, size_t shown);

/** Add a graph, up to DOCUMENT_GRAPHS_MAX; what it is of is borrowed. */
void document_graph(struct document *d, const struct subject *subject,
		    const struct view *view);

/** @return 0 or -ENOMEM: something was lost */
MUST_CHECK int document_check(const struct document *d);

void document_fini(struct document *d);

/** Append it as text of lines of up to 78 columns, where tables let it. */
void document_add_text(struct text *out, const struct document *d);

/**
 * Append it as one HTML file that needs no other.
 * @param mail  NULL: graphs are SVG in it; else they are the images
 *              "cid:graph1." and this text, and so on in the order of blocks
 */
void document_add_html(struct text *out, const struct document *d,
		       const char *mail);

#endif
