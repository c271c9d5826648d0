/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/credentials.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/err.h"
#include "util/file.h"
#include "util/json_write.h"

enum { NOTE_AFTER_S = 60 }; /* a use is noted once in so long */

struct credentials {
	char *path;
	struct credential_limits limits;
	pthread_mutex_t writing; /* of the file; taken before the other */
	pthread_mutex_t lock;	 /* guards what follows */
	struct credential *all;
	size_t count;
	size_t room;
	bool is_changed; /* since it was written */
	double tidied_s; /* when that was looked after */
};

static void put_one(struct json_writer *w, const struct credential *c)
{
	json_put_object(w, NULL);
	json_put_string(w, "id", c->id);
	json_put_string(w, "sha256", c->digest);
	json_put_string(w, "user", c->user);
	json_put_string(w, "stamp", c->stamp);
	json_put_string(w, "label", c->label);
	json_put_double(w, "made", c->made_s, 0);
	json_put_double(w, "used", c->used_s, 0);
	json_put_double(w, "expires", c->expires_s, 0);
	json_end_object(w);
}

/* Under the lock: what the file is to say. */
static void format(struct credentials *c, struct text *out)
{
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_array(&w, "credentials");
	for (size_t i = 0; i < c->count; i++) {
		text_add_char(out, '\n');
		put_one(&w, &c->all[i]);
	}
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
	c->is_changed = false;
}

/* Write what there is. Who asks whose a secret is does not wait for the disk:
 * the lock is not held meanwhile. */
static int save(struct credentials *c)
{
	struct text out;
	int rc;

	text_init(&out);
	(void)pthread_mutex_lock(&c->writing);
	(void)pthread_mutex_lock(&c->lock);
	format(c, &out);
	(void)pthread_mutex_unlock(&c->lock);
	rc = text_ok(&out)
		 ? file_replace_private(c->path, out.data, out.len, NULL)
		 : -ENOMEM;
	if (rc < 0) {
		(void)pthread_mutex_lock(&c->lock);
		c->is_changed = true;
		(void)pthread_mutex_unlock(&c->lock);
	}
	(void)pthread_mutex_unlock(&c->writing);
	text_fini(&out);
	return rc;
}

/* Under the lock. */
static int make_room(struct credentials *c)
{
	size_t room = c->room ? 2 * c->room : 64;
	struct credential *grown;

	if (c->count < c->room)
		return 0;
	grown = realloc(c->all, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	c->all = grown;
	c->room = room;
	return 0;
}

static bool copy_text(const json_t *object, const char *key, char *to,
		      size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));
	size_t len = value ? strlen(value) : size;

	if (len >= size)
		return false;
	memcpy(to, value, len + 1);
	return true;
}

static bool copy_time(const json_t *object, const char *key, double *to)
{
	const json_t *value = json_object_get(object, key);

	*to = json_number_value(value);
	return json_is_number(value);
}

static bool read_one(const json_t *from, struct credential *to)
{
	return copy_text(from, "id", to->id, sizeof(to->id)) &&
	       copy_text(from, "sha256", to->digest, sizeof(to->digest)) &&
	       strlen(to->digest) == DIGEST_TEXT_SIZE - 1 &&
	       copy_text(from, "user", to->user, sizeof(to->user)) &&
	       copy_text(from, "stamp", to->stamp, sizeof(to->stamp)) &&
	       copy_text(from, "label", to->label, sizeof(to->label)) &&
	       copy_time(from, "made", &to->made_s) &&
	       copy_time(from, "used", &to->used_s) &&
	       copy_time(from, "expires", &to->expires_s);
}

static int read_all(struct credentials *c, const struct text *content)
{
	json_t *root = json_loadb(text_str(content), content->len,
				  JSON_REJECT_DUPLICATES, NULL);
	const json_t *list = json_object_get(root, "credentials");
	int rc = json_is_array(list) ? 0 : ERR_CONFIG;

	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		rc = make_room(c);
		if (rc < 0)
			break;
		if (read_one(json_array_get(list, i), &c->all[c->count]))
			c->count++;
		else
			rc = ERR_CONFIG;
	}
	json_decref(root);
	return rc;
}

