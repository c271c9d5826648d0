/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_HEAT_H
#define LANTERNE_WEB_HEAT_H

/*
 * heat — the colours of a heat map, ten classes of which each is half a decade:
 * the top one reaches from a third of the highest value up to it.
 */

#include <stdint.h>

#include "util/text.h"

enum { HEAT_CLASSES = 10 };

/** The class of a value above 0, 0 to HEAT_CLASSES - 1. */
int heat_class(double value, double highest);

/** Where a class begins: values above it are in it. */
double heat_above(int class, double highest);

/** Append what the classes mean, highest being a rate in bytes/s. */
void heat_add_legend(struct text *out, double highest);

#endif
