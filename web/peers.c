/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/peers.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "web/view.h"

static double sum_of(const struct call *call, const struct traffic *t,
		     enum way way, enum band band)
{
	const double *values = traffic_column(t, way, band);
	double sum = 0;

	for (size_t row = 0; row < t->rows; row++) {
		if (!isnan(values[row]))
			sum += values[row] *
			       page_covered_s(
				   call, t->from_s + (int64_t)row * t->row_s,
				   t->row_s);
	}
	return sum;
}

/* Add what a pair exchanged in one VLAN; a missing file adds nothing. */
static int add_vlan(struct peer *peer, const struct call *call,
		    const struct member *member, uint16_t vlan,
		    const struct period *period)
{
	struct subject subject;
	struct traffic t;
	struct series_range range =
	    traffic_range(period->from_s, period->to_s, period->pair_row_s);
	bool swapped = member->asn > peer->member->asn;
	int rc;

	subject_of_pair(&subject, member->asn, peer->member->asn, vlan);
	rc = traffic_read(&t, call->config->state_dir, &subject.series, &range);
	subject_fini(&subject);
	if (rc < 0)
		return rc;
	for (int i = 0; i < WAY_COUNT; i++) {
		enum way stored = (enum way)(swapped ? WAY_TO - i : i);

		peer->bytes[i] += sum_of(call, &t, stored, BAND_TOTAL);
		peer->v6_bytes[i] += sum_of(call, &t, stored, BAND_V6);
	}
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

int peers_load(struct peer **out, size_t *count, const struct call *call,
	       const struct member *member, const struct period *period)
{
	const struct registry *registry = call->registry;
	struct peer *peers =
	    calloc((size_t)registry->member_count + 1, sizeof(*peers));
	size_t n = 0;
	int rc = peers ? 0 : -ENOMEM;

	for (uint32_t i = 0; rc == 0 && i < registry->member_count; i++) {
		struct peer *peer = &peers[n];

		*peer = (struct peer){ .member = &registry->members[i] };
		for (uint32_t j = 0; rc == 0 && j < registry->vlan_count; j++)
			rc = add_vlan(peer, call, member,
				      registry->vlans[j].tag, period);
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
