/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/series_parse.h"
#include "util/number.h"
#include "util/utc.h"

enum { NUMBER_SIZE = 48, VLAN_MAX = 4095, BITS = 8 };

static const struct name {
	const char *name;
	enum history_field what;
} names[] = {
	{ "time", HISTORY_TIME },
	{ "epoch", HISTORY_TIME },
	{ "seconds", HISTORY_SECONDS },
	{ "step", HISTORY_SECONDS },
	{ "series", HISTORY_SERIES },
	{ "kind", HISTORY_KIND },
	{ "asn", HISTORY_ASN },
	{ "peer", HISTORY_PEER },
	{ "other_asn", HISTORY_PEER },
	{ "vlan", HISTORY_VLAN },
	{ "ordinal", HISTORY_ORDINAL },
	{ "switch", HISTORY_SWITCH },
	{ "ifindex", HISTORY_IFINDEX },
	{ "consolidation", HISTORY_CONSOLIDATION },
};

/* Columns of the graphs' CSV, in bit/s, and ours in bytes. */
static const struct bits {
	const char *name;
	const char *column;
} bits[] = {
	{ "from_member_ipv4_bps", "from_v4_bytes" },
	{ "from_member_ipv6_bps", "from_v6_bytes" },
	{ "from_member_other_bps", "from_other_bytes" },
	{ "to_member_ipv4_bps", "to_v4_bytes" },
	{ "to_member_ipv6_bps", "to_v6_bytes" },
	{ "to_member_other_bps", "to_other_bytes" },
	{ "in_total_bps", "in_octets" },
	{ "out_total_bps", "out_octets" },
	{ "a_to_b_ipv4_bps", "ab_v4_bytes" },
	{ "a_to_b_ipv6_bps", "ab_v6_bytes" },
	{ "b_to_a_ipv4_bps", "ba_v4_bytes" },
	{ "b_to_a_ipv6_bps", "ba_v6_bytes" },
	/* sums of the others, or what cannot be kept */
	{ "from_member_total_bps", NULL },
	{ "to_member_total_bps", NULL },
	{ "a_to_b_total_bps", NULL },
	{ "b_to_a_total_bps", NULL },
	{ "a_to_b_other_bps", NULL },
	{ "b_to_a_other_bps", NULL },
	{ "from_member_half_width_bps", NULL },
	{ "to_member_half_width_bps", NULL },
};

static bool is(const struct csv_field *field, const char *text)
{
	return field->len == strlen(text) &&
	       memcmp(field->text, text, field->len) == 0;
}

static bool fail(struct history_fault *fault, const struct csv_field *field,
		 const char *what)
{
	*fault = (struct history_fault){ field->column, what };
	return false;
}

/* ---- the first line ---- */

/* Which column of each kind has this name. @return whether any has */
static bool find_columns(struct history_csv_field *out, const char *name,
			 size_t len)
{
	bool found = false;

	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++) {
		const struct series_layout *layout =
		    series_layout((enum series_kind)kind);

		out->columns[kind] = -1;
		for (size_t c = 0; c < layout->column_count; c++) {
			if (strlen(layout->columns[c]) != len ||
			    memcmp(layout->columns[c], name, len) != 0)
				continue;
			out->columns[kind] = (int8_t)c;
			found = true;
		}
	}
	return found;
}

static bool find_bits(struct history_csv_field *out,
		      const struct csv_field *field)
{
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		if (!is(field, bits[i].name))
			continue;
		if (!bits[i].column) {
			out->what = HISTORY_PASSED_OVER;
			return true;
		}
		out->factor = 1.0 / BITS;
		return find_columns(out, bits[i].column,
				    strlen(bits[i].column));
	}
	return false;
}

static bool take_name(struct history_csv_field *out,
		      const struct csv_field *field)
{
	*out = (struct history_csv_field){ .what = HISTORY_VALUE, .factor = 1 };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is(field, names[i].name)) {
			out->what = names[i].what;
			return true;
		}
	}
	return find_columns(out, field->text, field->len) ||
	       find_bits(out, field);
}

/* Do two fields say the same? */
static bool is_twice(const struct history_csv_field *a,
		     const struct history_csv_field *b)
{
	if (a->what == HISTORY_PASSED_OVER || a->what != b->what)
		return false;
	if (a->what != HISTORY_VALUE)
		return true;
	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++) {
		if (a->columns[kind] >= 0 &&
		    a->columns[kind] == b->columns[kind])
			return true;
	}
	return false;
}

static bool check_head(struct history_csv *csv, const struct csv_line *line,
		       struct history_fault *fault)
{
	unsigned seen = 0;

