/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/png.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"
#include "web/render_pool.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

/* An image that a response waits for. */
struct png_wait {
	struct response_wait wait; /* first, so that one is the other */
	struct render_ticket *ticket;
	struct memo *memo;
	struct memo_epoch epoch;
	int max_age_s;
	void (*ready)(void *context);
	void *context;
	int rc;
	char *bytes;
	size_t len;
	char key[PNG_KEY_SIZE];
};

static const char slow_down[] =
    "Too many images are being drawn. Please ask again in a moment.";

/* Under a short name, with the whole key before the image. */
static char *memo_name(char to[MEMO_NAME_SIZE], const char *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (const char *c = key; *c; c++) {
		hash ^= (unsigned char)*c;
		hash *= UINT64_C(0x100000001b3);
	}
	(void)snprintf(to, MEMO_NAME_SIZE, "png/%016" PRIx64, hash);
	return to;
}

static void fill(struct response *r, const char *bytes, size_t len,
		 int max_age_s)
{
	text_clear(&r->body);
	text_add_bytes(&r->body, bytes, len);
	r->content_type = "image/png";
	r->max_age_s = max_age_s;
}

static bool find_kept(const struct call *call, struct response *r,
		      const char *key, int max_age_s)
{
	char name[MEMO_NAME_SIZE];
	size_t skip = strlen(key) + 1;
	void *kept = NULL;
	size_t size = 0;
	bool found = memo_find(site_memo(call->site), memo_name(name, key),
			       &call->epoch, &kept, &size) &&
		     size > skip && memcmp(kept, key, skip) == 0;

	if (found)
		fill(r, (const char *)kept + skip, size - skip, max_age_s);
	free(kept);
	return found;
}

static void keep(const struct png_wait *w)
{
	char name[MEMO_NAME_SIZE];
	struct text entry;

	text_init(&entry);
	text_add_bytes(&entry, w->key, strlen(w->key) + 1);
	text_add_bytes(&entry, w->bytes, w->len);
	if (text_ok(&entry))
		memo_keep(w->memo, memo_name(name, w->key), &w->epoch,
			  entry.data, entry.len);
	text_fini(&entry);
}

static void note_done(void *context, int rc, struct text *png)
{
	struct png_wait *w = context;

	w->rc = rc;
	w->len = rc == 0 ? png->len : 0;
	w->bytes = rc == 0 ? text_steal(png) : NULL;
	w->ready(w->context);
}

static void start(struct response_wait *wait, void (*ready)(void *context),
		  void *context)
{
	struct png_wait *w = (struct png_wait *)wait;

	w->ready = ready;
	w->context = context;
	render_ticket_begin(w->ticket, note_done, w);
}

static void finish(struct response_wait *wait, struct response *r)
{
	struct png_wait *w = (struct png_wait *)wait;

	if (w->bytes) {
		keep(w);
		fill(r, w->bytes, w->len, w->max_age_s);
	} else if (w->rc == ERR_RANGE || w->rc == ERR_STORE) {
		response_try_later(r, "The image could not be drawn.");
		r->status = 500;
		r->retry_after_s = 0;
	} else {
		response_try_later(r, "The image could not be drawn now.");
	}
	free(w->bytes);
	free(w);
}

static void drop(struct response_wait *wait)
{
	struct png_wait *w = (struct png_wait *)wait;

	render_ticket_drop(w->ticket);
	free(w);
}

/* What a query says, not more than what can be drawn. */
static uint32_t size_of(const struct call *call, const char *name,
			uint32_t usual, const uint32_t bounds[2])
{
	const char *said = request_parameter(call->request, name);
	uint32_t size = usual;

	if (said && number_u32(said, strlen(said), UINT32_MAX, &size) < 0)
		size = usual;
	size = size < bounds[0] ? bounds[0] : size;
	return size > bounds[1] ? bounds[1] : size;
}

