/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_PASSWORD_H
#define LANTERNE_WEB_AUTH_PASSWORD_H

/* password — passwords as they are kept: hashed with yescrypt by libcrypt, in
 * the form of crypt(5). One hash takes about 20 ms of a processor. */

#include <stdbool.h>

#include "util/attr.h"

enum {
	PASSWORD_MIN = 12,  /* bytes; NIST SP 800-63B asks for 8 and more */
	PASSWORD_MAX = 256, /* bytes */
	PASSWORD_HASH_SIZE = 384, /* as CRYPT_OUTPUT_SIZE */
};

/**
 * Hash a password with a new salt.
 * @return 0; ERR_RANGE: it is too short or too long; -errno
 */
MUST_CHECK int password_hash(const char *password, char to[PASSWORD_HASH_SIZE]);

/**
 * Whether a password is the one that was hashed. Takes as long for a hash that
 * no password has ("*") and for one of another user.
 */
bool password_matches(const char *password, const char *hash);

/** Whether a text can be such a hash, or "*": no password is right. */
bool password_hash_is_valid(const char *hash);

#endif
