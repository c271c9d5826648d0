/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/language.h"
#include "util/number.h"
#include "util/u64map.h"
#include "util/zone.h"
#include "web/query.h"

/* How far back the last day with a book is looked for. */
enum { DAYS_BACK = 3 };

static const char *const order_names[MATRIX_ORDER_COUNT] = { "traffic", "asn",
							     "name" };
static const char *const family_names[MATRIX_FAMILY_COUNT] = { "all", "ipv4",
							       "ipv6" };

/* A matrix in the making. */
struct making {
	struct matrix *m;
	struct u64map by_asn; /* -> line */
	size_t room;	      /* of lines */
};

const char *matrix_order_name(enum matrix_order order)
{
	return order_names[order];
}

const char *matrix_family_name(enum matrix_family family)
{
	return family_names[family];
}

/* ---- the query ---- */

static bool read_name(const char *text, const char *const *names, int count,
		      int *out)
{
	*out = 0;
	for (int i = 0; text && i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return text == NULL;
}

struct date matrix_default_date(const struct call *call)
{
	struct date today = zone_date(call->now_s);

	for (int i = 1; i <= DAYS_BACK; i++) {
		struct date day = date_add_days(today, -i);

		if (pair_days_is_closed(call->config->state_dir, day))
			return day;
	}
	return today;
}

const char *matrix_query_read(struct matrix_query *out, const struct call *call)
{
	const char *vlan = request_parameter(call->request, "vlan");
	uint32_t tag = 0;
	int chosen;

	if (!read_name(request_parameter(call->request, "family"), family_names,
		       MATRIX_FAMILY_COUNT, &chosen))
		return TR("family is one of all, ipv4 and ipv6.");
	out->family = (enum matrix_family)chosen;
	if (!read_name(request_parameter(call->request, "order"), order_names,
		       MATRIX_ORDER_COUNT, &chosen))
		return TR("order is one of traffic, asn and name.");
	out->order = (enum matrix_order)chosen;
	out->vlan = MATRIX_ALL_VLANS;
	if (vlan && *vlan && strcmp(vlan, "all") != 0) {
		if (number_u32(vlan, strlen(vlan), 4094, &tag) < 0)
			return TR("vlan is an 802.1Q tag, or \"all\".");
		out->vlan = (int)tag;
	}
	out->date = matrix_default_date(call);
	if (!query_date(call, &out->date))
		return TR("date is \"today\" or a day like 2026-03-29.");
	return NULL;
}

/* ---- lines ---- */

static int add_line(struct making *k, uint32_t asn, const struct member *member)
{
	struct matrix *m = k->m;

	if (m->line_count == k->room) {
		size_t larger = 2 * k->room;
		struct matrix_line *grown =
		    realloc(m->lines, larger * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		m->lines = grown;
		k->room = larger;
	}
	m->lines[m->line_count] =
	    (struct matrix_line){ .asn = asn, .member = member };
	return u64map_put_growing(&k->by_asn, asn, (uint32_t)m->line_count++);
}

/* The line of an ASN; of one that is no member (any more) a new one. */
static int line_of(struct making *k, uint32_t asn, uint32_t *line)
{
	int rc = 0;

	*line = u64map_find(&k->by_asn, asn);
	if (*line == U64MAP_NONE) {
		*line = (uint32_t)k->m->line_count;
		rc = add_line(k, asn, NULL);
	}
	return rc;
}

static int start(struct making *k, struct matrix *m, const struct call *call)
{
	const struct registry *registry = call->registry;
	int rc = u64map_init(&k->by_asn, registry->member_count + 1);

	k->m = m;
	k->room = (size_t)registry->member_count + 1;
	m->lines = calloc(k->room, sizeof(*m->lines));
	if (!m->lines)
		rc = -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < registry->member_count; i++)
		rc = add_line(k, registry->members[i].asn,
			      &registry->members[i]);
	return rc;
}

/* ---- cells ---- */

static bool is_wanted(const struct matrix_query *query,
		      const struct daybook_pair *pair)
{
	return query->vlan == MATRIX_ALL_VLANS || query->vlan == pair->vlan;
}

/* Add one direction of a pair; VLANs of a pair follow each other, so its cell
 * is one of the last two if it is there. */
static void add_cell(struct matrix *m, const uint32_t ends[2],
		     const uint64_t bytes[2])
{
	uint64_t v4 = m->query.family == MATRIX_IPV6 ? 0 : bytes[0];
	uint64_t v6 = m->query.family == MATRIX_IPV4 ? 0 : bytes[1];
	struct matrix_cell *cell = NULL;

	if (v4 + v6 == 0)
		return;
	for (size_t back = 1; back <= 2 && back <= m->cell_count; back++) {
		struct matrix_cell *one = &m->cells[m->cell_count - back];

		if (one->from == ends[0] && one->to == ends[1])
			cell = one;
	}
	if (!cell) {
		cell = &m->cells[m->cell_count++];
		*cell = (struct matrix_cell){ .from = ends[0], .to = ends[1] };
	}
	cell->bytes[0] += v4;
	cell->bytes[1] += v6;
	m->lines[ends[0]].bytes[WAY_FROM] += v4 + v6;
	m->lines[ends[1]].bytes[WAY_TO] += v4 + v6;
	m->total += v4 + v6;
}

static int add_pairs(struct making *k)
{
	struct matrix *m = k->m;
	int rc = 0;

	m->cells = calloc(2 * m->book.count + 1, sizeof(*m->cells));
	if (!m->cells)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < m->book.count; i++) {
		const struct daybook_pair *pair = &m->book.pairs[i];
		uint32_t a;
		uint32_t b;

		if (!is_wanted(&m->query, pair))
			continue;
		rc = line_of(k, pair->asn, &a);
		if (rc == 0)
			rc = line_of(k, pair->other_asn, &b);
		if (rc != 0)
			break;
		add_cell(m, (const uint32_t[]){ a, b },
			 &pair->bytes[PAIR_AB_V4_BYTES]);
		add_cell(m, (const uint32_t[]){ b, a },
			 &pair->bytes[PAIR_BA_V4_BYTES]);
	}
	return rc;
}

