/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_VERDICTS_H
#define LANTERNE_COLLECTOR_VERDICTS_H

/*
 * verdicts — what direction auto came to, kept over a restart.
 *
 * A small text file, one line a switch: its name and "ingress" or "any".
 */

#include "collector/intake.h"
#include "util/text.h"

/** Take over what an earlier run decided; no file is no verdict. */
void verdicts_read(struct intake *in, const char *path);

/** Append the verdicts of all switches that have one. */
void verdicts_write(struct text *out, const struct intake *in);

#endif
