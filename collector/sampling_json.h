/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_SAMPLING_JSON_H
#define LANTERNE_COLLECTOR_SAMPLING_JSON_H

/* sampling_json — how good the samples are, for the status file. */

#include "collector/intake.h"
#include "util/json_write.h"

/** Write sides_shut, losses and pair_losses. */
void sampling_json(struct json_writer *w, const struct intake *in);

/** Write a port's calibration. */
void sampling_json_port(struct json_writer *w, const struct port_state *p);

#endif
