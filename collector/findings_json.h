/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FINDINGS_JSON_H
#define LANTERNE_COLLECTOR_FINDINGS_JSON_H

/* findings_json — what was learned of the ports, for the status file. */

#include "collector/intake.h"
#include "util/json_write.h"

/**
 * Write learned_ports, moved_macs and misdelivered_macs, as of the last
 * datagram.
 */
void findings_json(struct json_writer *w, const struct intake *in);

#endif
