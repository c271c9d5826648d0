/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_CREDENTIALS_H
#define LANTERNE_WEB_AUTH_CREDENTIALS_H

/*
 * credentials — secrets that stand for a user for a while: the sessions of
 * browsers, and the tokens of programs.
 *
 * Of a secret only the SHA-256 is kept, in memory and in a file that is
 * replaced as a whole; whoever reads it can log in with nothing of it. All
 * calls from any thread; those that write the file wait for the disk.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/auth/digest.h"
#include "web/auth/principal.h"
#include "web/auth/users.h"

enum { CREDENTIAL_LABEL_SIZE = 65, CREDENTIALS_FILE_MAX = 16 << 20 };

struct credential {
	char id[SECRET_ID_TEXT_SIZE]; /* may be shown */
	char digest[DIGEST_TEXT_SIZE];
	char user[USER_NAME_SIZE];
	char stamp[DIGEST_TEXT_SIZE]; /* of the user then; "": not held to it */
	char label[CREDENTIAL_LABEL_SIZE]; /* what its user calls it */
	double made_s;			   /* all of the epoch */
	double used_s;
	double expires_s;
};

/* How long and how many. */
struct credential_limits {
	double idle_s; /* unused for so long it ends; 0: never for that */
	size_t per_user;
	size_t in_all;
};

struct credentials;

/**
 * Read those of a file, which need not be there.
 *
 * @param path     copied
 * @param problem  gets why not
 * @return 0; ERR_CONFIG: the file is not what was written; -errno
 */
MUST_CHECK int credentials_new(struct credentials **out, const char *path,
			       struct credential_limits limits,
			       struct text *problem);

/** Free them; NULL is fine. Uses that were not written are lost. */
void credentials_free(struct credentials *credentials);

/**
 * Make a new one. A user who has as many as there may be loses the one that was
 * used the longest ago.
 *
 * @param about   user, stamp, label, made_s and expires_s are taken
 * @param secret  gets what the holder shows; kept nowhere
 * @param id      gets its name; NULL: not wanted
 * @return 0, ERR_FULL or -errno; then nothing has changed
 */
MUST_CHECK int credentials_add(struct credentials *credentials,
			       const struct credential *about,
			       char secret[SECRET_TEXT_SIZE],
			       char id[SECRET_ID_TEXT_SIZE]);

/**
 * Whose a secret is, and note that it was used.
 * @return whether there is one that has not ended
 */
MUST_CHECK bool credentials_find(struct credentials *credentials,
				 const char *secret, double now_s,
				 struct credential *out);

/** End one of a user's by its name. @return 0, ERR_NOT_FOUND or -errno */
MUST_CHECK int credentials_end(struct credentials *credentials,
			       const char *user, const char *id);

/**
 * End all of a user's but one.
 * @param but    its name, or NULL
 * @param ended  gets how many
 * @return 0 or -errno
 */
MUST_CHECK int credentials_end_all(struct credentials *credentials,
				   const char *user, const char *but,
				   size_t *ended);

/**
 * Those of a user that have not ended, the newest first.
 * @param user  NULL: of all users
 * @param out   to be freed
 * @return 0 or -ENOMEM
 */
MUST_CHECK int credentials_list(struct credentials *credentials,
				const char *user, double now_s,
				struct credential **out, size_t *count);

/**
 * Forget what has ended, and write when the rest was used, if that is not
 * written.
 *
 * @param users  who is not there any more has none either; NULL: all are
 * @return 0 or -errno
 */
int credentials_tidy(struct credentials *credentials, double now_s,
		     const struct user_list *users);

#endif
