/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MAP_HOOK_H
#define LANTERNE_TESTS_SUPPORT_MAP_HOOK_H

/*
 * map_hook — be there when librrd has mapped a file and not looked into it yet.
 *
 * librrd calls madvise three times then, through the dynamic linker, which
 * finds ours first.
 */

/** Call hook before each madvise from now on; NULL: no more. */
void map_hook_set(void (*hook)(void));

#endif
