/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The file that a state is kept in, one run at a time. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "web/report/alert_state.h"

enum { WAIT_MS = 20000, LOOK_MS = 50, MS_NS = 1000000 };

int alert_state_load(struct alert_state *out, const char *path)
{
	struct text text;
	int rc;

	alert_state_init(out);
	text_init(&text);
	rc = file_read(path, ALERT_STATE_FILE_MAX, &text);
	if (rc == 0) {
		rc = alert_state_parse(out, text_str(&text), text.len);
		if (rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED) {
			log_warning("%s: %s: begun anew, whatever stands is "
				    "told again",
				    path, err_str(rc));
			rc = 0;
		}
	} else if (rc == -ENOENT) {
		rc = 0; /* the first time */
	}
	text_fini(&text);
	if (rc < 0)
		log_error("%s: %s", path, err_str(rc));
	return rc;
}

/*
 * What root writes has to stay of use to whom the folder belongs to.
 * @return a file of that owner, or NULL: this is not root
 */
static const struct stat *owner_of(const char *path, struct stat *folder)
{
	char directory[PATH_MAX];

	if (geteuid() != 0 ||
	    file_directory_of(path, directory, sizeof(directory)) < 0 ||
	    stat(directory, folder) < 0)
		return NULL;
	folder->st_mode = S_IFREG | 0600;
	return folder;
}

int alert_state_save(const struct alert_state *state, const char *path)
{
	struct stat folder;
	struct text text;
	int rc = -ENOMEM;

	text_init(&text);
	alert_state_add(&text, state);
	if (text_ok(&text))
		rc = file_replace_private(path, text_str(&text), text.len,
					  owner_of(path, &folder));
	text_fini(&text);
	if (rc < 0)
		log_error("%s: %s", path, err_str(rc));
	return rc;
}

/* A file with a second name may be somebody else's, and stays so. */
static int give_lock(int fd, const char *path)
{
	struct stat folder;
	struct stat lock;

	if (!owner_of(path, &folder))
		return 0;
	if (fstat(fd, &lock) < 0)
		return -errno;
	if (!S_ISREG(lock.st_mode) || lock.st_nlink != 1)
		return -EPERM;
	return fchown(fd, folder.st_uid, folder.st_gid) < 0 ? -errno : 0;
}

static int open_lock(int *fd, const char *path)
{
	char lock[PATH_MAX];
	int rc = file_make_directory_of(path);

	if (rc == 0 &&
	    snprintf(lock, sizeof(lock), "%s.lock", path) >= (int)sizeof(lock))
		rc = -ENAMETOOLONG;
	if (rc == 0)
		*fd =
		    open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (rc == 0 && *fd < 0)
		rc = -errno;
	return rc == 0 ? give_lock(*fd, path) : rc;
}

int alert_state_lock(int *fd, const char *path)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * MS_NS };
	int lock = -1;
	int rc = open_lock(&lock, path);

	for (int waited_ms = 0; rc == 0; waited_ms += LOOK_MS) {
		if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
			*fd = lock;
			return 0;
		}
		if (errno != EWOULDBLOCK || waited_ms >= WAIT_MS)
			rc = -errno;
		else
			(void)nanosleep(&pause, NULL);
	}
	if (rc == -EWOULDBLOCK)
		log_error("%s: another run has been at work on it for long",
			  path);
	else
		log_error("%s.lock: %s", path, err_str(rc));
	if (lock >= 0)
		(void)close(lock);
	return rc;
}

void alert_state_unlock(int fd)
{
	(void)close(fd);
}
