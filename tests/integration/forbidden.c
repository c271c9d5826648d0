/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Linked into a lanterne-web of the tests' own (confinement.py): what somebody
 * would do who has got hold of it. The linker puts these functions before the
 * program's, which has no such way in.
 */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store/render.h"
#include "web/route.h"

enum { WIDTH_OF_EXEC = 333, WIDTH_OF_SOCKET = 334 };

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the
 * linker's names */
int __real_render_png(const struct render_job *job, struct text *png);
int __wrap_render_png(const struct render_job *job, struct text *png);
void __real_route_answer(struct site *site, const struct route_request *request,
			 struct response *r);
void __wrap_route_answer(struct site *site, const struct route_request *request,
			 struct response *r);

/* Images of these widths are drawn by calls that a helper must not make. */
int __wrap_render_png(const struct render_job *job, struct text *png)
{
	if (job->width == WIDTH_OF_EXEC)
		(void)syscall(SYS_execve, NULL, NULL, NULL);
	if (job->width == WIDTH_OF_SOCKET)
		(void)syscall(SYS_socket, 2, 1, 0);
	return __real_render_png(job, png);
}

/* A thread that never comes back. */
void __wrap_route_answer(struct site *site, const struct route_request *request,
			 struct response *r)
{
	while (strcmp(request->target, "/livez?hang") == 0)
		(void)sleep(1);
	__real_route_answer(site, request, r);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static void exec(int number)
{
	(void)number;
	/* NOLINTNEXTLINE(bugprone-signal-handler): nothing comes after it */
	(void)syscall(SYS_execve, NULL, NULL, NULL);
}

__attribute__((constructor)) static void listen_to_the_test(void)
{
	(void)signal(SIGUSR2, exec);
}