	for (size_t i = 0; i < csv->count; i++)
		seen |= 1u << csv->fields[i].what;
	if (!(seen & 1u << HISTORY_TIME))
		return fail(fault, &line->fields[0], "no field time");
	if (!(seen & 1u << HISTORY_SECONDS))
		return fail(fault, &line->fields[0], "no field seconds");
	if (!(seen & 1u << HISTORY_VALUE))
		return fail(fault, &line->fields[0],
			    "no field of a data source");
	if (seen & 1u << HISTORY_SERIES && seen & 1u << HISTORY_KIND)
		return fail(fault, &line->fields[0],
			    "both series and kind; one of them says it");
	csv->names_series =
	    (seen & (1u << HISTORY_SERIES | 1u << HISTORY_KIND)) != 0;
	return true;
}

bool history_csv_head(struct history_csv *out, char *line, size_t len,
		      struct history_fault *fault)
{
	static const char mark[] =
	    "\xef\xbb\xbf"; /* of UTF-8, by spreadsheets */
	struct csv_line fields;
	size_t skipped = 0;

	if (len >= sizeof(mark) - 1 &&
	    memcmp(line, mark, sizeof(mark) - 1) == 0)
		skipped = sizeof(mark) - 1;
	*fault = (struct history_fault){ .column = 1 };
	fault->what = csv_line_split(&fields, line + skipped, len - skipped,
				     &fault->column);
	if (fault->what)
		return false;
	out->count = fields.count;
	for (size_t i = 0; i < fields.count; i++) {
		if (!take_name(&out->fields[i], &fields.fields[i]))
			return fail(fault, &fields.fields[i],
				    "no name of a field or data source");
		for (size_t k = 0; k < i; k++) {
			if (is_twice(&out->fields[k], &out->fields[i]))
				return fail(fault, &fields.fields[i],
					    "a field that is there already");
		}
	}
	return check_head(out, &fields, fault);
}

/* ---- the other lines ---- */

struct reading {
	const struct history_csv *csv;
	const struct csv_line *line;
	struct history_csv_row *out;
	struct history_fault *fault;
};

static bool take_time(struct reading *r, const struct csv_field *f)
{
	uint64_t seconds;

	if (utc_parse(f->text, f->len, &r->out->row.start_s) == 0)
		return true;
	if (number_u64(f->text, f->len, UINT64_C(1) << 40, &seconds) < 0)
		return fail(r->fault, f,
			    "no time; expected one as 2026-03-01T00:00:00Z, "
			    "or seconds of the epoch");
	r->out->row.start_s = (int64_t)seconds;
	return true;
}

static bool take_number(struct reading *r, const struct csv_field *f,
			uint32_t max, uint32_t *to)
{
	if (number_u32(f->text, f->len, max, to) < 0)
		return fail(r->fault, f, "no whole number of that field");
	return true;
}

static bool take_vlan(struct reading *r, const struct csv_field *f)
{
	uint32_t number = 0;

	if (f->len == 0)
		return true;
	if (!take_number(r, f, VLAN_MAX, &number))
		return false;
	r->out->series.vlan = (uint16_t)number;
	return true;
}

static bool take_ordinal(struct reading *r, const struct csv_field *f)
{
	uint32_t number = 0;

	if (f->len == 0)
		return true;
	if (!take_number(r, f, UINT16_MAX, &number))
		return false;
	r->out->series.ordinal = (uint16_t)number;
	return true;
}

static bool take_switch(struct reading *r, const struct csv_field *f)
{
	char *name = r->out->switch_name;

	if (f->len == 0)
		return true;
	if (f->len >= SERIES_SWITCH_NAME_SIZE)
		return fail(r->fault, f, "no name of a switch");
	memcpy(name, f->text, f->len);
	name[f->len] = '\0';
	r->out->series.switch_name = name;
	return true;
}

static bool take_kind(struct reading *r, const struct csv_field *f)
{
	static const char *const kinds[SERIES_KIND_COUNT] = {
		[SERIES_EXCHANGE] = "exchange",
		[SERIES_MEMBER] = "member",
		[SERIES_VLAN_INTERFACE] = "interface",
		[SERIES_VLAN] = "vlan",
		[SERIES_SWITCH] = "switch",
		[SERIES_PORT] = "port",
		[SERIES_AGENT] = "agent",
		[SERIES_PAIR] = "pair",
	};

	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++) {
		if (is(f, kinds[kind])) {
			r->out->series.kind = (enum series_kind)kind;
			return true;
		}
	}
	return fail(r->fault, f,
		    "no kind; expected exchange, member, interface, vlan, "
		    "switch, port, agent or pair");
}

static bool take_consolidation(struct reading *r, const struct csv_field *f)
{
	if (is(f, "maximum"))
		r->out->row.consolidation = CONSOLIDATION_MAXIMUM;
	else if (!is(f, "average"))
		return fail(r->fault, f,
			    "no consolidation; expected average or maximum");
	return true;
}

static bool take_series(struct reading *r, const struct csv_field *f)
{
	if (series_parse(&r->out->series, r->out->switch_name, f->text,
			 f->len) < 0)
		return fail(r->fault, f,
			    "no name of a series; expected one as "
			    "member/as64500");
	return true;
}

