/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/descriptors.h"

#include <sys/resource.h>

#include "util/log.h"

enum {
	OTHERS = 512, /* files, helpers' sockets, the library's own */
	LEAST = 16,
};

void descriptors_raise(unsigned wanted)
{
	rlim_t needed = (rlim_t)wanted + OTHERS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return;
	limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
	/* What that came to is asked for later. */
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

unsigned descriptors_room(unsigned wanted)
{
	struct rlimit limit;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return LEAST;
	if (limit.rlim_cur >= (rlim_t)wanted + OTHERS)
		return wanted;
	room = limit.rlim_cur > OTHERS + LEAST ? limit.rlim_cur - OTHERS
					       : (rlim_t)LEAST;
	log_warning("web: room for %u connections only: the limit of "
		    "descriptors is %llu",
		    (unsigned)room, (unsigned long long)limit.rlim_cur);
	return (unsigned)room;
}
