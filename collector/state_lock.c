/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

/* What root made there the user to whom it belongs could not write. */
static int check_owner(const char *state_dir)
{
	struct stat st;

	if (geteuid() != 0 || stat(state_dir, &st) < 0 || st.st_uid == 0)
		return 0;
	log_error("collector: %s belongs to the user with the number %u, who "
		  "could not write what root makes there: run this as that "
		  "user (runuser, setpriv)",
		  state_dir, (unsigned)st.st_uid);
	return -EPERM;
}

int state_lock(const char *state_dir, int *fd)
{
	char path[PATH_MAX];
	int rc = file_make_directories(state_dir);
	int lock;

	if (rc < 0) {
		log_error("collector: cannot make state_dir: %s: %s", state_dir,
			  err_str(rc));
		return rc;
	}
	rc = check_owner(state_dir);
	if (rc < 0)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/lock", state_dir);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
		*fd = lock;
		return 0;
	}
	rc = -errno;
	if (lock >= 0)
		(void)close(lock);
	if (rc == -EWOULDBLOCK) {
		log_error("collector: another collector uses: %s", path);
		return -EADDRINUSE;
	}
	log_error("collector: cannot lock: %s: %s", path, err_str(rc));
	return rc;
}