/* Whose the row is, and when. */
static bool take_field(struct reading *r, enum history_field what,
		       const struct csv_field *f)
{
	struct series *s = &r->out->series;

	switch (what) {
	case HISTORY_TIME:
		return take_time(r, f);
	case HISTORY_SECONDS:
		return take_number(r, f, UINT32_MAX, &r->out->row.row_s);
	case HISTORY_SERIES:
		return take_series(r, f);
	case HISTORY_KIND:
		return take_kind(r, f);
	case HISTORY_ASN:
		return f->len == 0 || take_number(r, f, UINT32_MAX, &s->asn);
	case HISTORY_PEER:
		return f->len == 0 ||
		       take_number(r, f, UINT32_MAX, &s->other_asn);
	case HISTORY_VLAN:
		return take_vlan(r, f);
	case HISTORY_ORDINAL:
		return take_ordinal(r, f);
	case HISTORY_SWITCH:
		return take_switch(r, f);
	case HISTORY_IFINDEX:
		return f->len == 0 ||
		       take_number(r, f, UINT32_MAX, &s->ifindex);
	case HISTORY_CONSOLIDATION:
		return take_consolidation(r, f);
	case HISTORY_VALUE:
	case HISTORY_PASSED_OVER:
	case HISTORY_FIELD_COUNT:
		break;
	}
	return true;
}

/* A rate: digits with a point and an exponent if need be; strtod alone would
 * take more than that. */
static bool is_number(const struct csv_field *f)
{
	static const char allowed[] = "0123456789.eE+-";

	if (f->len == 0 || f->len >= NUMBER_SIZE || f->text[0] < '0' ||
	    f->text[0] > '9')
		return false;
	for (size_t i = 0; i < f->len; i++) {
		if (f->text[i] == '\0' || !strchr(allowed, f->text[i]))
			return false;
	}
	return true;
}

static bool take_value(struct reading *r, const struct history_csv_field *to,
		       const struct csv_field *f)
{
	int8_t column = to->columns[r->out->series.kind];
	char digits[NUMBER_SIZE];
	char *end;
	double value;

	if (f->len == 0)
		return true;
	if (column < 0)
		return fail(r->fault, f,
			    "a value of a data source that such a series does "
			    "not have");
	if (!is_number(f))
		return fail(r->fault, f,
			    "no rate; expected a number that is not negative, "
			    "or nothing");
	memcpy(digits, f->text, f->len);
	digits[f->len] = '\0';
	value = strtod(digits, &end);
	if (*end != '\0' || !isfinite(value))
		return fail(r->fault, f, "no rate that can be kept");
	r->out->values[column] = value * to->factor;
	return true;
}

/* Where a field of a kind stands, for what is wrong about several. */
static const struct csv_field *field_of(const struct reading *r,
					enum history_field what)
{
	for (size_t i = 0; i < r->csv->count; i++) {
		if (r->csv->fields[i].what == what)
			return &r->line->fields[i];
	}
	return &r->line->fields[0];
}

/* What fields say together. */
static bool check_row(struct reading *r)
{
	const struct history_row *row = &r->out->row;
	struct series *s = &r->out->series;
	char name[SERIES_FILE_SIZE];

	if (series_print(name, s) < 0)
		return fail(
		    r->fault,
		    field_of(r, r->csv->names_series ? HISTORY_KIND
						     : HISTORY_TIME),
		    "no series: a switch's name is missing or odd, or "
		    "the lower AS number of a pair does not come first");
	if (!history_takes(series_layout(s->kind), row->row_s))
		return fail(r->fault, field_of(r, HISTORY_SECONDS),
			    "no length of rows; expected a multiple of 60 (of "
			    "pairs 300) that divides a day");
	if (row->start_s % row->row_s != 0 || row->start_s == 0)
		return fail(r->fault, field_of(r, HISTORY_TIME),
			    "a time that is no multiple of the row's length");
	return true;
}

bool history_csv_line(const struct history_csv *csv, char *line, size_t len,
		      struct history_csv_row *out, struct history_fault *fault)
{
	struct csv_line fields;
	struct reading r = {
		.csv = csv, .line = &fields, .out = out, .fault = fault
	};

	*fault = (struct history_fault){ .column = 1 };
	fault->what = csv_line_split(&fields, line, len, &fault->column);
	if (fault->what)
		return false;
	if (fields.count != csv->count)
		return fail(fault, &fields.fields[fields.count - 1],
			    "another number of fields than in the first line");
	out->row = (struct history_row){ CONSOLIDATION_AVERAGE, 0, 0 };
	if (csv->names_series)
		out->series = (struct series){ .kind = SERIES_EXCHANGE };
	for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
		out->values[c] = (double)NAN;
	for (size_t i = 0; i < fields.count; i++) {
		if (!take_field(&r, csv->fields[i].what, &fields.fields[i]))
			return false;
	}
	if (!check_row(&r))
		return false;
	for (size_t i = 0; i < fields.count; i++) {
		if (csv->fields[i].what == HISTORY_VALUE &&
		    !take_value(&r, &csv->fields[i], &fields.fields[i]))
			return false;
	}
	return true;
}
