/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/digest.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util/log.h"

/* The library computes these of any memory; it has no reason to fail but a
 * policy of the system that forbids SHA-256. */
static void must(int rc)
{
	if (rc == 0)
		return;
	log_error("web: GnuTLS computes no SHA-256: %s", gnutls_strerror(rc));
	abort();
}

static void to_hex(const unsigned char bytes[DIGEST_SIZE],
		   char to[DIGEST_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * DIGEST_SIZE] = '\0';
}

void digest_text(const void *data, size_t len, char to[DIGEST_TEXT_SIZE])
{
	unsigned char bytes[DIGEST_SIZE];

	must(gnutls_hash_fast(GNUTLS_DIG_SHA256, data, len, bytes));
	to_hex(bytes, to);
}

void digest_sign(const unsigned char key[SECRET_BYTES], const void *data,
		 size_t len, char to[DIGEST_TEXT_SIZE])
{
	unsigned char bytes[DIGEST_SIZE];

	must(gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, SECRET_BYTES, data, len,
			      bytes));
	to_hex(bytes, to);
}

int secret_bytes(unsigned char *to, size_t len)
{
	while (len > 0) {
		ssize_t got = getrandom(to, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		to += got;
		len -= (size_t)got;
	}
	return 0;
}

/* Base64url of some bytes; to has room for them and the NUL. */
static void to_base64url(const unsigned char *bytes, size_t len, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned held = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++) {
		held = (held << 8 | bytes[i]) & 0x3fff;
		for (bits += 8; bits >= 6; bits -= 6)
			*to++ = digits[held >> (bits - 6) & 63];
	}
	if (bits > 0)
		*to++ = digits[held << (6 - bits) & 63];
	*to = '\0';
}

int secret_new(char to[SECRET_TEXT_SIZE])
{
	unsigned char bytes[SECRET_BYTES];
	int rc = secret_bytes(bytes, sizeof(bytes));

	if (rc == 0)
		to_base64url(bytes, sizeof(bytes), to);
	return rc;
}

int secret_id(char to[SECRET_ID_TEXT_SIZE])
{
	unsigned char bytes[8];
	int rc = secret_bytes(bytes, sizeof(bytes));

	if (rc == 0)
		to_base64url(bytes, sizeof(bytes), to);
	return rc;
}

bool secret_equal(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && gnutls_memcmp(a, b, len) == 0;
}
