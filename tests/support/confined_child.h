/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_CONFINED_CHILD_H
#define LANTERNE_TESTS_SUPPORT_CONFINED_CHILD_H

/*
 * confined_child — a child that gives up its rights and then tries: what is
 * allowed goes on, what is not dies by SIGSYS, or is refused by Landlock.
 */

#include <sys/types.h>

#include "sandbox/sandbox.h"

/* How a child exits. */
enum {
	GOES_ON = 42,	  /* its call came back */
	UNCONFINED = 77,  /* nothing here that could forbid */
	NOT_APPLIED = 99, /* sandbox_apply failed */
};

/** Confine the calling child; ends it, unless all is in force. */
void confined_give_up(const struct sandbox_rules *rules);

/** Wait for a child. @return its exit status, or minus the signal */
int confined_outcome(pid_t child);

#endif
