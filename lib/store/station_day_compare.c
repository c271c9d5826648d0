/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day_compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP_S = 60, /* what times of places are true to */
	GIVEN_UP_S = 3600,
};

/* The entries of one address on a day. */
struct group {
	const struct station_entry *first;
	size_t count;
};

static struct group find_group(const struct station_day *d, struct mac mac)
{
	struct group g = { 0 };
	size_t low = 0;
	size_t high = d->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->entries[middle].mac.bits < mac.bits)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + g.count < d->count &&
	       mac_equal(d->entries[low + g.count].mac, mac))
		g.count++;
	if (g.count > 0)
		g.first = &d->entries[low];
	return g;
}

static bool is_vlan(const struct station_entry *e, uint16_t vlan)
{
	return e->vlan == vlan || e->vlan == 0 || vlan == 0;
}

static bool is_better(const struct station_entry *a,
		      const struct station_entry *b)
{
	if (a->core != b->core)
		return b->core;
	if (a->last_s != b->last_s)
		return a->last_s > b->last_s;
	return a->samples > b->samples;
}

/* One in that very VLAN before one whose VLAN is not known; then the better. */
static bool is_nearer(const struct station_entry *a,
		      const struct station_entry *b, uint16_t vlan)
{
	if (vlan != 0 && (a->vlan == vlan) != (b->vlan == vlan))
		return a->vlan == vlan;
	return is_better(a, b);
}

/* Where a station was at last; NULL: it stayed nowhere. */
static const struct station_entry *place_in(struct group g, uint16_t vlan)
{
	const struct station_entry *best = NULL;

	for (size_t i = 0; i < g.count; i++) {
		const struct station_entry *e = &g.first[i];

		if (!e->stays || !is_vlan(e, vlan))
			continue;
		if (!best || is_nearer(e, best, vlan))
			best = e;
	}
	return best;
}

static bool is_in(struct group g, uint16_t vlan)
{
	for (size_t i = 0; i < g.count; i++) {
		if (is_vlan(&g.first[i], vlan))
			return true;
	}
	return false;
}

static bool is_same_port(const struct station_entry *a,
			 const struct station_entry *b)
{
	return strcmp(a->switch_name, b->switch_name) == 0 &&
	       (a->ifindex == b->ifindex ||
		(*a->port && strcmp(a->port, b->port) == 0));
}

/* Whether a port of the day before is still a station's, beside another. */
static bool is_in_use(const struct station_entry *old, struct group now,
		      const struct station_entry *place)
{
	for (size_t i = 0; i < now.count; i++) {
		const struct station_entry *e = &now.first[i];

		if (is_vlan(e, place->vlan) && is_same_port(e, old) &&
		    e->last_s > place->first_s + STEP_S &&
		    e->last_s + GIVEN_UP_S > place->last_s)
			return true;
	}
	return false;
}

static bool has_moved(struct group before, struct group now,
		      const struct station_entry *place)
{
	bool known = false;

	if (place->core || place->ifindex == 0)
		return false;
	for (size_t i = 0; i < before.count; i++) {
		const struct station_entry *old = &before.first[i];

		if (!old->stays || !is_vlan(old, place->vlan) ||
		    old->ifindex == 0)
			continue;
		if (is_same_port(old, place))
			return false;
		if (old->core)
			continue;
		if (is_in_use(old, now, place))
			return false;
		known = true;
	}
	return known;
}

/* ---- the days ---- */

struct comparing {
	const struct station_day *day;
	const struct station_day *const *before;
	size_t count;
	const struct station_day *newest; /* of those before; NULL: none */
	struct station_changes *out;
};

static bool is_before(const struct comparing *c, size_t i)
{
	return date_compare(c->before[i]->date, c->day->date) < 0;
}

static const struct station_day *find_newest(const struct comparing *c)
{
	const struct station_day *newest = NULL;

	for (size_t i = 0; i < c->count; i++) {
		if (is_before(c, i) &&
		    (!newest ||
		     date_compare(newest->date, c->before[i]->date) < 0))
			newest = c->before[i];
	}
	return newest;
}

/* A member's may say little for days: it was there if it was seen. A stranger
 * that passed by and now stays is a finding. */
static bool was_there(const struct comparing *c,
		      const struct station_entry *place)
{
	for (size_t i = 0; i < c->count; i++) {
		struct group then;

		if (!is_before(c, i))
			continue;
		then = find_group(c->before[i], place->mac);
		if (place->whose == STATION_MEMBER
			? is_in(then, place->vlan)
			: place_in(then, place->vlan) != NULL)
			return true;
	}
	return false;
}

static void add(struct comparing *c, enum station_change change,
		const struct station_entry *now,
		const struct station_entry *before)
{
	c->out->all[c->out->count++] = (struct station_finding){
		.change = change,
		.now = now,
		.before = before,
	};
	c->out->counts[change]++;
}

/* A station of the day, by the entry of its place. */
static void judge(struct comparing *c, struct group now,
		  const struct station_entry *place)
{
	struct group before = find_group(c->newest, place->mac);

	if (!was_there(c, place))
		add(c, STATION_NEW, place, NULL);
	else if (has_moved(before, now, place))
		add(c, STATION_MOVED, place, place_in(before, place->vlan));
}

/* Each station once: at the entry that is its place. */
static void judge_day(struct comparing *c)
{
	for (size_t i = 0; i < c->day->count; i++) {
		const struct station_entry *e = &c->day->entries[i];
		struct group now;

		if (!e->stays)
			continue;
		now = find_group(c->day, e->mac);
		if (place_in(now, e->vlan) == e)
			judge(c, now, e);
	}
}

static void judge_gone(struct comparing *c)
{
	for (size_t i = 0; i < c->newest->count; i++) {
		const struct station_entry *e = &c->newest->entries[i];

		if (e->stays &&
		    place_in(find_group(c->newest, e->mac), e->vlan) == e &&
		    !is_in(find_group(c->day, e->mac), e->vlan))
			add(c, STATION_GONE, NULL, e);
	}
}

static int compare_findings(const void *left, const void *right)
{
	const struct station_finding *a = left;
	const struct station_finding *b = right;

	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	return station_entry_compare(a->now ? a->now : a->before,
				     b->now ? b->now : b->before);
}

int station_day_compare(struct station_changes *out,
			const struct station_day *day,
			const struct station_day *const *before, size_t count)
{
	struct comparing c = {
		.day = day, .before = before, .count = count, .out = out
	};

	*out = (struct station_changes){ 0 };
	c.newest = find_newest(&c);
	if (!c.newest)
		return 0;
	/* An entry is of one finding at most. */
	out->all = calloc(day->count + c.newest->count + 1, sizeof(*out->all));
	if (!out->all)
		return -ENOMEM;
	out->comparable = true;
	out->before = c.newest->date;
	judge_day(&c);
	judge_gone(&c);
	qsort(out->all, out->count, sizeof(*out->all), compare_findings);
	return 0;
}

void station_changes_fini(struct station_changes *changes)
{
	free(changes->all);
	*changes = (struct station_changes){ 0 };
}
