/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_DIGEST_H
#define LANTERNE_WEB_AUTH_DIGEST_H

/*
 * digest — what secrets are made, kept and compared with: SHA-256 (FIPS
 * 180-4), HMAC (RFC 2104), random bytes of the system, base64url (RFC 4648,
 * 5) without padding. GnuTLS computes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

enum {
	DIGEST_SIZE = 32,      /* bytes */
	DIGEST_TEXT_SIZE = 65, /* in hexadecimal, and the NUL */
	SECRET_BYTES = 32,     /* 256 bits, as said in RFC 6265 and OWASP */
	SECRET_TEXT_SIZE = 44, /* of such a secret in base64url, and the NUL */
	SECRET_ID_TEXT_SIZE = 12, /* of 8 bytes in base64url, and the NUL */
};

/** SHA-256 of some bytes, in lower-case hexadecimal. */
void digest_text(const void *data, size_t len, char to[DIGEST_TEXT_SIZE]);

/** HMAC with SHA-256 of some bytes, in lower-case hexadecimal. */
void digest_sign(const unsigned char key[SECRET_BYTES], const void *data,
		 size_t len, char to[DIGEST_TEXT_SIZE]);

/**
 * Random bytes of the system.
 * @return 0 or -errno
 */
MUST_CHECK int secret_bytes(unsigned char *to, size_t len);

/** A new secret of 256 random bits. @return 0 or -errno */
MUST_CHECK int secret_new(char to[SECRET_TEXT_SIZE]);

/** A new name for something, of 64 random bits. @return 0 or -errno */
MUST_CHECK int secret_id(char to[SECRET_ID_TEXT_SIZE]);

/** Whether two texts are the same; how long that takes tells their lengths
 * alone. */
bool secret_equal(const char *a, const char *b);

#endif