static int load(struct credentials *c, struct text *problem)
{
	struct text content;
	int rc;

	text_init(&content);
	rc = file_read(c->path, CREDENTIALS_FILE_MAX, &content);
	if (rc == 0)
		rc = read_all(c, &content);
	else if (rc == -ENOENT)
		rc = 0;
	if (rc == ERR_CONFIG)
		text_addf(problem,
			  "%s: found no list of credentials, expected what "
			  "lanterne-web wrote; without the file all start "
			  "anew\n",
			  c->path);
	else if (rc < 0)
		text_addf(problem, "%s: %s\n", c->path, err_str(rc));
	text_fini(&content);
	return rc;
}

int credentials_new(struct credentials **out, const char *path,
		    struct credential_limits limits, struct text *problem)
{
	struct credentials *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->limits = limits;
	made->path = strdup(path);
	rc = made->path ? load(made, problem) : -ENOMEM;
	if (rc == 0 && pthread_mutex_init(&made->lock, NULL) != 0)
		rc = -ENOMEM;
	if (rc == 0 && pthread_mutex_init(&made->writing, NULL) != 0) {
		(void)pthread_mutex_destroy(&made->lock);
		rc = -ENOMEM;
	}
	if (rc < 0) {
		free(made->all);
		free(made->path);
		free(made);
		return rc;
	}
	*out = made;
	return 0;
}

void credentials_free(struct credentials *credentials)
{
	if (!credentials)
		return;
	(void)pthread_mutex_destroy(&credentials->writing);
	(void)pthread_mutex_destroy(&credentials->lock);
	free(credentials->all);
	free(credentials->path);
	free(credentials);
}

static bool has_ended(const struct credentials *c, const struct credential *one,
		      double now_s)
{
	return now_s >= one->expires_s ||
	       (c->limits.idle_s > 0 &&
		now_s - one->used_s >= c->limits.idle_s);
}

/* Under the lock. */
static void take_out(struct credentials *c, size_t at)
{
	explicit_bzero(&c->all[at], sizeof(c->all[at]));
	c->all[at] = c->all[--c->count];
	c->is_changed = true;
}

/* Under the lock: forget what has ended. */
static void drop_ended(struct credentials *c, double now_s)
{
	for (size_t i = c->count; i > 0; i--) {
		if (has_ended(c, &c->all[i - 1], now_s))
			take_out(c, i - 1);
	}
}

/* Under the lock: which one of a user's goes for another, SIZE_MAX: none has
 * to. */
static size_t find_surplus(const struct credentials *c, const char *user)
{
	size_t oldest = SIZE_MAX;
	size_t has = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (strcasecmp(c->all[i].user, user) != 0)
			continue;
		has++;
		if (oldest == SIZE_MAX ||
		    c->all[i].used_s < c->all[oldest].used_s)
			oldest = i;
	}
	return has >= c->limits.per_user ? oldest : SIZE_MAX;
}

/* Under the lock. */
static int insert(struct credentials *c, const struct credential *made,
		  struct credential *gone)
{
	size_t surplus;
	int rc = 0;

	drop_ended(c, made->made_s);
	surplus = find_surplus(c, made->user);
	gone->id[0] = '\0';
	if (surplus != SIZE_MAX) {
		*gone = c->all[surplus];
		take_out(c, surplus);
	}
	if (c->count >= c->limits.in_all)
		return ERR_FULL;
	rc = make_room(c);
	if (rc == 0)
		c->all[c->count++] = *made;
	return rc;
}

/* Under the lock: as if it had not been. */
static void undo(struct credentials *c, const struct credential *made,
		 const struct credential *gone)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->all[i].id, made->id) == 0) {
			take_out(c, i);
			break;
		}
	}
	if (gone->id[0] && make_room(c) == 0)
		c->all[c->count++] = *gone;
}

int credentials_add(struct credentials *credentials,
		    const struct credential *about,
		    char secret[SECRET_TEXT_SIZE], char id[SECRET_ID_TEXT_SIZE])
{
	struct credential made = *about;
	struct credential gone;
	int rc = secret_new(secret);

	if (rc == 0)
		rc = secret_id(made.id);
	if (rc < 0)
		return rc;
	digest_text(secret, strlen(secret), made.digest);
	made.used_s = made.made_s;
	(void)pthread_mutex_lock(&credentials->lock);
	rc = insert(credentials, &made, &gone);
	(void)pthread_mutex_unlock(&credentials->lock);
	if (rc == 0)
		rc = save(credentials);
	if (rc < 0) {
		(void)pthread_mutex_lock(&credentials->lock);
		undo(credentials, &made, &gone);
		(void)pthread_mutex_unlock(&credentials->lock);
	}
	if (rc == 0 && id)
		memcpy(id, made.id, sizeof(made.id));
	return rc;
}

