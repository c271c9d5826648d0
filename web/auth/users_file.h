/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_USERS_FILE_H
#define LANTERNE_WEB_AUTH_USERS_FILE_H

/* users_file — the lines of a file of users as values. */

#include "web/auth/users.h"

/**
 * Read all lines.
 *
 * @param text     the file's content
 * @param path     to name in problem
 * @param list     gets the users; to be freed with user_list_free
 * @return 0, ERR_CONFIG (problem says why) or -ENOMEM
 */
MUST_CHECK int user_list_parse(const char *text, const char *path,
			       struct user_list **list, struct text *problem);

/** Free a list that nobody holds; NULL is fine. */
void user_list_free(struct user_list *list);

/** Append a user's line. */
void user_add_line(struct text *out, const struct user *user);

/** Whether a line of len bytes is that of a user of this name. */
bool user_is_line_of(const char *line, size_t len, const char *name);

#endif
