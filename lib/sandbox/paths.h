/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SANDBOX_PATHS_H
#define LANTERNE_SANDBOX_PATHS_H

/*
 * paths — the files that a program goes on using, gathered for
 * struct sandbox_rules.
 */

#include "sandbox/sandbox.h"

struct paths {
	struct sandbox_path *all; /* NULL: none yet */
	char **copies;		  /* of their paths */
	size_t count;
	size_t room;
	bool failed; /* no memory: all is incomplete */
};

void paths_init(struct paths *p);

void paths_fini(struct paths *p);

/** Add one; the path is copied. NULL is fine, and adds nothing. */
void paths_add(struct paths *p, const char *path, enum sandbox_access access);

/** Add a folder, and what links that stand in it lead to. NULL is fine. */
void paths_add_folder(struct paths *p, const char *path,
		      enum sandbox_access access);

/** Add the folder in which something stands, for reading. NULL is fine. */
void paths_add_folder_of(struct paths *p, const char *path);

/**
 * Add what a file that is replaced by another of its name wants: the folder
 * that it stands in, for reading, and the one that a link of its name leads to.
 * NULL is fine.
 */
void paths_add_replaced(struct paths *p, const char *path);

/**
 * Give up all that the rules and these paths do not keep, and log what is in
 * force.
 *
 * @param rules  get the paths
 * @param who    begins the line of the log: "web"
 * @return as sandbox_apply, or -ENOMEM; logged
 */
MUST_CHECK int paths_confine(const struct paths *p, struct sandbox_rules *rules,
			     const char *who);

#endif
