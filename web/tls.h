/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_TLS_H
#define LANTERNE_WEB_TLS_H

/*
 * tls — the certificate and key that connections begin with.
 *
 * They are read again when their files change. What cannot be read, or does
 * not belong together, changes nothing: what was in use stays so. A connection
 * keeps those that it began with, so none is freed under it.
 *
 * The only place that knows GnuTLS. All calls from any thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

struct tls;
struct tls_keys; /* a certificate and its key, with counted references */

/* What GnuTLS takes: TLS 1.2 and 1.3. */
extern const char tls_priorities[];

/* A function of a type that only GnuTLS tells. */
typedef void (*tls_callback)(void);

/** What libmicrohttpd is to ask for a certificate where tls_begin was not
 * called: there is none. */
tls_callback tls_no_default(void);

/**
 * Read certificate and key.
 *
 * @param problem  gets what is wrong, with the file's name, without line end
 * @return 0; ERR_CONFIG (problem says why) or -ENOMEM
 */
MUST_CHECK int tls_open(struct tls **out, const char *certificate,
			const char *key, struct text *problem);

/** Free; no connection may be left. NULL is fine. */
void tls_close(struct tls *tls);

/**
 * Read again, perhaps from other files, if those are others or have changed
 * since they were read last.
 *
 * @param problem  gets why, if the old ones stay though there are new ones;
 * once for each change
 * @return whether there are new ones in use
 */
bool tls_follow(struct tls *tls, const char *certificate, const char *key,
		struct text *problem);

/**
 * Have a session begin with what is in use.
 *
 * @param session  a gnutls_session_t, before its handshake
 * @return to be given to tls_keys_unref when the session has ended; NULL: it
 *         can have none, and must be ended
 */
struct tls_keys *tls_begin(struct tls *tls, void *session);

/** Give a reference back; the last one frees. NULL is fine. */
void tls_keys_unref(struct tls_keys *keys);

/** When the certificate in use is no longer valid; seconds of the epoch. */
int64_t tls_valid_until_s(struct tls *tls);

#endif
