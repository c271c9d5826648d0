/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_begin(struct progress *p, size_t of)
{
	*p = (struct progress){ .shown = of > 1 && isatty(STDERR_FILENO),
				.of = of };
}

void progress_step(struct progress *p)
{
	unsigned percent;

	p->done++;
	if (!p->shown)
		return;
	percent = (unsigned)(p->done * 100 / p->of);
	if (percent == p->percent)
		return;
	p->percent = percent;
	(void)fprintf(stderr, "\r%zu of %zu (%u %%)", p->done, p->of, percent);
	(void)fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown && p->done > 0)
		(void)fputs("\r\033[K", stderr);
	p->shown = false;
}
