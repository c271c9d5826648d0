/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/bindings.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/port_table.h"

enum {
	LATELY_S = 600,
	HOME_S = 3600, /* who sends little is sampled seldom */
	DAY_S = 86400,
};

/* Memory that is never touched costs nothing: stations are on few switches. */
int bindings_init(struct bindings *b, const struct registry *registry)
{
	uint32_t switches = (uint32_t)registry->config->switch_count;
	uint32_t room = switches ? BINDINGS_MAX / switches : 0;

	*b = (struct bindings){
		.registry = registry,
		.switch_count = switches,
		.station_count = registry->station_count < room
				     ? registry->station_count
				     : room,
	};
	b->all =
	    calloc((size_t)b->station_count * switches + 1, sizeof(*b->all));
	return b->all ? 0 : -ENOMEM;
}

void bindings_fini(struct bindings *b)
{
	free(b->all);
	*b = (struct bindings){ 0 };
}

/* A station's places on all switches. */
static void continue_station(struct bindings *b, const struct bindings *from,
			     const struct station *old, struct mac mac,
			     const uint32_t *switches)
{
	const struct station *station = registry_station(b->registry, mac);

	if (!station)
		return;
	for (uint32_t i = 0; i < from->switch_count; i++) {
		const struct binding *known = bindings_at(from, old, i);
		struct binding *to;

		if (!known || switches[i] == SWITCH_GONE)
			continue;
		to = bindings_at(b, station, switches[i]);
		if (to)
			*to = *known;
	}
}

void bindings_continue(struct bindings *b, const struct bindings *from,
		       const uint32_t *switches)
{
	const struct u64map *macs = &from->registry->by_mac;

	for (size_t i = 0; i <= macs->mask; i++) {
		const struct mac mac = { macs->keys[i] };

		if (mac.bits != UINT64_MAX)
			continue_station(
			    b, from, &from->registry->stations[macs->values[i]],
			    mac, switches);
	}
	b->moves = from->moves;
}

/* The other port becomes the home, and the old one has to begin anew. */
static void move(struct bindings *all, struct binding *b, int64_t time_us)
{
	b->moved_from = b->home;
	b->moved_us = time_us;
	b->home = b->other;
	b->samples = b->other_samples;
	b->other = 0;
	b->other_samples = 0;
	b->ahead = 0;
	b->hold = 0;
	all->moves++;
}

static void note_other(struct bindings *all, struct binding *b, int64_t time_us)
{
	b->other_samples += b->other_samples < UINT32_MAX;
	b->other_us = time_us;
	b->hold += b->hold < BINDING_HOLD;
	if (b->ahead == 0)
		b->ahead_us = time_us;
	b->ahead += b->ahead < UINT32_MAX;
	if (b->ahead >= BINDING_AHEAD &&
	    time_us - b->ahead_us >= BINDING_AHEAD_US)
		move(all, b, time_us);
}

/* One that is seen seldom gives its place to another in the end. */
static void note_third(struct bindings *all, struct binding *b,
		       uint32_t ifindex, int64_t time_us)
{
	if (b->hold > 0) {
		b->hold--;
		return;
	}
	b->other = ifindex;
	b->other_samples = 0;
	b->ahead = 0;
	note_other(all, b, time_us);
}

void bindings_note_elsewhere(struct bindings *all, struct binding *b,
			     uint32_t ifindex, int64_t time_us)
{
	if (b->other == ifindex)
		note_other(all, b, time_us);
	else
		note_third(all, b, ifindex, time_us);
}

void binding_ease(struct binding *b)
{
	const uint32_t many = UINT32_C(1) << 31;

	if (b->samples >= many)
		b->samples /= 2;
	if (b->other_samples >= many)
		b->other_samples /= 2;
}

/* Not so if the clock was set back far behind it. */
static bool is_within(int64_t at_us, int64_t now_us, int64_t seconds)
{
	int64_t age_us = now_us - at_us;

	return age_us <= seconds * US_PER_S && age_us >= -seconds * US_PER_S;
}

bool binding_is_recent(const struct binding *b, int64_t now_us)
{
	return b->home && b->home_us && is_within(b->home_us, now_us, HOME_S);
}

bool binding_is_double(const struct binding *b, int64_t now_us)
{
	return b->other && b->other_samples >= BINDING_SURE &&
	       b->hold >= BINDING_SURE &&
	       is_within(b->other_us, now_us, LATELY_S);
}

bool binding_has_moved(const struct binding *b, int64_t now_us)
{
	return b->moved_us && is_within(b->moved_us, now_us, DAY_S);
}

static bool is_known(const struct bindings *b, const struct station *station)
{
	for (uint32_t i = 0; i < b->switch_count; i++) {
		const struct binding *at = bindings_at(b, station, i);

		if (at && at->home)
			return true;
	}
	return false;
}

static int compare_macs(const void *left, const void *right)
{
	const struct mac *a = left;
	const struct mac *b = right;

	return (a->bits > b->bits) - (a->bits < b->bits);
}

int bindings_list(const struct bindings *b, struct mac **out, size_t *count)
{
	const struct registry *r = b->registry;
	struct mac *macs = calloc(r->by_mac.count + 1, sizeof(*macs));
	size_t n = 0;

	if (!macs)
		return -ENOMEM;
	for (size_t i = 0; i <= r->by_mac.mask; i++) {
		if (r->by_mac.keys[i] != UINT64_MAX &&
		    is_known(b, &r->stations[r->by_mac.values[i]]))
			macs[n++].bits = r->by_mac.keys[i];
	}
	qsort(macs, n, sizeof(*macs), compare_macs);
	*out = macs;
	*count = n;
	return 0;
}
