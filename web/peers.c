/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/peers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/err.h"
#include "web/pair_rows.h"

/* How much of a row lies in the period that is asked for. */
static double inside_s(const struct period *period, int64_t from_s,
		       uint32_t row_s)
{
	int64_t to_s = from_s + row_s;

	if (from_s < period->from_s)
		from_s = period->from_s;
	if (to_s > period->to_s)
		to_s = period->to_s;
	return to_s > from_s ? (double)(to_s - from_s) : 0;
}

/* The seconds of a pair's row that count. */
static double seconds_of(const struct peer_search *search, enum way way,
			 int64_t from_s, uint32_t row_s)
{
	const struct peer_rows *only = search->only;
	double sum = 0;
	size_t row = 0;

	if (!only)
		return fmin(page_covered_s(search->call, from_s, row_s),
			    inside_s(search->period, from_s, row_s));
	if (from_s > only->from_s)
		row = (size_t)((from_s - only->from_s) / only->row_s);
	for (; row < only->rows; row++) {
		if (only->from_s + (int64_t)row * only->row_s >= from_s + row_s)
			break;
		sum += only->seconds[way][row];
		only->told[way][row] = true;
	}
	return sum;
}

/* Add up one direction of a pair; seconds are those of the member's way. */
static void add_way(struct peer *peer, const struct peer_search *search,
		    const struct traffic *t, enum way way, enum way stored)
{
	const double *total = traffic_column(t, stored, BAND_TOTAL);
	const double *v6 = traffic_column(t, stored, BAND_V6);

	for (size_t row = 0; row < t->rows; row++) {
		int64_t from_s = t->from_s + (int64_t)row * t->row_s;
		double seconds;

		if (isnan(total[row]))
			continue;
		seconds = seconds_of(search, way, from_s, t->row_s);
		peer->bytes[way] += total[row] * seconds;
		peer->known_s[way] += seconds;
		if (!isnan(v6[row]))
			peer->v6_bytes[way] += v6[row] * seconds;
	}
}

/*
 * Add what a pair exchanged in all VLANs, and where none was told. What two
 * connections of one member exchange is stored as a to b alone, and is both
 * from and to it.
 */
static int add_pair(struct peer *peer, const struct peer_search *search)
{
	uint32_t asn = search->member->asn;
	uint32_t other = peer->member->asn;
	const struct period *period = search->period;
	struct series_range range =
	    traffic_range(period->from_s, period->to_s, period->pair_row_s);
	struct traffic t;
	int rc = pair_rows_read(&t, search->call, asn, other, &range);

	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	add_way(peer, search, &t, WAY_FROM, asn > other ? WAY_TO : WAY_FROM);
	add_way(peer, search, &t, WAY_TO, asn < other ? WAY_TO : WAY_FROM);
	traffic_fini(&t);
	return 0;
}

static int larger_first(const void *a, const void *b)
{
	const struct peer *x = a;
	const struct peer *y = b;
	double dx = x->bytes[WAY_FROM] + x->bytes[WAY_TO];
	double dy = y->bytes[WAY_FROM] + y->bytes[WAY_TO];

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return (x->member->asn > y->member->asn) -
	       (x->member->asn < y->member->asn);
}

int peers_load_of(struct peer **out, size_t *count,
		  const struct peer_search *search)
{
	const struct registry *registry = search->call->registry;
	struct peer *peers =
	    calloc((size_t)registry->member_count + 1, sizeof(*peers));
	size_t n = 0;
	int rc = peers ? 0 : -ENOMEM;

	for (uint32_t i = 0; rc == 0 && i < registry->member_count; i++) {
		struct peer *peer = &peers[n];

		*peer = (struct peer){ .member = &registry->members[i] };
		rc = add_pair(peer, search);
		if (peer->bytes[WAY_FROM] + peer->bytes[WAY_TO] > 0)
			n++;
	}
	if (rc < 0) {
		free(peers);
		return rc;
	}
	qsort(peers, n, sizeof(*peers), larger_first);
	*out = peers;
	*count = n;
	return 0;
}

int peers_load(struct peer **out, size_t *count, const struct call *call,
	       const struct member *member, const struct period *period)
{
	const struct peer_search search = { .call = call,
					    .member = member,
					    .period = period };

	return peers_load_of(out, count, &search);
}

/* For how long a member was seen: a pair whose file began within the period
 * had no traffic before. */
static void find_known(double known_s[WAY_COUNT], const struct peer *peers,
		       size_t count)
{
	known_s[WAY_FROM] = known_s[WAY_TO] = 0;
	for (size_t i = 0; i < count; i++) {
		for (int way = 0; way < WAY_COUNT; way++)
			known_s[way] =
			    fmax(known_s[way], peers[i].known_s[way]);
	}
}

