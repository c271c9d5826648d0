/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/users.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "web/auth/users_file.h"

enum { LOCK_TRIES = 60 }; /* in three seconds */

/* What tells one version of the file from another. */
struct version {
	struct timespec changed; /* also by its rights */
	off_t size;
	ino_t inode;
};

struct users {
	char *path;
	bool is_fixed;	      /* set before any thread */
	pthread_mutex_t lock; /* guards what follows */
	struct user_list *list;
	struct version version;
	time_t looked_s; /* monotonic */
};

static bool version_of(const char *path, struct version *out)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	*out = (struct version){ .changed = status.st_ctim,
				 .size = status.st_size,
				 .inode = status.st_ino };
	return true;
}

static bool same_version(const struct version *a, const struct version *b)
{
	return a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec && a->size == b->size &&
	       a->inode == b->inode;
}

static time_t monotonic_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Hashes are not for everyone. */
static int check_rights(const char *path, struct text *problem)
{
	struct stat status;

	/* There is nobody yet: the file is made with the first one. */
	if (stat(path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if ((status.st_mode & S_IRWXO) == 0)
		return 0;
	text_addf(problem,
		  "%s: found mode %03o, expected nothing for others: chmod "
		  "o-rwx\n",
		  path, (unsigned)(status.st_mode & 0777));
	return ERR_CONFIG;
}

static int load(const char *path, struct user_list **out, struct text *problem)
{
	struct text content;
	int rc = check_rights(path, problem);

	text_init(&content);
	if (rc == 0)
		rc = file_read(path, USERS_FILE_MAX, &content);
	if (rc == -ENOENT)
		rc = 0;
	if (rc == 0 && strlen(text_str(&content)) != content.len) {
		text_addf(problem, "%s: found a NUL byte, expected text\n",
			  path);
		rc = ERR_CONFIG;
	}
	if (rc == 0)
		rc = user_list_parse(text_str(&content), path, out, problem);
	else if (rc != ERR_CONFIG)
		text_addf(problem, "%s: %s\n", path, err_str(rc));
	if (content.data)
		explicit_bzero(content.data, content.len);
	text_fini(&content);
	return rc;
}

int users_new(struct users **out, const char *path, struct text *problem)
{
	struct users *made = calloc(1, sizeof(*made));
	int rc = -ENOMEM;

	if (!made)
		return -ENOMEM;
	made->path = strdup(path);
	(void)version_of(path, &made->version);
	if (made->path)
		rc = load(path, &made->list, problem);
	if (rc == 0 && pthread_mutex_init(&made->lock, NULL) != 0)
		rc = -ENOMEM;
	if (rc < 0) {
		user_list_free(made->list);
		free(made->path);
		free(made);
		return rc;
	}
	made->looked_s = monotonic_s();
	*out = made;
	return 0;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	user_list_free(users->list);
	(void)pthread_mutex_destroy(&users->lock);
	free(users->path);
	free(users);
}

static void drop(struct user_list *list)
{
	if (--list->references == 0)
		user_list_free(list);
}

/* Under the lock: the file's users if it has changed. A file that went leaves
 * things as they are, as one that is wrong does. */
static void look(struct users *users)
{
	struct version version;
	struct user_list *list;
	struct text problem;

	if (!version_of(users->path, &version) ||
	    same_version(&version, &users->version))
		return;
	users->version = version;
	text_init(&problem);
	if (load(users->path, &list, &problem) == 0) {
		log_notice("web: %s: %zu users", users->path, list->count);
		drop(users->list);
		users->list = list;
	} else {
		log_error("web: the users stay as they were: %s",
			  text_str(&problem));
	}
	text_fini(&problem);
}

struct user_list *users_take(struct users *users)
{
	time_t now_s = monotonic_s();
	struct user_list *list;

	(void)pthread_mutex_lock(&users->lock);
	if (now_s != users->looked_s) {
		users->looked_s = now_s;
		look(users);
	}
	list = users->list;
	list->references++;
	(void)pthread_mutex_unlock(&users->lock);
	return list;
}

void users_release(struct users *users, struct user_list *list)
{
	(void)pthread_mutex_lock(&users->lock);
	drop(list);
	(void)pthread_mutex_unlock(&users->lock);
}

void users_reload(struct users *users)
{
	(void)pthread_mutex_lock(&users->lock);
	look(users);
	(void)pthread_mutex_unlock(&users->lock);
}

const char *users_path(const struct users *users)
{
	return users->path;
}

/* It is replaced by another file. */
bool users_can_change_at(const char *path)
{
	char folder[PATH_MAX];

	return file_directory_of(path, folder, sizeof(folder)) == 0 &&
	       access(folder, W_OK | X_OK) == 0;
}

bool users_can_change(const struct users *users)
{
	return !users->is_fixed && users_can_change_at(users->path);
}

void users_fix(struct users *users)
{
	users->is_fixed = true;
}

/* One writer at a time, in whatever process: whose the folder is does not
 * matter for a lock on it. @return a descriptor */
static int lock_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd;

	if (file_directory_of(path, folder, sizeof(folder)) < 0)
		return -ENAMETOOLONG;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Others hold it for moments; who holds it longer is not waited for. */
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		static const struct timespec while_ns = { 0, 50000000 };
		int rc = -errno;

		if (i == LOCK_TRIES || rc != -EWOULDBLOCK) {
			(void)close(fd);
			return rc;
		}
		(void)nanosleep(&while_ns, NULL);
	}
	return fd;
}