/* ---- order ---- */

/* A line and where it stood before. */
struct placed {
	struct matrix_line line;
	uint32_t before;
};

static int rising(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_asn(const void *left, const void *right)
{
	const struct placed *a = left;
	const struct placed *b = right;

	return rising(a->line.asn, b->line.asn);
}

static int by_traffic(const void *left, const void *right)
{
	const struct placed *a = left;
	const struct placed *b = right;
	uint64_t x = a->line.bytes[WAY_FROM] + a->line.bytes[WAY_TO];
	uint64_t y = b->line.bytes[WAY_FROM] + b->line.bytes[WAY_TO];

	return x != y ? (x < y ? 1 : -1) : by_asn(left, right);
}

/* By name, those without one last. */
static int by_name(const void *left, const void *right)
{
	const struct placed *a = left;
	const struct placed *b = right;
	int order = 0;

	if (!a->line.member != !b->line.member)
		return a->line.member ? -1 : 1;
	if (a->line.member)
		order = strcasecmp(a->line.member->name, b->line.member->name);
	return order ? order : by_asn(left, right);
}

static int put_in_order(struct matrix *m)
{
	static int (*const comparisons[MATRIX_ORDER_COUNT])(
	    const void *, const void *) = { by_traffic, by_asn, by_name };
	struct placed *places = calloc(m->line_count + 1, sizeof(*places));
	uint32_t *now = calloc(m->line_count + 1, sizeof(*now));

	if (!places || !now) {
		free(places);
		free(now);
		return -ENOMEM;
	}
	for (size_t i = 0; i < m->line_count; i++)
		places[i] = (struct placed){ m->lines[i], (uint32_t)i };
	qsort(places, m->line_count, sizeof(*places),
	      comparisons[m->query.order]);
	for (size_t i = 0; i < m->line_count; i++) {
		m->lines[i] = places[i].line;
		now[places[i].before] = (uint32_t)i;
	}
	for (size_t i = 0; i < m->cell_count; i++) {
		m->cells[i].from = now[m->cells[i].from];
		m->cells[i].to = now[m->cells[i].to];
	}
	free(places);
	free(now);
	return 0;
}

int matrix_load(struct matrix *out, const struct call *call,
		const struct matrix_query *query)
{
	struct matrix m = { .query = *query };
	struct making k = { .m = NULL };
	int rc = pair_days_take(site_pair_days(call->site), &m.book,
				call->config->state_dir, query->date);

	if (rc < 0)
		return rc;
	rc = start(&k, &m, call);
	if (rc == 0)
		rc = add_pairs(&k);
	if (rc == 0)
		rc = put_in_order(&m);
	u64map_fini(&k.by_asn);
	pair_book_fini(&m.book);
	if (rc < 0)
		matrix_fini(&m);
	else
		*out = m;
	return rc;
}

void matrix_fini(struct matrix *m)
{
	free(m->lines);
	free(m->cells);
	pair_book_fini(&m->book);
	*m = (struct matrix){ 0 };
}
