/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

/* A person who mistypes gets through; a machine that guesses gets ten tries an
 * hour at a name, whatever it has of addresses. */
static const struct throttle_rate per_address = { .burst = 10, .per_s = 30 };
static const struct throttle_rate per_name = { .burst = 10, .per_s = 360 };
static const struct throttle_rate in_all = { .burst = 20, .per_s = 0.1 };
static const struct throttle_rate per_right = { .burst = 20, .per_s = 60 };
static const struct throttle_rate per_forms = { .burst = 30, .per_s = 5 };

static const char token_start[] = "lan_";

static int path_in(char to[PATH_MAX], const char *dir, const char *name)
{
	int len = snprintf(to, PATH_MAX, "%s/%s", dir, name);

	return len > 0 && len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int key_path(char to[PATH_MAX], const char *state_dir)
{
	return path_in(to, state_dir, "key");
}

int accounts_read_key(const char *state_dir, unsigned char key[SECRET_BYTES],
		      struct text *problem)
{
	char path[PATH_MAX];
	struct text content;
	int rc = key_path(path, state_dir);

	if (rc < 0)
		return rc;
	text_init(&content);
	rc = file_read(path, SECRET_BYTES, &content);
	if (rc == 0 && content.len != SECRET_BYTES)
		rc = ERR_RANGE;
	if (rc == 0)
		memcpy(key, content.data, SECRET_BYTES);
	if (rc == ERR_RANGE) {
		text_addf(problem,
			  "%s: expected %d bytes; without the file a new key "
			  "is made, and shared links end\n",
			  path, SECRET_BYTES);
		rc = ERR_CONFIG;
	} else if (rc < 0) {
		text_addf(problem, "%s: %s\n", path, err_str(rc));
	}
	if (content.data)
		explicit_bzero(content.data, content.len);
	text_fini(&content);
	return rc;
}

/* The key of a state folder, made where there is none. */
static int find_key(const char *state_dir, unsigned char key[SECRET_BYTES],
		    struct text *problem)
{
	char path[PATH_MAX];
	int rc = key_path(path, state_dir);

	if (rc < 0)
		return rc;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return accounts_read_key(state_dir, key, problem);
	rc = secret_bytes(key, SECRET_BYTES);
	if (rc == 0)
		rc = file_replace_private(path, key, SECRET_BYTES, NULL);
	if (rc < 0)
		text_addf(problem, "%s: %s\n", path, err_str(rc));
	return rc;
}

/* The folder is this program's alone. */
static int make_state_dir(const char *path, struct text *problem)
{
	int rc = file_make_directory_of(path);

	if (rc == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0 && access(path, R_OK | W_OK | X_OK) < 0)
		rc = -errno;
	if (rc < 0)
		text_addf(problem,
			  "%s: %s: sessions and tokens are kept there "
			  "(web.state_dir)\n",
			  path, err_str(rc));
	return rc;
}

/* Two programs would write over each other. */
static int take_lock(struct accounts *a, const char *dir, struct text *problem)
{
	char path[PATH_MAX];
	int rc = path_in(path, dir, "lock");

	if (rc < 0)
		return rc;
	a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->lock < 0 || flock(a->lock, LOCK_EX | LOCK_NB) < 0)
		rc = -errno;
	if (rc == -EWOULDBLOCK)
		text_addf(problem, "%s: another lanterne-web is using this\n",
			  path);
	else if (rc < 0)
		text_addf(problem, "%s: %s\n", path, err_str(rc));
	return rc;
}

static int open_files(struct accounts *a, const char *dir, struct text *problem)
{
	static const struct credential_limits session_limits = {
		.idle_s = SESSION_IDLE_S,
		.per_user = SESSIONS_PER_USER,
		.in_all = CREDENTIALS_MAX,
	};
	static const struct credential_limits token_limits = {
		.per_user = TOKENS_PER_USER,
		.in_all = CREDENTIALS_MAX,
	};
	char path[PATH_MAX];
	int rc = path_in(path, dir, "sessions.json");

	if (rc == 0)
		rc = credentials_new(&a->sessions, path, session_limits,
				     problem);
	if (rc == 0)
		rc = path_in(path, dir, "tokens.json");
	if (rc == 0)
		rc = credentials_new(&a->tokens, path, token_limits, problem);
	if (rc == 0)
		rc = path_in(path, dir, "optouts");
	if (rc == 0)
		rc = optouts_new(&a->optouts, path, problem);
	if (rc == 0)
		rc = find_key(dir, a->key, problem);
	if (rc == 0)
		rc = path_in(path, dir, "audit.log");
	if (rc == 0)
		rc = audit_open(&a->audit, path, a->key, AUDIT_FILE_MAX,
				problem);
	return rc;
}

