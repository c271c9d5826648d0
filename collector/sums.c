/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_FIRST = 256 };

int sums_init(struct sums *s)
{
	*s = (struct sums){ 0 };
	return track_set_init(&s->set);
}

void sums_fini(struct sums *s)
{
	track_set_fini(&s->set);
	free(s->parts.tracks);
	free(s->step.tracks);
	free(s->pairs.tracks);
	free(s->amounts);
	*s = (struct sums){ 0 };
}

static int append(struct track_list *list, uint32_t track)
{
	if (list->count == list->room) {
		uint32_t room = list->room ? 2 * list->room : ROOM_AT_FIRST;
		uint32_t *grown =
		    realloc(list->tracks, (size_t)room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->tracks = grown;
		list->room = room;
	}
	list->tracks[list->count++] = track;
	return 0;
}

static int make_room_for_part(struct sums *s)
{
	uint32_t room = s->amounts_room ? 2 * s->amounts_room : ROOM_AT_FIRST;
	struct record_traffic *grown;

	if (s->parts.count < s->amounts_room)
		return 0;
	grown = realloc(s->amounts, (size_t)room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->amounts = grown;
	s->amounts_room = room;
	return 0;
}

/* What a track got since the last part; NULL, and counted, without memory. */
static struct record_traffic *part_of(struct sums *s, uint32_t track)
{
	struct track *t = &s->set.tracks[track];

	if (t->part != TRACK_NONE)
		return &s->amounts[t->part];
	if (make_room_for_part(s) < 0 || append(&s->parts, track) < 0) {
		s->failed++;
		return NULL;
	}
	t->part = s->parts.count - 1;
	s->amounts[t->part] = (struct record_traffic){ 0 };
	return &s->amounts[t->part];
}

static void add_end_to(struct sums *s, uint32_t track, const struct cell *cell,
		       bool to)
{
	struct record_traffic *amounts;

	if (track == TRACK_NONE)
		return;
	amounts = part_of(s, track);
	if (amounts)
		tally_add(&amounts->tallies[to][cell_ends(cell->key).family],
			  &cell->tally);
}

/* Add one end of a cell to the series that it belongs to. */
static void add_end(struct sums *s, const struct flush_view *v,
		    const struct cell *cell, uint32_t end, bool to)
{
	const struct vlan_interface *i = &v->registry->interfaces[end];

	if (end == REGISTRY_NOBODY)
		return;
	add_end_to(s, v->exchange, cell, to);
	add_end_to(s, v->members[i->member], cell, to);
	add_end_to(s, v->switches[cell_ends(cell->key).switch_index], cell, to);
	add_end_to(s, v->interfaces[end], cell, to);
	add_end_to(s, flush_view_vlan(v, i->vlan), cell, to);
}

uint32_t sums_pair(struct sums *s, const struct series *pair)
{
	uint32_t before = s->set.count;
	uint32_t found;

	/* An unknown one is looked for only while there is room for it. */
	if (s->pair_count >= SUMS_PAIRS_MAX)
		found = track_set_look(&s->set, pair);
	else
		found = track_set_find(&s->set, pair);
	if (s->set.count > before)
		s->pair_count++;
	return found;
}

static void add_pair(struct sums *s, const struct flush_view *v,
		     const struct cell *cell)
{
	const struct registry *r = v->registry;
	struct cell_ends e = cell_ends(cell->key);
	const struct vlan_interface *from = &r->interfaces[e.from];
	const struct vlan_interface *to = &r->interfaces[e.to];
	struct series pair = { .kind = SERIES_PAIR };
	struct record_traffic *amounts;
	uint32_t sender;
	uint32_t receiver;
	uint32_t track;

	if (!e.from || !e.to)
		return;
	sender = r->members[from->member].asn;
	receiver = r->members[to->member].asn;
	pair.asn = sender <= receiver ? sender : receiver;
	pair.other_asn = sender <= receiver ? receiver : sender;
	pair.vlan = from->vlan == to->vlan ? from->vlan : 0;
	track = sums_pair(s, &pair);
	if (track == TRACK_NONE) {
		s->pairs_left_out++;
		return;
	}
	amounts = part_of(s, track);
	if (amounts)
		tally_add(&amounts->tallies[sender > receiver][e.family],
			  &cell->tally);
}

void sums_cells(struct sums *s, const struct flush_view *view,
		const struct cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);

		add_end(s, view, &cells[i], e.from, false);
		add_end(s, view, &cells[i], e.to, true);
		add_pair(s, view, &cells[i]);
	}
}

void sums_add(struct sums *s, const struct series *series,
	      const struct record_traffic *amounts)
{
	struct record_traffic *to = NULL;
	uint32_t track = series->kind == SERIES_PAIR
			     ? sums_pair(s, series)
			     : track_set_find(&s->set, series);

	if (track == TRACK_NONE)
		s->failed++;
	else
		to = part_of(s, track);
	if (to)
		record_traffic_add(to, amounts);
}

int sums_note(struct sums *s, uint32_t track)
{
	struct track *t = &s->set.tracks[track];
	bool is_pair = t->series.kind == SERIES_PAIR;
	int rc = 0;

	if (!t->summed)
		rc = append(is_pair ? &s->pairs : &s->step, track);
	t->summed = t->summed || rc == 0;
	return rc;
}

void sums_join(struct sums *s)
{
	for (uint32_t i = 0; i < s->parts.count; i++) {
		struct track *t = &s->set.tracks[s->parts.tracks[i]];

		t->part = TRACK_NONE;
		if (sums_note(s, s->parts.tracks[i]) < 0)
			s->failed++;
		record_traffic_add(&t->sums, &s->amounts[i]);
	}
	s->parts.count = 0;
}

void sums_forget(struct track *t)
{
	t->sums = (struct record_traffic){ 0 };
	t->summed = false;
}
