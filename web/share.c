/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/share.h"

#include <inttypes.h>
#include <string.h>

#include "util/number.h"
#include "web/request.h"

static const char key[] = "share=";

/* What is signed. */
struct link {
	const char *target; /* the rest of the address */
	size_t len;
	const char *who;   /* and until when */
	const char *stamp; /* of who, as it is now */
};

static void sign(const struct accounts *accounts, const struct link *link,
		 char to[DIGEST_TEXT_SIZE])
{
	struct text text;

	text_init(&text);
	text_add_bytes(&text, link->target, link->len);
	text_addf(&text, " %s %s", link->who, link->stamp);
	accounts_sign_link(accounts, text_str(&text), to);
	text_fini(&text);
}

void share_add(struct text *out, const struct accounts *accounts,
	       const char *target, const struct user *user, int64_t until_s)
{
	char signature[DIGEST_TEXT_SIZE];
	struct text who;

	text_init(&who);
	text_addf(&who, "%s~%" PRId64, user->name, until_s);
	sign(accounts,
	     &(struct link){ target, strlen(target), text_str(&who),
			     user->stamp },
	     signature);
	/* Names have no letter that would have to be escaped but these. */
	text_addf(out, "%s%c%s", target, strchr(target, '?') ? '&' : '?', key);
	for (const char *c = text_str(&who); *c; c++) {
		if (*c == '+' || *c == '@')
			text_addf(out, "%%%02X", (unsigned char)*c);
		else
			text_add_char(out, *c);
	}
	text_addf(out, "~%s", signature);
	text_fini(&who);
}

/* Where the parameter begins, if it is the last one; NULL: it is not there. */
static const char *find(const char *target)
{
	const char *query = strchr(target, '?');
	const char *at = query ? strstr(query, key) : NULL;

	/* Only graphs are shared. */
	if (strncmp(target, "/graph/", 7) != 0)
		return NULL;
	if (!at || (at[-1] != '?' && at[-1] != '&') || strchr(at, '&'))
		return NULL;
	return at;
}

bool share_is_asked(const char *target)
{
	return find(target) != NULL;
}

/* Cut "who~until~signature" at its tildes. */
static bool split(char *value, char *parts[3])
{
	for (size_t i = 0; i < 3; i++) {
		parts[i] = value;
		value = strchr(value, '~');
		if ((value == NULL) != (i == 2))
			return false;
		if (value)
			*value++ = '\0';
	}
	return true;
}

static bool is_signed(const struct accounts *accounts, struct link link,
		      char *const parts[3])
{
	char signature[DIGEST_TEXT_SIZE];
	struct text who;

	text_init(&who);
	text_addf(&who, "%s~%s", parts[0], parts[1]);
	link.who = text_str(&who);
	sign(accounts, &link, signature);
	text_fini(&who);
	return secret_equal(signature, parts[2]);
}

bool share_check(struct accounts *accounts, const char *target, double now_s,
		 struct principal *out)
{
	char value[USER_NAME_SIZE + 32 + DIGEST_TEXT_SIZE + 64];
	const char *at = find(target);
	size_t len = at ? strlen(at) - (sizeof(key) - 1) : sizeof(value);
	struct user_list *list;
	const struct user *user;
	bool holds;
	char *parts[3];
	uint64_t until_s;

	if (len >= sizeof(value))
		return false;
	memcpy(value, at + sizeof(key) - 1, len + 1);
	if (request_decode(value, true) < 0 || !split(value, parts) ||
	    number_u64(parts[1], strlen(parts[1]), INT64_MAX, &until_s) < 0 ||
	    now_s >= (double)until_s)
		return false;
	list = users_take(accounts->users);
	user = user_find(list, parts[0]);
	holds = user && !user->is_disabled &&
		is_signed(accounts,
			  (struct link){ .target = target,
					 .len = (size_t)(at - 1 - target),
					 .stamp = user->stamp },
			  parts);
	if (holds)
		accounts_principal(user, BY_LINK, out);
	users_release(accounts->users, list);
	return holds;
}