static int open_throttles(struct accounts *a)
{
	const struct {
		struct throttle **to;
		size_t room;
		struct throttle_rate rate;
	} all[] = {
		{ &a->logins_of_address, 8192, per_address },
		{ &a->logins_of_user, 2 * USERS_MAX, per_name },
		{ &a->logins_of_name, 8192, per_name },
		{ &a->logins_again, 2 * USERS_MAX, per_name },
		{ &a->logins_in_all, 1, in_all },
		{ &a->rights, 2 * USERS_MAX, per_right },
		{ &a->forms_of_user, 2 * USERS_MAX, per_forms },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(all[0]); i++)
		rc = throttle_new(all[i].to, all[i].room, all[i].rate);
	return rc;
}

int accounts_start(struct accounts *accounts)
{
	return worker_new(&accounts->worker, WORK_QUEUE);
}

int accounts_open(struct accounts **out, const char *users_path,
		  const char *state_dir, struct text *problem)
{
	struct accounts *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->lock = -1;
	rc = users_new(&made->users, users_path, problem);
	if (rc == 0)
		rc = make_state_dir(state_dir, problem);
	if (rc == 0)
		rc = take_lock(made, state_dir, problem);
	if (rc == 0)
		rc = open_files(made, state_dir, problem);
	if (rc == 0)
		rc = open_throttles(made);
	if (rc < 0) {
		accounts_close(made);
		return rc;
	}
	*out = made;
	return 0;
}

void accounts_stop(struct accounts *accounts)
{
	if (accounts)
		worker_stop(accounts->worker);
}

void accounts_close(struct accounts *accounts)
{
	if (!accounts)
		return;
	worker_free(accounts->worker);
	throttle_free(accounts->forms_of_user);
	throttle_free(accounts->rights);
	throttle_free(accounts->logins_again);
	throttle_free(accounts->logins_of_user);
	throttle_free(accounts->logins_in_all);
	throttle_free(accounts->logins_of_name);
	throttle_free(accounts->logins_of_address);
	audit_close(accounts->audit);
	optouts_free(accounts->optouts);
	credentials_free(accounts->tokens);
	credentials_free(accounts->sessions);
	users_free(accounts->users);
	if (accounts->lock >= 0)
		(void)close(accounts->lock);
	explicit_bzero(accounts->key, sizeof(accounts->key));
	free(accounts);
}

void accounts_principal(const struct user *user, enum principal_by by,
			struct principal *out)
{
	*out = (struct principal){ .role = user->role,
				   .by = by,
				   .asn_count = user->asn_count };
	memcpy(out->name, user->name, sizeof(out->name));
	memcpy(out->asns, user->asns, sizeof(out->asns));
}

/* The user of that name as it is now. */
static bool find_user(struct accounts *a, const char *name, struct user *out)
{
	struct user_list *list = users_take(a->users);
	const struct user *user = user_find(list, name);
	bool found = user && !user->is_disabled;

	if (found)
		*out = *user;
	users_release(a->users, list);
	return found;
}

/* The value of a cookie of exactly that length, if there is one of the name. */
static bool find_cookie(const char *cookie, const char *name, char *to,
			size_t size)
{
	size_t skip = strlen(name);
	bool found = false;

	while (cookie && *cookie) {
		size_t len = strcspn(cookie, ";");

		if (len == skip + size - 1 &&
		    strncmp(cookie, name, skip) == 0) {
			/* Twice: somebody has planted one. */
			if (found)
				return false;
			memcpy(to, cookie + skip, size - 1);
			to[size - 1] = '\0';
			found = true;
		}
		cookie += len + (cookie[len] == ';');
		cookie += strspn(cookie, " ");
	}
	return found;
}

bool accounts_cookie(const char *cookie, char secret[SECRET_TEXT_SIZE])
{
	return find_cookie(cookie, SESSION_COOKIE "=", secret,
			   SECRET_TEXT_SIZE);
}

static void set_form_secret(const struct accounts *a, const char *of,
			    struct principal *p)
{
	struct text text;

	text_init(&text);
	text_addf(&text, "form %s %s", p->name, of);
	digest_sign(a->key, text_str(&text), text.len, p->form_secret);
	text_fini(&text);
}

static bool by_session(struct accounts *a, const char *cookie, double now_s,
		       struct principal *out)
{
	char secret[SECRET_TEXT_SIZE];
	struct credential session;
	struct user user;

	if (!accounts_cookie(cookie, secret) ||
	    !credentials_find(a->sessions, secret, now_s, &session))
		return false;
	if (!find_user(a, session.user, &user) ||
	    strcmp(user.stamp, session.stamp) != 0)
		return false;
	accounts_principal(&user, BY_SESSION, out);
	memcpy(out->session_id, session.id, sizeof(out->session_id));
	set_form_secret(a, session.digest, out);
	return true;
}

