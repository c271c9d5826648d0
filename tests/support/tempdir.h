/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_TEMPDIR_H
#define LANTERNE_TESTS_SUPPORT_TEMPDIR_H

/* tempdir — a directory of a test's own. Failing to get one ends the test. */

#include "util/attr.h"

/** Make an empty directory below TMPDIR or /tmp. @return its path, owned */
MUST_CHECK char *tempdir_new(void);

/** Remove a directory with all that is in it, and free the path. */
void tempdir_remove(char *path);

#endif
