/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "util/err.h"
#include "util/file.h"

enum { FILE_MAX = 1 << 20 };

struct tls_keys {
	atomic_uint references;
	gnutls_certificate_credentials_t credentials;
	int64_t until_s;
};

/* By what two states of a file are told apart. */
struct stamp {
	dev_t device;
	ino_t number;
	off_t size;
	struct timespec changed;
};

/* Of certificate and key. */
struct stamps {
	struct stamp files[2];
};

struct tls {
	pthread_mutex_t lock; /* guards what follows */
	struct tls_keys *keys;
	struct stamps stamps; /* of what was last looked at */
};

const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* A file that is not there is as no other. */
static struct stamp stamp_of(const char *path)
{
	struct stat s;

	if (stat(path, &s) < 0)
		return (struct stamp){ .size = -1 };
	return (struct stamp){ .device = s.st_dev,
			       .number = s.st_ino,
			       .size = s.st_size,
			       .changed = s.st_ctim };
}

static struct stamps stamps_of(const char *certificate, const char *key)
{
	return (struct stamps){ { stamp_of(certificate), stamp_of(key) } };
}

static bool is_same(const struct stamps *a, const struct stamps *b)
{
	for (size_t i = 0; i < 2; i++) {
		const struct stamp *x = &a->files[i];
		const struct stamp *y = &b->files[i];

		if (x->device != y->device || x->number != y->number ||
		    x->size != y->size ||
		    x->changed.tv_sec != y->changed.tv_sec ||
		    x->changed.tv_nsec != y->changed.tv_nsec)
			return false;
	}
	return true;
}

/* NOLINTBEGIN(readability-*): what the library calls */
/* Its type has room for an answer. */
static int refuse(gnutls_session_t session, const gnutls_datum_t *authorities,
		  int count, const gnutls_pk_algorithm_t *algorithms,
		  int algorithm_count, gnutls_pcert_st **chain,
		  unsigned *chain_len, gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)count;
	(void)algorithms;
	(void)algorithm_count;
	(void)chain;
	(void)chain_len;
	(void)key;
	return -1;
}
/* NOLINTEND(readability-*) */

tls_callback tls_no_default(void)
{
	return (tls_callback)refuse;
}

void tls_keys_unref(struct tls_keys *keys)
{
	if (!keys || atomic_fetch_sub(&keys->references, 1) > 1)
		return;
	if (keys->credentials)
		gnutls_certificate_free_credentials(keys->credentials);
	free(keys);
}

static int read_pem(const char *path, struct text *to, struct text *problem)
{
	int rc = file_read(path, FILE_MAX, to);

	if (rc < 0)
		text_addf(problem, "%s: %s", path, err_str(rc));
	return rc;
}

static gnutls_datum_t datum_of(const struct text *t)
{
	return (gnutls_datum_t){ .data = (unsigned char *)t->data,
				 .size = (unsigned)t->len };
}

/* When the first certificate, the server's own, ends; 0: it has no such. */
static int64_t find_end(gnutls_certificate_credentials_t credentials)
{
	gnutls_x509_crt_t *chain = NULL;
	unsigned count = 0;
	int64_t end_s = 0;

	if (gnutls_certificate_get_x509_crt(credentials, 0, &chain, &count) < 0)
		return 0;
	if (count > 0)
		end_s = (int64_t)gnutls_x509_crt_get_expiration_time(chain[0]);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return end_s;
}

/* Both from memory: files may change while they are looked at. */
static int take(struct tls_keys *keys, const struct text *certificate,
		const struct text *key)
{
	gnutls_datum_t pems[] = { datum_of(certificate), datum_of(key) };
	int rc = gnutls_certificate_allocate_credentials(&keys->credentials);

	if (rc >= 0)
		rc = gnutls_certificate_set_x509_key_mem(
		    keys->credentials, &pems[0], &pems[1], GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		keys->until_s = find_end(keys->credentials);
	return rc < 0 ? rc : 0;
}

static int load(struct tls_keys **out, const char *certificate, const char *key,
		struct text *problem)
{
	struct tls_keys *made = calloc(1, sizeof(*made));
	struct text pems[2];
	int rc = made ? 0 : -ENOMEM;

	text_init(&pems[0]);
	text_init(&pems[1]);
	if (rc == 0) {
		atomic_init(&made->references, 1);
		rc = read_pem(certificate, &pems[0], problem);
	}
	if (rc == 0)
		rc = read_pem(key, &pems[1], problem);
	if (rc == 0) {
		int said = take(made, &pems[0], &pems[1]);

		if (said < 0)
			text_addf(problem, "%s, %s: %s", certificate, key,
				  gnutls_strerror(said));
		rc = said < 0 ? ERR_CONFIG : 0;
	}
	if (pems[1].data)
		explicit_bzero(pems[1].data, pems[1].len);
	text_fini(&pems[1]);
	text_fini(&pems[0]);
	if (rc < 0)
		tls_keys_unref(made);
	else
		*out = made;
	return rc == 0 || rc == -ENOMEM ? rc : ERR_CONFIG;
}

int tls_open(struct tls **out, const char *certificate, const char *key,
	     struct text *problem)
{
	struct tls *made = calloc(1, sizeof(*made));
	int rc;

	if (!made || pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	made->stamps = stamps_of(certificate, key);
	rc = load(&made->keys, certificate, key, problem);
	if (rc < 0)
		tls_close(made);
	else
		*out = made;
	return rc;
}

void tls_close(struct tls *tls)
{
	if (!tls)
		return;
	tls_keys_unref(tls->keys);
	(void)pthread_mutex_destroy(&tls->lock);
	free(tls);
}

/* Whether there is something to read that was not read yet; it is then. */
static bool has_changed(struct tls *tls, const char *certificate,
			const char *key)
{
	struct stamps now = stamps_of(certificate, key);
	bool same;

	(void)pthread_mutex_lock(&tls->lock);
	same = is_same(&now, &tls->stamps);
	tls->stamps = now;
	(void)pthread_mutex_unlock(&tls->lock);
	return !same;
}

static void use(struct tls *tls, struct tls_keys *keys)
{
	struct tls_keys *old;

	(void)pthread_mutex_lock(&tls->lock);
	old = tls->keys;
	tls->keys = keys;
	(void)pthread_mutex_unlock(&tls->lock);
	tls_keys_unref(old);
}

bool tls_follow(struct tls *tls, const char *certificate, const char *key,
		struct text *problem)
{
	struct tls_keys *keys = NULL;

	if (!has_changed(tls, certificate, key))
		return false;
	if (load(&keys, certificate, key, problem) < 0)
		return false;
	if (keys->until_s <= (int64_t)time(NULL)) {
		text_addf(problem, "%s: the certificate has expired",
			  certificate);
		tls_keys_unref(keys);
		return false;
	}
	use(tls, keys);
	return true;
}

struct tls_keys *tls_begin(struct tls *tls, void *session)
{
	struct tls_keys *keys;

	(void)pthread_mutex_lock(&tls->lock);
	keys = tls->keys;
	atomic_fetch_add(&keys->references, 1);
	(void)pthread_mutex_unlock(&tls->lock);
	if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
				   keys->credentials) < 0) {
		tls_keys_unref(keys);
		return NULL;
	}
	return keys;
}

int64_t tls_valid_until_s(struct tls *tls)
{
	int64_t until_s;

	(void)pthread_mutex_lock(&tls->lock);
	until_s = tls->keys->until_s;
	(void)pthread_mutex_unlock(&tls->lock);
	return until_s;
}