static bool by_token(struct accounts *a, const char *authorization,
		     double now_s, struct principal *out)
{
	static const char scheme[] = "Bearer ";
	struct credential token;
	struct user user;

	if (strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return false;
	authorization += sizeof(scheme) - 1;
	authorization += strspn(authorization, " ");
	if (strncmp(authorization, token_start, sizeof(token_start) - 1) != 0 ||
	    !credentials_find(a->tokens,
			      authorization + sizeof(token_start) - 1, now_s,
			      &token) ||
	    !find_user(a, token.user, &user))
		return false;
	accounts_principal(&user, BY_TOKEN, out);
	return true;
}

bool accounts_identify(struct accounts *accounts, const struct evidence *shown,
		       double now_s, struct principal *out)
{
	struct user user;

	*out = (struct principal){ .role = ROLE_NOBODY };
	if (shown->authorization)
		return by_token(accounts, shown->authorization, now_s, out);
	if (shown->proxy_user) {
		if (!find_user(accounts, shown->proxy_user, &user))
			return false;
		accounts_principal(&user, BY_PROXY, out);
		set_form_secret(accounts, user.stamp, out);
		return true;
	}
	(void)by_session(accounts, shown->cookie, now_s, out);
	return true;
}

/* An IPv6 client has a network of 2^64 addresses. */
static void address_key(const struct ipaddr *from, char to[IPADDR_TEXT_SIZE])
{
	struct ipaddr net = *from;

	if (net.version == 6)
		memset(net.bytes + 8, 0, 8);
	if (net.version == 0)
		memcpy(to, "?", 2);
	else
		(void)ipaddr_format(&net, to);
}

static void name_key(const char *name, char to[USER_NAME_SIZE])
{
	size_t i = 0;

	for (; name[i] && i < USER_NAME_SIZE - 1; i++)
		to[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32
								: name[i]);
	to[i] = '\0';
}

static bool is_user(struct accounts *a, const char *name)
{
	struct user_list *list = users_take(a->users);
	bool found = user_find(list, name) != NULL;

	users_release(a->users, list);
	return found;
}

void accounts_browser(const struct accounts *accounts, const char *name,
		      char to[BROWSER_TEXT_SIZE])
{
	char lower[USER_NAME_SIZE];
	struct text text;

	name_key(name, lower);
	text_init(&text);
	text_addf(&text, "browser %s", lower);
	digest_sign(accounts->key, text_str(&text), text.len, to);
	text_fini(&text);
}

bool accounts_knows_browser(const struct accounts *a, const char *name,
			    const char *cookie)
{
	char wanted[BROWSER_TEXT_SIZE];
	char found[BROWSER_TEXT_SIZE];

	accounts_browser(a, name, wanted);
	return find_cookie(cookie, BROWSER_COOKIE "=", found, sizeof(found)) &&
	       secret_equal(wanted, found);
}

double accounts_may_try(struct accounts *accounts, const char *name,
			const char *cookie, const struct ipaddr *from,
			double now_s)
{
	char address[IPADDR_TEXT_SIZE];
	char lower[USER_NAME_SIZE];
	double wait_s;

	address_key(from, address);
	name_key(name, lower);
	if (accounts_knows_browser(accounts, name, cookie))
		return throttle_try(accounts->logins_again, lower, now_s);
	wait_s = throttle_try(accounts->logins_of_address, address, now_s);
	if (wait_s == 0)
		wait_s = throttle_try(accounts->logins_in_all, "", now_s);
	if (wait_s == 0)
		wait_s = throttle_try(is_user(accounts, name)
					  ? accounts->logins_of_user
					  : accounts->logins_of_name,
				      lower, now_s);
	return wait_s;
}

void accounts_was_right(struct accounts *accounts, const char *name,
			bool by_browser, const struct ipaddr *from,
			double now_s)
{
	char address[IPADDR_TEXT_SIZE];
	char lower[USER_NAME_SIZE];

	address_key(from, address);
	name_key(name, lower);
	if (throttle_try(accounts->rights, lower, now_s) > 0)
		return;
	if (by_browser) {
		throttle_return(accounts->logins_again, lower, now_s);
		return;
	}
	throttle_return(accounts->logins_of_address, address, now_s);
	throttle_return(accounts->logins_of_user, lower, now_s);
}

bool accounts_check(struct accounts *accounts, const char *name,
		    const char *password, struct user *out)
{
	bool is_known = find_user(accounts, name, out);

	return password_matches(password, is_known ? out->hash : "*") &&
	       is_known;
}

void accounts_form_token(const struct accounts *accounts,
			 const struct principal *principal,
			 char to[DIGEST_TEXT_SIZE])
{
	digest_sign(accounts->key, principal->form_secret,
		    strlen(principal->form_secret), to);
}

void accounts_sign_link(const struct accounts *accounts, const char *target,
			char to[DIGEST_TEXT_SIZE])
{
	struct text text;

	text_init(&text);
	text_addf(&text, "link %s", target);
	digest_sign(accounts->key, text_str(&text), text.len, to);
	text_fini(&text);
}

void accounts_tick(struct accounts *accounts, double now_s)
{
	struct user_list *users = users_take(accounts->users);
	int rc = credentials_tidy(accounts->sessions, now_s, users);
	int also = credentials_tidy(accounts->tokens, now_s, users);

	users_release(accounts->users, users);
	if (rc < 0 || also < 0)
		log_error("web: sessions and tokens not written: %s",
			  err_str(rc < 0 ? rc : also));
}
