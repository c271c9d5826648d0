/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Landlock by its system calls: the C library has no functions for them. See
 * landlock(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/parts.h"

enum {
	ABI_WITH_REFER = 2,    /* moving from folder to folder; Linux 5.19 */
	ABI_WITH_TRUNCATE = 3, /* Linux 6.2; headers of 6.1 do not name it */
};

#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define MAKES                                                                  \
	(LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |           \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |      \
	 LANDLOCK_ACCESS_FS_REFER)
#define CHANGES                                                                \
	(READS | MAKES | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
/* Of no use to anybody here, so nobody may. */
#define NEVER                                                                  \
	(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |        \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |         \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)
#define OF_FILES                                                               \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |        \
	 LANDLOCK_ACCESS_FS_EXECUTE | ACCESS_TRUNCATE)

static uint64_t rights_of(enum sandbox_access access)
{
	switch (access) {
	case SANDBOX_CHANGE:
		return CHANGES;
	case SANDBOX_RUN:
		return READS | LANDLOCK_ACCESS_FS_EXECUTE;
	case SANDBOX_READ:
		break;
	}
	return READS;
}

static int add_rule(int ruleset, const struct sandbox_path *path,
		    uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights_of(path->access) & handled,
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC),
	};
	struct stat status;
	int rc = 0;

	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES
			   ? 0
			   : -errno;
	if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
		rule.allowed_access &= OF_FILES;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) < 0)
		rc = -errno;
	(void)close(rule.parent_fd);
	return rc;
}

int files_limit(const struct sandbox_rules *rules, int *abi)
{
	struct landlock_ruleset_attr handled = {
		.handled_access_fs =
		    CHANGES | NEVER | LANDLOCK_ACCESS_FS_EXECUTE,
	};
	long known = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
			     LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset;
	int rc = 0;

	*abi = 0;
	if (known < ABI_WITH_REFER)
		return 0; /* not built in, off, or too old */
	if (known < ABI_WITH_TRUNCATE)
		handled.handled_access_fs &= ~ACCESS_TRUNCATE;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled,
			       sizeof(handled), 0);
	if (ruleset < 0)
		return -errno;
	for (size_t i = 0; rc == 0 && i < rules->path_count; i++)
		rc = add_rule(ruleset, &rules->paths[i],
			      handled.handled_access_fs);
	if (rc == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		rc = -errno;
	(void)close(ruleset);
	if (rc == 0)
		*abi = (int)known;
	return rc;
}
