/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IXP_WRITE_H
#define LANTERNE_COLLECTOR_IXP_WRITE_H

/*
 * ixp_write — the windows that wait, into the files of IXP Manager's tree.
 * For collector/ixp_view.c and ixp_write.c alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/ixp_sums.h"
#include "collector/ixp_view.h"
#include "collector/ixp_window.h"
#include "store/ixp_tree.h"

enum { IXP_WINDOWS_MAX = 12 /* that wait: an hour */ };

/* What came of the last pass over all files. */
struct ixp_pass {
	bool given_up;	      /* too many failures in a row */
	bool stored;	      /* some row was */
	uint32_t in_a_row;    /* failures */
	uint64_t behind;      /* files */
	uint64_t oldest;      /* rows of the first window that are not stored */
	uint64_t unsaved;     /* rows of all */
	int reason;	      /* of the first failure; 0: none */
	struct ixp_file file; /* it was this one's */
};

struct ixp_view {
	char *tree; /* NULL: off */
	uint32_t batch;
	int64_t age_s;
	bool listed; /* the pairs that have files are in the sums */
	bool failing;
	bool held; /* the time may be wrong: windows wait */
	struct ixp_sums sums;
	struct ixp_span span; /* of the window at hand; start_s 0: none yet */
	struct ixp_window windows[IXP_WINDOWS_MAX];
	uint32_t window_count;
	uint32_t fresh; /* of them, the first that no file was given yet */
	int64_t swept;	/* hours since the epoch */
	struct ixp_pass pass;
	bool others_stored; /* some row was, in the pass before */
	struct ixp_counters counters;
};

/**
 * Give every file the rows of the windows that wait, as far as it lacks them:
 * those that it was not given yet, and if it is behind all. v->pass says what
 * came of it.
 */
void ixp_write_all(struct ixp_view *v);

/** True if a pair gets no zeros in a family any more, or not yet. */
bool ixp_pair_is_aged(const struct ixp_view *v, const struct ixp_pair *pair,
		      int protocol, int64_t now_s);

#endif
