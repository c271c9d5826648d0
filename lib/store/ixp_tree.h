/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_IXP_TREE_H
#define LANTERNE_STORE_IXP_TREE_H

/*
 * ixp_tree — the tree of RRD files that IXP Manager's Grapher reads with its
 * sflow backend, as its own sflow-to-rrd-handler writes it:
 *
 *   ROOT/P/C/aggregate/aggregate.P.C.vlan00010.rrd
 *   ROOT/P/C/individual/individual.P.C.src-00007.rrd
 *   ROOT/P/C/p2p/src-00007/p2p.P.C.src-00007.dst-00008.rrd
 *
 * P is ipv4 or ipv6, C bytes or pkts, 10 an 802.1Q tag, 7 and 8 are
 * vlaninterface.id. All files are alike: two data sources, rates per second.
 * Files that the handler made go on with what they hold.
 *
 * "In" has opposite meanings, as there: of an aggregate it is the same as
 * "out"; of an individual it is what the VLAN interface sends into the
 * exchange; of src-A.dst-B it is what A receives from B.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "store/series.h"
#include "util/attr.h"

enum { IXP_TREE_STEP_S = 300 };

enum ixp_kind { IXP_AGGREGATE, IXP_INDIVIDUAL, IXP_P2P };
enum ixp_protocol { IXP_IPV4, IXP_IPV6, IXP_PROTOCOL_COUNT };
enum ixp_unit { IXP_BYTES, IXP_PKTS, IXP_UNIT_COUNT };

/* Data sources of every file. */
enum ixp_column { IXP_TRAFFIC_IN, IXP_TRAFFIC_OUT, IXP_COLUMN_COUNT };

/* One file of the tree. */
struct ixp_file {
	enum ixp_kind kind;
	enum ixp_protocol protocol;
	enum ixp_unit unit;
	uint32_t id;	/* 802.1Q tag; else vlaninterface.id */
	uint32_t other; /* of p2p: the destination's */
};

/** Data sources and archives of every file; static. */
const struct series_layout *ixp_tree_layout(void);

/** The path of a file. @return 0 or -ENAMETOOLONG */
MUST_CHECK int ixp_tree_path(char *to, size_t size, const char *root,
			     const struct ixp_file *file);

/**
 * Read a path below the root, as ixp_tree_path writes it and no other way:
 * "ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00010.rrd".
 * @return 0 or ERR_SYNTAX
 */
MUST_CHECK int ixp_tree_parse(const char *path, struct ixp_file *out);

/**
 * Rows of a file, two columns; rates per second of its unit.
 * @return as series_read
 */
MUST_CHECK int ixp_tree_read(struct series_data *out, const char *root,
			     const struct ixp_file *file,
			     const struct series_range *range);

/** Append a whole file, as it was at one moment. @return as rrd_read_whole */
MUST_CHECK int ixp_tree_read_whole(struct text *out, const char *root,
				   const struct ixp_file *file);

/**
 * Append rows to a file, in rising order of time; it is made if there is none,
 * or an empty one. Two values a row, in, out.
 *
 * @param skipped  gets how many rows the file covers already
 * @return 0 or as rrd_write_file
 */
MUST_CHECK int ixp_tree_write(const char *root, const struct ixp_file *file,
			      const struct series_row *rows, size_t count,
			      size_t *skipped);

/**
 * Until when a file knows of traffic, by its 5-minute and 2-hour means: about
 * two months back.
 *
 * @param time_s  gets the end of the newest mean above 0; 0: there is none
 * @return 0; ERR_NOT_FOUND, ERR_STORE as rrd_last_end, -errno
 */
MUST_CHECK int ixp_tree_last_traffic(const char *root,
				     const struct ixp_file *file,
				     int64_t *time_s);

/** Called for a p2p file of bytes. @return false: no more are wanted */
typedef bool ixp_tree_visitor(void *context, const struct ixp_file *file);

/**
 * Visit the p2p files of bytes that the tree has; other names are passed over.
 *
 * @return 0 (also for a tree that is not there); -errno, after the visit of
 *         what could be read
 */
MUST_CHECK int ixp_tree_list(const char *root, ixp_tree_visitor *visit,
			     void *context);

#endif
