/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_GOLDEN_IXP_PRINT_H
#define LANTERNE_TESTS_GOLDEN_IXP_PRINT_H

/* ixp_print — roster and registry as lines of text, for the goldens. */

#include "ixp/registry.h"
#include "ixp/roster.h"
#include "util/text.h"

/** Append every value of a roster. */
void roster_print(const struct roster *roster, struct text *out);

/** Append every value of a registry. */
void registry_print(const struct registry *registry, struct text *out);

#endif
