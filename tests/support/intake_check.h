/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_INTAKE_CHECK_H
#define LANTERNE_TESTS_INTAKE_CHECK_H

/* intake_check — what must hold of an intake at any time. */

#include <stdbool.h>
#include <stddef.h>

struct cell;
struct intake;

/** The first sum that does not add up, in words; NULL if all do. */
const char *intake_fault(const struct intake *in);

/** Take the cells as a step that is closed has them; false without memory. */
bool intake_take(struct intake *in, struct cell **cells, size_t *count);

#endif
