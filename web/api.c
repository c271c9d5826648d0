/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/api.h"

#include <math.h>
#include <string.h>

#include "util/number.h"
#include "util/utc.h"
#include "web/asset.h"
#include "web/problem.h"

enum {
	LIMIT_MAX = 1000,
	LIMIT_DEFAULT = 100,
	MAX_AGE_S = 20,
	DOCUMENT_AGE_S = 3600,
};

/* What every parameter has to be. */
static const struct {
	const char *name;
	const char *wanted;
} parameters[] = {
	{ "asn", TR("asn has to be an AS number: 64500 or AS64500.") },
	{ "a", TR("a has to be the AS number of a member.") },
	{ "b", TR("b has to be the AS number of a member.") },
	{ "vlan", TR("vlan has to be an 802.1Q tag, a number up to 4094.") },
	{ "ordinal", TR("ordinal has to be the number of a member\xe2\x80\x99s "
			"connection in a VLAN, from 1.") },
	{ "switch", TR("switch has to be the name of a switch.") },
	{ "name", TR("name has to be given.") },
	{ "ifindex", TR("ifindex has to be the number of a port.") },
	{ "id", TR("id has to be the number of an infrastructure.") },
	{ "limit", TR("limit has to be a number from 1 to 1000.") },
	{ "offset", TR("offset has to be a whole number, 0 for the start.") },
	{ "range", TR("range is one of hour, day, week, month and year.") },
	{ "step", TR("step has to be a number of seconds up to 86400, and such "
		     "that there are at most 20000 rows.") },
	{ "date", TR("date has to be a day: 2026-03-29, or today.") },
};

void api_refuse(const struct call *call, struct response *r,
		const char *parameter)
{
	const char *why = TR("There is no such parameter here.");

	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		if (strcmp(parameters[i].name, parameter) == 0)
			why = parameters[i].wanted;
	}
	problem_refuse(call, r, 400, why, parameter);
}

bool api_knows(const struct call *call, struct response *r,
	       const char *const *names)
{
	const struct request *request = call->request;

	for (size_t i = 0; i < request->parameter_count; i++) {
		const char *name = request->parameters[i].name;
		bool known = strcmp(name, "lang") == 0;

		for (size_t j = 0; names[j]; j++)
			known = known || strcmp(names[j], name) == 0;
		if (known)
			continue;
		problem_refuse(call, r, 400,
			       TR("There is no such parameter here."), name);
		return false;
	}
	return true;
}

static bool read_number(const struct call *call, const char *name,
			uint32_t lowest, uint32_t highest, size_t *out)
{
	const char *text = request_parameter(call->request, name);
	uint32_t number;

	if (!text)
		return true;
	if (number_u32(text, strlen(text), highest, &number) < 0 ||
	    number < lowest)
		return false;
	*out = number;
	return true;
}

bool api_slice(const struct call *call, struct response *r,
	       struct api_slice *out)
{
	*out = (struct api_slice){ .limit = LIMIT_DEFAULT };
	if (!read_number(call, "limit", 1, LIMIT_MAX, &out->limit)) {
		api_refuse(call, r, "limit");
		return false;
	}
	if (!read_number(call, "offset", 0, UINT32_MAX, &out->offset)) {
		api_refuse(call, r, "offset");
		return false;
	}
	return true;
}

bool api_period(const struct call *call, struct response *r, struct period *out)
{
	const char *wanted = request_parameter(call->request, "range");
	enum range range;

	if (wanted && period_parse(wanted, &range) < 0) {
		api_refuse(call, r, "range");
		return false;
	}
	return page_period(call, r, out);
}

const struct member *api_member_of(const struct call *call, struct response *r,
				   size_t segment)
{
	const struct member *member = NULL;
	uint32_t asn;

	if (request_asn(call->request->segments[segment], &asn) < 0) {
		api_refuse(call, r, "asn");
		return NULL;
	}
	member = registry_member(call->registry, asn);
	if (!member)
		problem_refuse(call, r, 404, TR("There is no such member."),
			       "asn");
	return member;
}

void api_put_time(struct json_writer *w, const char *key, double at_s)
{
	char text[UTC_TEXT_SIZE];

	if (at_s > 0 && at_s < 1e11)
		json_put_string(w, key, utc_format((int64_t)at_s, text));
	else
		json_put_null(w, key);
}

void api_put_span(struct json_writer *w, int64_t from_s, int64_t to_s)
{
	api_put_time(w, "start", (double)from_s);
	api_put_time(w, "end", (double)to_s);
	json_put_i64(w, "from", from_s);
	json_put_i64(w, "to", to_s);
}

void api_put_whole(struct json_writer *w, const char *key, double value)
{
	if (value >= 0 && value < 1e18)
		json_put_u64(w, key, (uint64_t)llround(value));
	else
		json_put_null(w, key);
}

void api_put_bps(struct json_writer *w, const char *key, double bps)
{
	api_put_whole(w, key, bps);
}

void api_begin_list(struct json_writer *w, struct response *r,
		    const struct api_slice *slice, size_t total)
{
	json_start(w, &r->body);
	json_put_object(w, NULL);
	json_put_u64(w, "total", total);
	json_put_u64(w, "limit", slice->limit);
	json_put_u64(w, "offset", slice->offset);
}

void api_finish(struct json_writer *w, const struct call *call,
		struct response *r)
{
	json_end_object(w);
	text_add_char(&r->body, '\n');
	r->content_type = "application/json";
	r->is_data = true;
	r->max_age_s = page_max_age(call, MAX_AGE_S);
}

void api_openapi(const struct call *call, struct response *r)
{
	static const char *const known[] = { NULL };

	if (!api_knows(call, r, known))
		return;
	text_add_bytes(&r->body, asset_openapi.data, asset_openapi.len);
	r->content_type = "application/json";
	r->is_data = true;
	r->max_age_s = DOCUMENT_AGE_S;
}

void api_version(const struct call *call, struct response *r)
{
	static const char *const known[] = { NULL };
	const struct config *config = call->config;
	struct json_writer w;

	if (!api_knows(call, r, known))
		return;
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	json_put_string(&w, "name", "lanterne");
	json_put_string(&w, "version", LANTERNE_VERSION);
	json_put_string(&w, "api", "v1");
	json_put_string(&w, "exchange", config->exchange_name);
	json_put_string(&w, "timezone", config->timezone);
	json_put_array(&w, "languages");
	for (size_t i = 0; i < config->language_count; i++)
		json_put_string(&w, NULL, config->languages[i]);
	json_end_array(&w);
	api_finish(&w, call, r);
}

void api_health(const struct call *call, struct response *r)
{
	static const char *const known[] = { NULL };
	const struct status *s = call->status;
	bool is_stale = page_is_stale(call);
	struct json_writer w;

	if (!api_knows(call, r, known))
		return;
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	json_put_bool(&w, "ready", s && !is_stale && !*s->last_error);
	json_put_bool(&w, "stale", is_stale);
	json_put_bool(&w, "storing", s && !*s->last_error);
	json_put_bool(&w, "replay", s && s->is_replay);
	api_put_time(&w, "updated_at", s ? s->last_step_end : NAN);
	api_put_whole(&w, "updated", s ? s->last_step_end : NAN);
	api_put_time(&w, "written_at", s ? s->written : NAN);
	api_finish(&w, call, r);
}
