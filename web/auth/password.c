/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "web/auth/digest.h"

/* A hash of yescrypt has 43 characters and more with its salt; libcrypt looks
 * at what stands before the hash alone. */
enum { SHORTEST = 43 };

/* What is hashed where there is no hash to compare with: of yescrypt with the
 * cost that new ones have, so that it takes as long. Nobody knows a password
 * that gives it, and it would not be taken if somebody did. */
static const char nobody[] = "$y$j9T$LanterneNobodyHasThis0$"
			     "0000000000000000000000000000000000000000000";

_Static_assert((int)PASSWORD_HASH_SIZE == (int)CRYPT_OUTPUT_SIZE,
	       "the size of libcrypt's results");

/* The result of libcrypt in memory of its own (32 kB), wiped behind it. */
static bool compute(const char *password, const char *setting,
		    char to[PASSWORD_HASH_SIZE])
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made;

	if (!data)
		return false;
	made = crypt_rn(password, setting, data, sizeof(*data));
	if (made)
		memcpy(to, made, strlen(made) + 1);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return made != NULL;
}

int password_hash(const char *password, char to[PASSWORD_HASH_SIZE])
{
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	size_t len = strlen(password);

	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return ERR_RANGE;
	/* Its own random bytes, its own choice of cost. */
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		return -errno;
	return compute(password, salt, to) ? 0 : -ENOMEM;
}

bool password_matches(const char *password, const char *hash)
{
	bool is_real = hash[0] == '$';
	char made[PASSWORD_HASH_SIZE];
	bool same;

	if (strlen(password) > PASSWORD_MAX)
		password = "";
	same = compute(password, is_real ? hash : nobody, made) &&
	       secret_equal(made, is_real ? hash : nobody);
	return same && is_real;
}

bool password_hash_is_valid(const char *hash)
{
	if (strcmp(hash, "*") == 0)
		return true;
	/* Others take another time, which would tell who is there. */
	return strncmp(hash, "$y$", 3) == 0 && strlen(hash) >= SHORTEST &&
	       strlen(hash) < PASSWORD_HASH_SIZE &&
	       crypt_checksalt(hash) == CRYPT_SALT_OK;
}