/* The content without the line of one user. @return whether it had one */
static bool leave_out(struct text *to, const char *content, const char *name)
{
	bool found = false;

	while (*content) {
		size_t len = strcspn(content, "\n");

		if (user_is_line_of(content, len, name)) {
			found = true;
		} else {
			text_add_bytes(to, content, len);
			text_add_char(to, '\n');
		}
		content += len + (content[len] == '\n');
	}
	return found;
}

/* What was written must be readable, and stay whose it was. */
static int replace(const char *path, const struct text *content)
{
	struct stat old;
	bool is_new = stat(path, &old) < 0;
	struct user_list *list = NULL;
	struct text problem;
	int rc;

	text_init(&problem);
	rc = text_ok(content)
		 ? user_list_parse(text_str(content), path, &list, &problem)
		 : -ENOMEM;
	if (rc == ERR_CONFIG)
		log_error("web: users: not written: %s", text_str(&problem));
	user_list_free(list);
	text_fini(&problem);
	if (rc < 0)
		return rc;
	return file_replace_private(path, content->data, content->len,
				    is_new ? NULL : &old);
}

/* Whether a user of the content is as it was when its change was made. */
static int check_stamp(const char *path, const struct text *content,
		       const char *name, const char *stamp)
{
	struct user_list *list;
	const struct user *user;
	struct text problem;
	int rc;

	text_init(&problem);
	rc = user_list_parse(text_str(content), path, &list, &problem);
	text_fini(&problem);
	if (rc < 0)
		return rc;
	user = user_find(list, name);
	if (user ? strcmp(user->stamp, stamp) != 0 : *stamp != '\0')
		rc = ERR_EXISTS;
	user_list_free(list);
	return rc;
}

/* Change the file under its lock: without one user, or with another line for
 * that one, if it is still as stamp says (NULL: in any case). */
static int change(const char *path, const char *name, const struct user *user,
		  const char *stamp)
{
	struct text old;
	struct text new;
	bool found;
	int lock = lock_folder(path);
	int rc;

	if (lock < 0)
		return lock;
	text_init(&old);
	text_init(&new);
	rc = file_read(path, USERS_FILE_MAX, &old);
	if (rc == -ENOENT && user)
		rc = 0;
	/* What stands behind a NUL would be lost. */
	if (rc == 0 && strlen(text_str(&old)) != old.len)
		rc = ERR_CONFIG;
	if (rc == 0 && stamp)
		rc = check_stamp(path, &old, name, stamp);
	found = rc == 0 && leave_out(&new, text_str(&old), name);
	if (rc == 0 && !user && !found)
		rc = ERR_NOT_FOUND;
	if (rc == 0 && user)
		user_add_line(&new, user);
	if (rc == 0)
		rc = replace(path, &new);
	text_fini(&old);
	text_fini(&new);
	(void)close(lock);
	return rc;
}

int users_put(const char *path, const struct user *user)
{
	return change(path, user->name, user, NULL);
}

int users_replace(const char *path, const struct user *user)
{
	return change(path, user->name, user, user->stamp);
}

int users_remove(const char *path, const char *name)
{
	return change(path, name, NULL, NULL);
}
