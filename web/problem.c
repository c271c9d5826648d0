/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/problem.h"

#include "util/json_write.h"
#include "util/language.h"

enum { RETRY_AFTER_S = 60 };

const char *problem_title(unsigned status)
{
	switch (status) {
	case 400:
		return TR("Bad request");
	case 401:
		return TR("Log in");
	case 403:
		return TR("Not shown");
	case 404:
		return TR("Not found");
	case 405:
		return TR("Method not allowed");
	case 409:
		return TR("Changed meanwhile");
	case 414:
		return TR("Address too long");
	case 415:
		return TR("Not a form");
	case 429:
		return TR("Too many tries");
	case 421:
		return TR("Wrong host");
	case 503:
		return TR("Not available now");
	default:
		return TR("Error");
	}
}

static void put_instance(struct json_writer *w, const struct call *call)
{
	struct text path;

	if (!call->request)
		return;
	text_init(&path);
	page_add_path(call, &path);
	json_put_string(w, "instance", text_str(&path));
	text_fini(&path);
}

void problem_refuse(const struct call *call, struct response *r,
		    unsigned status, const char *why, const char *parameter)
{
	struct json_writer w;

	text_clear(&r->body);
	r->status = status;
	r->content_type = "application/problem+json";
	r->style_source = NULL;
	r->is_translated = true;
	r->is_data = true;
	r->max_age_s = -1;
	if (status == 503)
		r->retry_after_s = RETRY_AFTER_S;
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	json_put_string(&w, "type", "about:blank");
	json_put_string(&w, "title", tr(&r->body, problem_title(status)));
	json_put_u64(&w, "status", status);
	json_put_string(&w, "detail", tr(&r->body, why));
	put_instance(&w, call);
	if (parameter)
		json_put_string(&w, "parameter", parameter);
	json_end_object(&w);
	text_add_char(&r->body, '\n');
}
