/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The whole matrix for programs. A million cells can be in it, so these are
 * written without a call per number's format. */
#include <string.h>

#include "util/json_write.h"
#include "util/zone.h"
#include "web/matrix.h"

enum { CELL_TEXT_MAX = 96 };

static void put_head(struct json_writer *w, const struct call *call,
		     const struct matrix *m)
{
	char date[DATE_TEXT_SIZE];

	json_put_string(w, "exchange", call->config->exchange_name);
	json_put_string(w, "date", date_text(date, m->query.date));
	json_put_string(w, "timezone", call->config->timezone);
	json_put_i64(w, "from", m->book.from_s);
	json_put_i64(w, "to", m->book.to_s);
	json_put_bool(w, "closed", m->book.is_closed);
	json_put_bool(w, "replay", call->status && call->status->is_replay);
	if (m->query.vlan == MATRIX_ALL_VLANS)
		json_put_null(w, "vlan");
	else
		json_put_u64(w, "vlan", (uint64_t)m->query.vlan);
	json_put_string(w, "family", matrix_family_name(m->query.family));
	json_put_string(w, "order", matrix_order_name(m->query.order));
	json_put_string(w, "basis", "estimated from samples");
	json_put_u64(w, "total_bytes", m->total);
}

static void put_lines(struct json_writer *w, const struct matrix *m)
{
	json_put_array(w, "members");
	for (size_t i = 0; i < m->line_count; i++) {
		const struct matrix_line *line = &m->lines[i];

		json_put_object(w, NULL);
		json_put_u64(w, "asn", line->asn);
		if (line->member)
			json_put_string(w, "name", line->member->name);
		else
			json_put_null(w, "name");
		json_put_u64(w, "from_member_bytes", line->bytes[WAY_FROM]);
		json_put_u64(w, "to_member_bytes", line->bytes[WAY_TO]);
		json_end_object(w);
	}
	json_end_array(w);
}

/* Numbers with commas between them. */
static char *put_numbers(char *to, const uint64_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*to++ = ',';
		to = text_put_u64(to, numbers[i]);
	}
	return to;
}

void matrix_add_json(struct text *out, const struct call *call,
		     const struct matrix *m)
{
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	put_head(&w, call, m);
	put_lines(&w, m);
	json_put_array(&w, "columns");
	json_put_string(&w, NULL, "from");
	json_put_string(&w, NULL, "to");
	json_put_string(&w, NULL, "ipv4_bytes");
	json_put_string(&w, NULL, "ipv6_bytes");
	json_end_array(&w);
	json_put_array(&w, "cells");
	for (size_t i = 0; i < m->cell_count; i++) {
		const struct matrix_cell *cell = &m->cells[i];
		const uint64_t numbers[] = { cell->from, cell->to,
					     cell->bytes[0], cell->bytes[1] };
		char text[CELL_TEXT_MAX];
		char *at = text;

		if (i > 0)
			*at++ = ',';
		*at++ = '[';
		at = put_numbers(at, numbers, 4);
		*at++ = ']';
		text_add_bytes(out, text, (size_t)(at - text));
	}
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
}

void matrix_add_csv(struct text *out, const struct matrix *m)
{
	char date[DATE_TEXT_SIZE];

	(void)date_text(date, m->query.date);
	text_add(out, "date,from_asn,to_asn,ipv4_bytes,ipv6_bytes\r\n");
	for (size_t i = 0; i < m->cell_count; i++) {
		const struct matrix_cell *cell = &m->cells[i];
		const uint64_t numbers[] = { m->lines[cell->from].asn,
					     m->lines[cell->to].asn,
					     cell->bytes[0], cell->bytes[1] };
		char text[CELL_TEXT_MAX];
		char *at = text;

		memcpy(at, date, DATE_TEXT_SIZE - 1);
		at += DATE_TEXT_SIZE - 1;
		*at++ = ',';
		at = put_numbers(at, numbers, 4);
		*at++ = '\r';
		*at++ = '\n';
		text_add_bytes(out, text, (size_t)(at - text));
	}
}
