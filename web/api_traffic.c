/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who exchanges how much with whom: peers, pairs, the matrix. */

#include <math.h>
#include <stdlib.h>

#include "util/err.h"
#include "web/api.h"
#include "web/matrix.h"
#include "web/peers.h"
#include "web/problem.h"

static void put_peer(struct json_writer *w, const struct peer *peer)
{
	json_put_object(w, NULL);
	json_put_u64(w, "asn", peer->member->asn);
	json_put_string(w, "name", peer->member->name);
	api_put_whole(w, "from_member_bytes", peer->bytes[WAY_FROM]);
	api_put_whole(w, "from_member_ipv6_bytes", peer->v6_bytes[WAY_FROM]);
	api_put_whole(w, "to_member_bytes", peer->bytes[WAY_TO]);
	api_put_whole(w, "to_member_ipv6_bytes", peer->v6_bytes[WAY_TO]);
	json_end_object(w);
}

void api_peers(const struct call *call, struct response *r)
{
	static const char *const known[] = { "range", "from",	"to",
					     "limit", "offset", NULL };
	const struct member *m = api_member_of(call, r, 3);
	struct api_slice slice;
	struct period period;
	struct json_writer w;
	struct peer *peers;
	size_t count;

	if (!m || !api_knows(call, r, known) || !api_slice(call, r, &slice) ||
	    !api_period(call, r, &period))
		return;
	if (peers_load(&peers, &count, call, m, &period) < 0) {
		problem_refuse(call, r, 503, TR("The store could not be read."),
			       NULL);
		return;
	}
	api_begin_list(&w, r, &slice, count);
	json_put_u64(&w, "asn", m->asn);
	json_put_string(&w, "name", m->name);
	api_put_span(&w, period.from_s, period.to_s);
	json_put_string(&w, "basis", "samples");
	json_put_array(&w, "items");
	for (size_t i = slice.offset;
	     i < count && i - slice.offset < slice.limit; i++)
		put_peer(&w, &peers[i]);
	json_end_array(&w);
	api_finish(&w, call, r);
	free(peers);
}

/* @return false: r says why there is none */
static bool load(struct matrix *out, const struct call *call,
		 struct response *r)
{
	struct matrix_query query;
	const char *wrong = matrix_query_read(&query, call);

	if (wrong) {
		problem_refuse(call, r, 400, wrong, NULL);
		return false;
	}
	switch (matrix_load(out, call, &query)) {
	case 0:
		return true;
	case ERR_RANGE:
		api_refuse(call, r, "date");
		return false;
	default:
		problem_refuse(call, r, 503, TR("The store could not be read."),
			       NULL);
		return false;
	}
}

static void put_day(struct json_writer *w, const struct call *call,
		    const struct matrix *m)
{
	char date[DATE_TEXT_SIZE];

	json_put_string(w, "date", date_text(date, m->query.date));
	json_put_string(w, "timezone", call->config->timezone);
	api_put_span(w, m->book.from_s, m->book.to_s);
	json_put_bool(w, "closed", m->book.is_closed);
	if (m->query.vlan == MATRIX_ALL_VLANS)
		json_put_null(w, "vlan");
	else
		json_put_u64(w, "vlan", (uint64_t)m->query.vlan);
	json_put_string(w, "family", matrix_family_name(m->query.family));
	json_put_string(w, "basis", "samples");
	json_put_u64(w, "total_bytes", m->total);
}

static void put_pairs(struct json_writer *w, const struct matrix *m,
		      const struct api_slice *slice,
		      const struct matrix_top *top, size_t count)
{
	json_put_array(w, "items");
	for (size_t i = slice->offset; i < count; i++) {
		const struct matrix_cell *cell = &m->cells[top[i].cell];

		json_put_object(w, NULL);
		json_put_u64(w, "from_asn", m->lines[cell->from].asn);
		json_put_u64(w, "to_asn", m->lines[cell->to].asn);
		json_put_u64(w, "ipv4_bytes", cell->bytes[0]);
		json_put_u64(w, "ipv6_bytes", cell->bytes[1]);
		json_put_u64(w, "total_bytes", top[i].bytes);
		json_end_object(w);
	}
	json_end_array(w);
}

static void add_pairs(const struct call *call, struct response *r,
		      const struct matrix *m, const struct api_slice *slice)
{
	size_t wanted = slice->offset + slice->limit;
	size_t count = wanted < m->cell_count ? wanted : m->cell_count;
	struct matrix_top *top = calloc(count + 1, sizeof(*top));
	struct json_writer w;

	if (!top) {
		problem_refuse(call, r, 503, TR("Out of memory."), NULL);
		return;
	}
	count = matrix_top(m, top, count);
	api_begin_list(&w, r, slice, m->cell_count);
	put_day(&w, call, m);
	put_pairs(&w, m, slice, top, count);
	api_finish(&w, call, r);
	free(top);
}

void api_pairs(const struct call *call, struct response *r)
{
	static const char *const known[] = { "date",  "vlan",	"family",
					     "limit", "offset", NULL };
	struct api_slice slice;
	struct matrix matrix;

	if (!api_knows(call, r, known) || !api_slice(call, r, &slice) ||
	    !load(&matrix, call, r))
		return;
	add_pairs(call, r, &matrix, &slice);
	matrix_fini(&matrix);
}

void api_matrix(const struct call *call, struct response *r)
{
	static const char *const known[] = { "date", "vlan", "family", "order",
					     NULL };
	enum { MAX_AGE_S = 20, CLOSED_MAX_AGE_S = 3600 };
	struct matrix matrix;

	if (!api_knows(call, r, known) || !load(&matrix, call, r))
		return;
	matrix_add_json(&r->body, call, &matrix);
	r->content_type = "application/json";
	r->is_data = true;
	r->max_age_s = matrix.book.is_closed ? CLOSED_MAX_AGE_S
					     : page_max_age(call, MAX_AGE_S);
	matrix_fini(&matrix);
}
