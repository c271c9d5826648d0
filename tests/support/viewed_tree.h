/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_VIEWED_TREE_H
#define LANTERNE_TESTS_SUPPORT_VIEWED_TREE_H

/*
 * viewed_tree — IXP Manager's tree in a folder of its own, as ixp_view writes
 * it for the exchange of registry_builder. Every failure fails the test that
 * called.
 *
 * In VLAN 100 AS64500 has id 7, AS64501 8 and AS64502 9; in VLAN 200 AS64502
 * has 10 and AS64503 11.
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/ixp_view.h"
#include "support/ixp_rows.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"

#define VIEW_START    STORED_START
#define VIEW_WINDOW_S INT64_C(300)

/* A level that nothing is logged at, for failures on purpose. */
enum { SILENT = 2 };

struct viewed_tree {
	char *dir;
	char tree[PATH_MAX];
	struct exchange e;
	struct ixp_view *view;
	int64_t now_s; /* start of the window at hand */
};

/** Open one without further keys, that writes each window at once. */
void viewed_open(struct viewed_tree *t);
void viewed_close(struct viewed_tree *t);

/** As after a restart. keys: what stands behind "tree: X"; "" or ", ...". */
void viewed_reopen(struct viewed_tree *t, const char *keys, uint32_t batch);

/** An exchange whose tree is configured so: "tree: X, ..."; NULL: not. */
void viewed_build(const struct viewed_tree *t, struct exchange *x,
		  const char *keys);

/** The VLAN interface of a member. */
uint32_t viewed_interface(const struct exchange *x, uint32_t asn,
			  uint16_t vlan);

/** Bytes, and a packet for each ten of them, between two interfaces. */
void viewed_count(struct viewed_tree *t, uint32_t from, uint32_t to,
		  enum family family, uint64_t bytes);

/** The same, from one id to another one. */
void viewed_send(struct viewed_tree *t, uint32_t from, uint32_t to,
		 enum family family, uint64_t bytes);

/** Cover the window so far; all members but one are seen. */
void viewed_cover(struct viewed_tree *t, int64_t covered_s, bool edge,
		  uint32_t unseen);

/** Close the window, all of it covered. */
void viewed_close_window(struct viewed_tree *t);

/** Close the one so many behind the first; those between are unknown. */
void viewed_close_at(struct viewed_tree *t, int64_t window);

/* IPv4's files of bytes, and the same file of another protocol and unit. */
struct ixp_file viewed_p2p(uint32_t from, uint32_t to);
struct ixp_file viewed_individual(uint32_t id);
struct ixp_file viewed_aggregate(uint32_t tag);
struct ixp_file viewed_of(struct ixp_file file, enum ixp_protocol protocol,
			  enum ixp_unit unit);

/** Assert the row of a window, so many behind the first. */
void viewed_row(const struct viewed_tree *t, struct ixp_file file,
		int64_t window, double in, double out);

/** True if the file is there. */
bool viewed_has(const struct viewed_tree *t, struct ixp_file file);

#endif
