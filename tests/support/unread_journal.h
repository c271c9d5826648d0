/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_UNREAD_JOURNAL_H
#define LANTERNE_TESTS_UNREAD_JOURNAL_H

/*
 * unread_journal — a journal whose newest file of closed steps the disk does
 * not give: reading it is an input/output error.
 */

#include <stdbool.h>

/** Have it so. @return false: there is no such file */
bool unread_journal_begin(const char *state_dir);

/** The file is as it was. @return false: it was not taken away */
bool unread_journal_end(const char *state_dir);

#endif
