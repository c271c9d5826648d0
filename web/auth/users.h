/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_USERS_H
#define LANTERNE_WEB_AUTH_USERS_H

/*
 * users — who may log in: a file of lines "name:hash:role:asns".
 *
 * The hash is as in shadow(5): "*" matches no password, as for those who come
 * through a proxy, and "!" before it shuts the user out altogether. The role is
 * member, auditor or operator; a member has AS numbers, with commas between.
 * Empty lines and lines that begin with # are left alone. The file is read
 * again when it changes; one that is wrong changes nothing. All calls but
 * users_new and users_free from any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/auth/digest.h"
#include "web/auth/password.h"
#include "web/auth/principal.h"

enum { USERS_MAX = 10000, USERS_FILE_MAX = 8 << 20 };

struct user {
	char name[USER_NAME_SIZE];
	char hash[PASSWORD_HASH_SIZE];
	enum role role;
	bool is_disabled;
	uint32_t asns[USER_ASNS_MAX];
	size_t asn_count;
	/* Of all of the above: changes with any of it. */
	char stamp[DIGEST_TEXT_SIZE];
};

/* The users of one state of the file. */
struct user_list {
	struct user *users;
	size_t count;
	unsigned references;
};

struct users;

/**
 * Read a file of users.
 *
 * @param path     of the file; copied
 * @param problem  gets "FILE:LINE: what is wrong" on failure
 * @return 0; ERR_CONFIG: the file is wrong, as problem says; -errno
 */
MUST_CHECK int users_new(struct users **out, const char *path,
			 struct text *problem);

/** Free them; every list must have been released. NULL is fine. */
void users_free(struct users *users);

/**
 * The users now: the file is looked at again once a second.
 * @return to be given to users_release
 */
struct user_list *users_take(struct users *users);

/** Give a list back. */
void users_release(struct users *users, struct user_list *list);

/** The user of that name, without regard to the case of ASCII letters; or NULL.
 */
const struct user *user_find(const struct user_list *list, const char *name);

/**
 * Write a user to the file: as a new line, or instead of the one of that name.
 * Other lines stay as they are.
 * @return 0, ERR_FULL, ERR_CONFIG (the file is wrong) or -errno
 */
MUST_CHECK int users_put(const char *path, const struct user *user);

/**
 * The same, if the user is still in the file as its stamp says ("": not there).
 * @return ERR_EXISTS: it was changed meanwhile; else as users_put
 */
MUST_CHECK int users_replace(const char *path, const struct user *user);

/** Take a user out of the file. @return 0, ERR_NOT_FOUND or as users_put */
MUST_CHECK int users_remove(const char *path, const char *name);

/** Read the file now, whether or not a second has gone. */
void users_reload(struct users *users);

/** Whether this process may change the file. */
bool users_can_change(const struct users *users);

/** Have this process leave the file as it is; before any thread. */
void users_fix(struct users *users);

/** The same of a file by its path. */
bool users_can_change_at(const char *path);

/** The path of the file; borrowed. */
const char *users_path(const struct users *users);

/** Whether a name can be a user's: 1 to 64 of letters, digits and . _ @ + -,
 * a letter or digit first. */
bool user_name_is_valid(const char *name);

/** A role by its name; ROLE_NOBODY: there is none such. */
enum role role_of(const char *name);

/**
 * AS numbers of a text, with commas or spaces between, "AS" before them or not.
 * @return how many, or -1: it is no such list
 */
int user_parse_asns(const char *text, uint32_t asns[USER_ASNS_MAX]);

#endif
