/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/users_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/err.h"
#include "util/number.h"

enum { FIELDS = 4 };

bool user_name_is_valid(const char *name)
{
	size_t len = strlen(name);
	size_t known = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@+-");

	return len > 0 && len < USER_NAME_SIZE && known == len &&
	       text_word(name) > 0;
}

enum role role_of(const char *name)
{
	for (enum role r = ROLE_MEMBER; r <= ROLE_OPERATOR; r++) {
		if (strcmp(name, role_name(r)) == 0)
			return r;
	}
	return ROLE_NOBODY;
}

int user_parse_asns(const char *text, uint32_t asns[USER_ASNS_MAX])
{
	static const char between[] = ", \t";
	int count = 0;

	for (;;) {
		uint32_t asn;
		size_t len;

		text += strspn(text, between);
		if (*text == '\0')
			return count;
		if (strncasecmp(text, "AS", 2) == 0)
			text += 2;
		len = strcspn(text, between);
		if (count == USER_ASNS_MAX ||
		    number_u32(text, len, UINT32_MAX, &asn) < 0 || asn == 0)
			return -1;
		asns[count++] = asn;
		text += len;
	}
}

void user_add_line(struct text *out, const struct user *user)
{
	text_addf(out, "%s:%s%s:%s:", user->name, user->is_disabled ? "!" : "",
		  user->hash, role_name(user->role));
	for (size_t i = 0; i < user->asn_count; i++)
		text_addf(out, "%s%u", i ? "," : "", user->asns[i]);
	text_add_char(out, '\n');
}

bool user_is_line_of(const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	return len > name_len && line[name_len] == ':' &&
	       strncasecmp(line, name, name_len) == 0;
}

/* Cut a line at its colons. */
static bool split(char *line, char *fields[FIELDS])
{
	size_t count = 0;

	for (char *at = line; at; count++) {
		if (count == FIELDS)
			return false;
		fields[count] = at;
		at = strchr(at, ':');
		if (at)
			*at++ = '\0';
	}
	return count == FIELDS;
}

/* @return what is wrong, or NULL */
static const char *read_fields(struct user *user, char *fields[FIELDS])
{
	const char *hash = fields[1];
	int count;

	user->is_disabled = *hash == '!';
	hash += user->is_disabled;
	if (!user_name_is_valid(fields[0]))
		return "a name: 1 to 64 of letters, digits and . _ @ + -";
	if (!password_hash_is_valid(hash))
		return "a hash of yescrypt, or *";
	user->role = role_of(fields[2]);
	if (user->role == ROLE_NOBODY)
		return "one of member, auditor, operator";
	count = user_parse_asns(fields[3], user->asns);
	if (count < 0)
		return "AS numbers, 32 at most, with commas between";
	if (user->role == ROLE_MEMBER && count == 0)
		return "a member's AS numbers";
	user->asn_count = (size_t)count;
	memcpy(user->name, fields[0], strlen(fields[0]) + 1);
	memcpy(user->hash, hash, strlen(hash) + 1);
	return NULL;
}

static void stamp(struct user *user)
{
	struct text line;

	text_init(&line);
	user_add_line(&line, user);
	digest_text(text_str(&line), line.len, user->stamp);
	text_fini(&line);
}

static int add_user(struct user_list *list, const struct user *user)
{
	struct user *grown;

	if (list->count % 64 == 0) {
		grown =
		    realloc(list->users, (list->count + 64) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->users = grown;
	}
	list->users[list->count++] = *user;
	return 0;
}

/* What a line is expected to be, or NULL: it is a user, who was added. */
static const char *read_line(struct user_list *list, char *line, int *rc)
{
	char *fields[FIELDS];
	struct user user = { .role = ROLE_NOBODY };
	const char *expected = "name:hash:role:asns";

	if (split(line, fields))
		expected = read_fields(&user, fields);
	if (!expected && list->count == USERS_MAX)
		expected = "10000 users at most";
	if (expected)
		return expected;
	stamp(&user);
	*rc = add_user(list, &user);
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct user *x = a;
	const struct user *y = b;

	return strcasecmp(x->name, y->name);
}

/* Sorted by name, each once. @return a name that is there twice, or NULL */
static const char *sort(struct user_list *list)
{
	if (list->count > 1)
		qsort(list->users, list->count, sizeof(*list->users), by_name);
	for (size_t i = 1; i < list->count; i++) {
		if (by_name(&list->users[i - 1], &list->users[i]) == 0)
			return list->users[i].name;
	}
	return NULL;
}

static int read_lines(struct user_list *list, const char *text,
		      const char *path, struct text *problem)
{
	unsigned number = 0;
	int rc = 0;

	while (rc == 0 && *text) {
		size_t len = strcspn(text, "\n");
		const char *expected = NULL;
		char *line;

		number++;
		if (len > 0 && *text != '#') {
			line = strndup(text, len);
			if (!line)
				return -ENOMEM;
			expected = read_line(list, line, &rc);
			free(line);
		}
		if (expected) {
			/* Not what was found: there may be a hash in it. */
			text_addf(problem, "%s:%u: expected %s\n", path, number,
				  expected);
			return ERR_CONFIG;
		}
		text += len + (text[len] == '\n');
	}
	return rc;
}

int user_list_parse(const char *text, const char *path, struct user_list **out,
		    struct text *problem)
{
	struct user_list *list = calloc(1, sizeof(*list));
	const char *twice;
	int rc;

	if (!list)
		return -ENOMEM;
	list->references = 1;
	rc = read_lines(list, text, path, problem);
	twice = rc == 0 ? sort(list) : NULL;
	if (twice) {
		text_addf(problem, "%s: the user %s is there twice\n", path,
			  twice);
		rc = ERR_CONFIG;
	}
	if (rc < 0) {
		user_list_free(list);
		return rc;
	}
	*out = list;
	return 0;
}

void user_list_free(struct user_list *list)
{
	if (!list)
		return;
	if (list->users)
		explicit_bzero(list->users, list->count * sizeof(*list->users));
	free(list->users);
	free(list);
}

const struct user *user_find(const struct user_list *list, const char *name)
{
	struct user wanted = { .role = ROLE_NOBODY };
	size_t len = strlen(name);

	if (len >= USER_NAME_SIZE || list->count == 0)
		return NULL;
	memcpy(wanted.name, name, len + 1);
	return bsearch(&wanted, list->users, list->count, sizeof(wanted),
		       by_name);
}
