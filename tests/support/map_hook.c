/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/map_hook.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* <sys/mman.h> has names for the parameters that are not for us. */
int madvise(void *start, size_t len, int advice);

static void (*at_madvise)(void);

void map_hook_set(void (*hook)(void))
{
	at_madvise = hook;
}

int madvise(void *start, size_t len, int advice)
{
	if (at_madvise)
		at_madvise();
	return (int)syscall(SYS_madvise, start, len, advice);
}
