/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CONFINE_H
#define LANTERNE_COLLECTOR_CONFINE_H

/*
 * confine — what a live collector keeps: its state and the tree of IXP
 * Manager's to write, the folders of what it reads anew to read, relays and
 * rrdcached to connect to. Nothing else, whatever a datagram makes of it.
 */

#include "ixp/config.h"
#include "util/attr.h"

/**
 * Give up the rest, for good. Before the first thread, once every socket that
 * listens is open. Says in the log what is in force.
 *
 * @return 0 or -errno, which was logged
 */
MUST_CHECK int confine(const struct config *config);

#endif
