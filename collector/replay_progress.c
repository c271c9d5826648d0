/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/replay_progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { US = 1000000, EVERY_US = 500000 };

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * US + now.tv_nsec / 1000;
}

void replay_progress_begin(struct replay_progress *p)
{
	*p = (struct replay_progress){ .on = isatty(STDERR_FILENO) == 1 };
	if (!p->on)
		return;
	p->begun_us = now_us();
	p->next_us = p->begun_us + US;
}

/* Carriage return, wipe to the end of the line: ECMA-48. */
static void wipe(void)
{
	(void)fputs("\r\033[K", stderr);
}

void replay_progress_look(struct replay_progress *p, const struct captures *c,
			  uint64_t packets)
{
	int64_t now = p->on ? now_us() : 0;
	uint64_t size;
	uint64_t at;

	if (!p->on || now < p->next_us)
		return;
	p->next_us = now + EVERY_US;
	p->shown = true;
	at = captures_position(c, &size);
	wipe();
	if (size > 0)
		(void)fprintf(stderr, "%.0f %% of %.1f MB, ",
			      100 * (double)at / (double)size,
			      (double)size / US);
	else
		(void)fprintf(stderr, "%.1f MB, ", (double)at / US);
	(void)fprintf(stderr, "%.1f million packets, %.1f million/s",
		      (double)packets / US,
		      (double)packets / (double)(now - p->begun_us));
	(void)fflush(stderr);
}

void replay_progress_end(struct replay_progress *p)
{
	if (p->shown)
		wipe();
	p->shown = false;
}
