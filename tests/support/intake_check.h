/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_INTAKE_CHECK_H
#define LANTERNE_TESTS_INTAKE_CHECK_H

/* intake_check — what must hold of an intake at any time. */

struct intake;

/** The first sum that does not add up, in words; NULL if all do. */
const char *intake_fault(const struct intake *in);

#endif
