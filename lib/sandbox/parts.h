/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SANDBOX_PARTS_H
#define LANTERNE_SANDBOX_PARTS_H

/* parts — the steps of sandbox_apply, for sandbox.c and its tests. */

#include "sandbox/sandbox.h"

/* calls.c */

/**
 * Let the kernel kill the process at any call that the list of its kind does
 * not have.
 *
 * @param keeps_net_raw  as in the rules
 * @param count          number of calls that it has; 0: the kernel has no
 *                       seccomp
 * @return 0 or -errno
 */
MUST_CHECK int calls_limit(enum sandbox_kind kind, bool keeps_net_raw,
			   unsigned *count);

/* files.c */

/**
 * Let nothing be opened but what the rules name.
 *
 * @param abi  of the kernel's Landlock; 0: none, or one without REFER
 * @return 0 or -errno
 */
MUST_CHECK int files_limit(const struct sandbox_rules *rules, int *abi);

/* rights.c */

/**
 * Drop every capability, from every set, but CAP_NET_RAW where that is to be
 * kept and is held, and never gain any again.
 *
 * @param kept  whether it was
 * @return 0 or -errno
 */
MUST_CHECK int rights_drop(bool keeps_net_raw, bool *kept);

#endif
