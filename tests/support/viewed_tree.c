/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/viewed_tree.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "support/tempdir.h"

/* Who has which id. */
static const struct {
	uint32_t asn;
	uint16_t vlan;
	uint32_t id;
} ids[] = {
	{ 64500, 100, 7 },  { 64501, 100, 8 },	{ 64502, 100, 9 },
	{ 64502, 200, 10 }, { 64503, 200, 11 },
};

enum { IDS = sizeof(ids) / sizeof(ids[0]) };

uint32_t viewed_interface(const struct exchange *x, uint32_t asn, uint16_t vlan)
{
	const struct member *m = registry_member(x->registry, asn);

	for (uint32_t i = 0; i <= m->interface_count; i++) {
		if (x->registry->interfaces[m->catch_all + i].vlan == vlan)
			return m->catch_all + i;
	}
	ck_abort_msg("AS%u is not in VLAN %u", asn, vlan);
}

void viewed_build(const struct viewed_tree *t, struct exchange *x,
		  const char *keys)
{
	char *text = exchange_config_text("any", t->dir);
	char whole[8192];

	(void)snprintf(whole, sizeof(whole), "%s", text);
	if (keys)
		(void)snprintf(whole, sizeof(whole), "%sixp_manager: { %s }\n",
			       text, keys);
	free(text);
	exchange_build(x, whole, NULL);
	for (size_t i = 0; i < IDS; i++)
		x->registry
		    ->interfaces[viewed_interface(x, ids[i].asn, ids[i].vlan)]
		    .ixp_id = ids[i].id;
}

void viewed_reopen(struct viewed_tree *t, const char *keys, uint32_t batch)
{
	char all[PATH_MAX + 64];

	ixp_view_free(t->view);
	t->view = NULL;
	exchange_free(&t->e);
	(void)snprintf(all, sizeof(all), "tree: %s%s", t->tree, keys);
	viewed_build(t, &t->e, all);
	ck_assert_int_eq(ixp_view_new(&t->view, t->e.registry, batch), 0);
}

void viewed_open(struct viewed_tree *t)
{
	*t = (struct viewed_tree){ .dir = tempdir_new(), .now_s = VIEW_START };
	(void)snprintf(t->tree, sizeof(t->tree), "%s/tree", t->dir);
	viewed_reopen(t, "", 1);
}

void viewed_close(struct viewed_tree *t)
{
	ixp_view_free(t->view);
	exchange_free(&t->e);
	tempdir_remove(t->dir);
}

void viewed_count(struct viewed_tree *t, uint32_t from, uint32_t to,
		  enum family family, uint64_t bytes)
{
	const struct cell cell = {
		.key = cell_key(from, to, 0, family),
		.tally = { .bytes = bytes, .packets = bytes / 10, .samples = 1 }
	};

	ixp_view_cells(t->view, t->e.registry, &cell, 1);
}

void viewed_send(struct viewed_tree *t, uint32_t from, uint32_t to,
		 enum family family, uint64_t bytes)
{
	uint32_t ends[2] = { 0, 0 };

	for (size_t i = 0; i < IDS; i++) {
		uint32_t interface =
		    viewed_interface(&t->e, ids[i].asn, ids[i].vlan);

		if (ids[i].id == from)
			ends[0] = interface;
		if (ids[i].id == to)
			ends[1] = interface;
	}
	ck_assert(ends[0] && ends[1]);
	viewed_count(t, ends[0], ends[1], family, bytes);
}

void viewed_cover(struct viewed_tree *t, int64_t covered_s, bool edge,
		  uint32_t unseen)
{
	const struct registry *r = t->e.registry;

	for (uint32_t i = 0; i < r->member_count; i++) {
		if (r->members[i].asn != unseen)
			ixp_view_seen(t->view, r, i, covered_s * US_PER_S);
	}
	ixp_view_covered(t->view,
			 &(struct ixp_step){ .start_s = t->now_s,
					     .covered_us = covered_s * US_PER_S,
					     .edge = edge,
					     .alive = true });
}

void viewed_close_window(struct viewed_tree *t)
{
	viewed_cover(t, VIEW_WINDOW_S, false, 0);
	ixp_view_close(t->view);
	t->now_s += VIEW_WINDOW_S;
}

void viewed_close_at(struct viewed_tree *t, int64_t window)
{
	t->now_s = VIEW_START + window * VIEW_WINDOW_S;
	viewed_close_window(t);
}

struct ixp_file viewed_p2p(uint32_t from, uint32_t to)
{
	return (struct ixp_file){ .kind = IXP_P2P, .id = from, .other = to };
}

struct ixp_file viewed_individual(uint32_t id)
{
	return (struct ixp_file){ .kind = IXP_INDIVIDUAL, .id = id };
}

struct ixp_file viewed_aggregate(uint32_t tag)
{
	return (struct ixp_file){ .kind = IXP_AGGREGATE, .id = tag };
}

struct ixp_file viewed_of(struct ixp_file file, enum ixp_protocol protocol,
			  enum ixp_unit unit)
{
	file.protocol = protocol;
	file.unit = unit;
	return file;
}

static bool alike(double got, double wanted)
{
	return isnan(wanted) ? isnan(got)
			     : fabs(got - wanted) <= 1e-9 * wanted + 1e-9;
}

void viewed_row(const struct viewed_tree *t, struct ixp_file file,
		int64_t window, double in, double out)
{
	struct ixp_row row =
	    ixp_rows_read(t->tree, &file, VIEW_START + window * VIEW_WINDOW_S);

	ck_assert_msg(alike(row.in, in) && alike(row.out, out),
		      "window %lld: %g %g, expected %g %g", (long long)window,
		      row.in, row.out, in, out);
}

bool viewed_has(const struct viewed_tree *t, struct ixp_file file)
{
	return ixp_rows_has_file(t->tree, &file);
}
