/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/document.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/html.h"

void document_init(struct document *d, const struct call *call)
{
	*d = (struct document){ .call = call };
	text_init(&d->scratch);
	d->scratch.language = call->language;
}

struct text *document_text(struct document *d)
{
	return &d->scratch;
}

/* What was written, as a string of its own, without what would turn a line or
 * end it; NULL: it was lost. */
static char *take(struct document *d, size_t limit)
{
	struct text clean;
	char *string;

	text_init(&clean);
	html_plain(&clean, text_str(&d->scratch), limit);
	clean.failed = clean.failed || !text_ok(&d->scratch);
	text_clear(&d->scratch);
	string =
	    clean.len > 0 || clean.failed ? text_steal(&clean) : strdup("");
	d->failed = d->failed || !string;
	return string;
}

static struct block *add_block(struct document *d, enum block_kind kind)
{
	struct block *grown =
	    realloc(d->blocks, (d->count + 1) * sizeof(*grown));

	if (!grown) {
		d->failed = true;
		return NULL;
	}
	d->blocks = grown;
	d->blocks[d->count] = (struct block){ .kind = kind };
	return &d->blocks[d->count++];
}

/* Without a block or memory what was written is lost. */
static void add_cell(struct document *d, struct block *block)
{
	bool is_table = block && block->kind == BLOCK_TABLE;
	char *cell = take(d, is_table ? HTML_NAME_MAX : SIZE_MAX);
	char **grown;

	if (!block || !cell) {
		free(cell);
		d->failed = true;
		return;
	}
	grown = realloc(block->cells, (block->count + 1) * sizeof(*grown));
	if (!grown) {
		free(cell);
		d->failed = true;
		return;
	}
	block->cells = grown;
	block->cells[block->count++] = cell;
}

void document_title(struct document *d)
{
	free(d->title);
	d->title = take(d, SIZE_MAX);
}

void document_heading(struct document *d)
{
	add_cell(d, add_block(d, BLOCK_HEADING));
}

void document_paragraph(struct document *d, bool is_warning)
{
	struct block *block = add_block(d, BLOCK_PARAGRAPH);

	if (block)
		block->is_warning = is_warning;
	add_cell(d, block);
}

void document_table(struct document *d, size_t columns)
{
	struct block *block = add_block(d, BLOCK_TABLE);

	if (block)
		block->columns = columns;
}

void document_cell(struct document *d)
{
	add_cell(d, d->count > 0 ? &d->blocks[d->count - 1] : NULL);
}

void document_said(struct document *d, const char *english)
{
	text_add(&d->scratch, tr(&d->scratch, english));
	document_cell(d);
}

void document_more(struct document *d, size_t count, size_t shown)
{
	if (count <= shown)
		return;
	tr_addf(&d->scratch, "Not shown here: %zu more.", count - shown);
	document_paragraph(d, false);
}

void document_graph(struct document *d, const struct subject *subject,
		    const struct view *view)
{
	struct block *block;

	if (d->graph_count >= DOCUMENT_GRAPHS_MAX)
		return;
	block = add_block(d, BLOCK_GRAPH);
	if (!block)
		return;
	block->subject = subject;
	block->view = view;
	d->graph_count++;
}

int document_check(const struct document *d)
{
	return d->failed ? -ENOMEM : 0;
}

void document_fini(struct document *d)
{
	for (size_t i = 0; i < d->count; i++) {
		for (size_t k = 0; k < d->blocks[i].count; k++)
			free(d->blocks[i].cells[k]);
		free(d->blocks[i].cells);
	}
	free(d->blocks);
	free(d->title);
	text_fini(&d->scratch);
	*d = (struct document){ .call = d->call };
}