bool credentials_find(struct credentials *credentials, const char *secret,
		      double now_s, struct credential *out)
{
	char digest[DIGEST_TEXT_SIZE];
	bool found = false;

	if (strlen(secret) != SECRET_TEXT_SIZE - 1)
		return false;
	digest_text(secret, SECRET_TEXT_SIZE - 1, digest);
	(void)pthread_mutex_lock(&credentials->lock);
	for (size_t i = 0; !found && i < credentials->count; i++) {
		struct credential *one = &credentials->all[i];

		if (memcmp(one->digest, digest, DIGEST_TEXT_SIZE) != 0)
			continue;
		if (has_ended(credentials, one, now_s))
			break;
		found = true;
		if (now_s - one->used_s > NOTE_AFTER_S) {
			one->used_s = now_s;
			credentials->is_changed = true;
		}
		*out = *one;
	}
	(void)pthread_mutex_unlock(&credentials->lock);
	return found;
}

int credentials_end(struct credentials *credentials, const char *user,
		    const char *id)
{
	bool found = false;

	(void)pthread_mutex_lock(&credentials->lock);
	for (size_t i = 0; !found && i < credentials->count; i++) {
		const struct credential *one = &credentials->all[i];

		found = strcasecmp(one->user, user) == 0 &&
			strcmp(one->id, id) == 0;
		if (found)
			take_out(credentials, i);
	}
	(void)pthread_mutex_unlock(&credentials->lock);
	return found ? save(credentials) : ERR_NOT_FOUND;
}

int credentials_end_all(struct credentials *credentials, const char *user,
			const char *but, size_t *ended)
{
	size_t before;

	(void)pthread_mutex_lock(&credentials->lock);
	before = credentials->count;
	for (size_t i = credentials->count; i > 0; i--) {
		const struct credential *one = &credentials->all[i - 1];

		if (strcasecmp(one->user, user) == 0 &&
		    (!but || strcmp(one->id, but) != 0))
			take_out(credentials, i - 1);
	}
	*ended = before - credentials->count;
	(void)pthread_mutex_unlock(&credentials->lock);
	return *ended > 0 ? save(credentials) : 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct credential *x = a;
	const struct credential *y = b;

	return (x->made_s < y->made_s) - (x->made_s > y->made_s);
}

int credentials_list(struct credentials *credentials, const char *user,
		     double now_s, struct credential **out, size_t *count)
{
	struct credential *list;
	size_t n = 0;

	(void)pthread_mutex_lock(&credentials->lock);
	list =
	    calloc(credentials->count ? credentials->count : 1, sizeof(*list));
	for (size_t i = 0; list && i < credentials->count; i++) {
		const struct credential *one = &credentials->all[i];

		if ((!user || strcasecmp(one->user, user) == 0) &&
		    !has_ended(credentials, one, now_s))
			list[n++] = *one;
	}
	(void)pthread_mutex_unlock(&credentials->lock);
	if (!list)
		return -ENOMEM;
	qsort(list, n, sizeof(*list), newest_first);
	*out = list;
	*count = n;
	return 0;
}

int credentials_tidy(struct credentials *credentials, double now_s,
		     const struct user_list *users)
{
	bool is_changed;

	(void)pthread_mutex_lock(&credentials->lock);
	drop_ended(credentials, now_s);
	for (size_t i = credentials->count; users && i > 0; i--) {
		if (!user_find(users, credentials->all[i - 1].user))
			take_out(credentials, i - 1);
	}
	/* A use that is noted a minute later is early enough. */
	is_changed = credentials->is_changed &&
		     fabs(now_s - credentials->tidied_s) >= NOTE_AFTER_S;
	if (is_changed)
		credentials->tidied_s = now_s;
	(void)pthread_mutex_unlock(&credentials->lock);
	return is_changed ? save(credentials) : 0;
}