static struct png_wait *make_wait(const struct call *call, const char *key,
				  int max_age_s)
{
	struct png_wait *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	*made = (struct png_wait){
		.wait = { .start = start, .finish = finish, .drop = drop },
		.memo = site_memo(call->site),
		.epoch = call->epoch,
		.max_age_s = max_age_s,
	};
	(void)snprintf(made->key, sizeof(made->key), "%s", key);
	return made;
}

struct render_job *png_prepare(const struct call *call, struct response *r,
			       const char *key, int max_age_s)
{
	static const uint32_t widths[] = { RENDER_WIDTH_MIN, RENDER_WIDTH_MAX };
	static const uint32_t heights[] = { RENDER_HEIGHT_MIN,
					    RENDER_HEIGHT_MAX };
	struct render_pool *pool = site_render_pool(call->site);
	char whole[PNG_KEY_SIZE];
	struct render_job size = {
		.width = size_of(call, "width", PNG_WIDTH, widths),
		.height = size_of(call, "height", PNG_HEIGHT, heights),
	};
	struct render_ticket *ticket;
	struct render_job *job;
	struct png_wait *wait;

	if (snprintf(whole, sizeof(whole), "%ux%u %s", size.width, size.height,
		     key) >= (int)sizeof(whole)) {
		page_refuse(call, r, 414, TR("The address is too long."));
		return NULL;
	}
	if (find_kept(call, r, whole, max_age_s))
		return NULL;
	wait = make_wait(call, whole, max_age_s);
	if (!wait || !pool || render_pool_admit(pool, &ticket) < 0) {
		free(wait);
		response_try_later(r, slow_down);
		return NULL;
	}
	wait->ticket = ticket;
	r->wait = &wait->wait;
	job = render_ticket_job(ticket);
	job->width = size.width;
	job->height = size.height;
	return job;
}

void png_drop(struct response *r)
{
	struct response_wait *wait = response_take_wait(r);

	if (wait)
		wait->drop(wait);
}

void png_put(char to[RENDER_TEXT_SIZE], const struct text *from)
{
	size_t len = from->len;

	if (len >= RENDER_TEXT_SIZE) {
		len = RENDER_TEXT_SIZE - 1;
		while (len > 0 && (from->data[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, text_str(from), len);
	to[len] = '\0';
}

/* librrd knows names of days and months only in the process's language. */
const char *png_time_marks(const struct language *language, int64_t length_s)
{
	static const struct {
		int64_t up_to_s;
		const char *english;
		const char *digits;
	} all[] = {
		{ 2 * HOUR_S, "MINUTE:5:MINUTE:10:MINUTE:10:0:%H:%M", NULL },
		{ 6 * HOUR_S, "MINUTE:15:MINUTE:30:MINUTE:30:0:%H:%M", NULL },
		{ 36 * HOUR_S, "HOUR:1:HOUR:6:HOUR:3:0:%H:%M", NULL },
		{ 4 * DAY_S, "HOUR:6:DAY:1:HOUR:12:0:%d %H:%M", NULL },
		{ 12 * DAY_S, "DAY:1:DAY:1:DAY:1:86400:%a %d",
		  "DAY:1:DAY:1:DAY:1:86400:%d/%m" },
		{ 62 * DAY_S, "DAY:1:DAY:4:DAY:4:0:%d %b",
		  "DAY:1:DAY:4:DAY:4:0:%d/%m" },
		{ 800 * DAY_S, "MONTH:1:MONTH:1:MONTH:1:0:%b",
		  "MONTH:1:MONTH:1:MONTH:1:0:%m" },
		{ INT64_MAX, "MONTH:1:YEAR:1:YEAR:1:0:%Y", NULL },
	};
	bool is_english = !language || strcmp(language->code, "en") == 0;
	size_t i = 0;

	while (length_s > all[i].up_to_s)
		i++;
	return is_english || !all[i].digits ? all[i].english : all[i].digits;
}