/* Bytes/s of both directions; NaN: nothing is known of any pair. */
static double rate_of(const struct peer *p, const double known_s[WAY_COUNT])
{
	double rate = NAN;

	for (int way = 0; way < WAY_COUNT; way++) {
		if (known_s[way] > 0)
			rate = (isnan(rate) ? 0 : rate) +
			       (p ? p->bytes[way] : 0) / known_s[way];
	}
	return rate;
}

int peers_changes(double *changes, int64_t *by_s, const struct peer *peers,
		  size_t count, const struct peer_search *search)
{
	const int64_t week_s = 7 * 86400;
	const struct member *first = search->call->registry->members;
	const struct period *now = search->period;
	double known_before_s[WAY_COUNT];
	double known_s[WAY_COUNT];
	struct peer_search then = *search;
	const struct peer **of_member;
	struct period earlier;
	struct peer *before = NULL;
	size_t before_count = 0;
	int rc = 0;

	*by_s = (period_length(now) + week_s - 1) / week_s * week_s;
	then.period = &earlier;
	of_member = calloc(search->call->registry->member_count + 1,
			   sizeof(struct peer *));
	if (!of_member)
		return -ENOMEM;
	if (period_between(&earlier, now->from_s - *by_s, now->to_s - *by_s,
			   search->call->now_s) == 0)
		rc = peers_load_of(&before, &before_count, &then);
	for (size_t i = 0; rc == 0 && i < before_count; i++)
		of_member[before[i].member - first] = &before[i];
	find_known(known_s, peers, count);
	find_known(known_before_s, before, before_count);
	for (size_t i = 0; rc == 0 && i < count; i++)
		changes[i] = rate_of(&peers[i], known_s) /
				 rate_of(of_member[peers[i].member - first],
					 known_before_s) -
			     1;
	free(before);
	free(of_member);
	return rc;
}

void peers_fini(struct peers *peers)
{
	free(peers->peers);
	free(peers->changes);
	*peers = (struct peers){ .count = 0 };
}

static int compare_all(struct peers *out, const struct peer_search *search)
{
	struct peers p = { .count = 0 };
	int rc = peers_load_of(&p.peers, &p.count, search);

	if (rc < 0)
		return rc;
	p.changes = calloc(p.count + 1, sizeof(*p.changes));
	rc = p.changes
		 ? peers_changes(p.changes, &p.by_s, p.peers, p.count, search)
		 : -ENOMEM;
	if (rc < 0)
		peers_fini(&p);
	else
		*out = p;
	return rc;
}

/* As it is kept: a peer and its change. Members are those of the registry that
 * the epoch is of. */
struct kept_peer {
	struct peer peer;
	double change;
	int64_t by_s;
};

static int recall(struct peers *out, const struct kept_peer *kept, size_t count)
{
	struct peers p = { .count = count };

	p.peers = calloc(count + 1, sizeof(*p.peers));
	p.changes = calloc(count + 1, sizeof(*p.changes));
	if (!p.peers || !p.changes) {
		peers_fini(&p);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		p.peers[i] = kept[i].peer;
		p.changes[i] = kept[i].change;
		p.by_s = kept[i].by_s;
	}
	*out = p;
	return 0;
}

static void keep(const struct peers *p, const struct call *call,
		 const char *name)
{
	struct kept_peer *kept = calloc(p->count + 1, sizeof(*kept));

	for (size_t i = 0; kept && i < p->count; i++)
		kept[i] =
		    (struct kept_peer){ p->peers[i], p->changes[i], p->by_s };
	if (kept)
		memo_keep(site_memo(call->site), name, &call->epoch, kept,
			  p->count * sizeof(*kept));
	free(kept);
}

int peers_compared(struct peers *out, const struct peer_search *search)
{
	const struct call *call = search->call;
	char query[PERIOD_QUERY_SIZE];
	char name[MEMO_NAME_SIZE];
	size_t size;
	void *found;
	int rc;

	(void)snprintf(name, sizeof(name), "peers %u %s", search->member->asn,
		       period_query(query, search->period));
	if (!search->only && memo_find(site_memo(call->site), name,
				       &call->epoch, &found, &size)) {
		rc = recall(out, found, size / sizeof(struct kept_peer));
		free(found);
		return rc;
	}
	rc = compare_all(out, search);
	if (rc == 0 && !search->only)
		keep(out, call, name);
	return rc;
}
