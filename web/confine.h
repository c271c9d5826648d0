/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CONFINE_H
#define LANTERNE_WEB_CONFINE_H

/*
 * confine — what a running web keeps: the data and the folders of what it
 * reads anew for reading, its own small state for writing, connections that
 * come in. Nothing else, whatever a request makes of it.
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
