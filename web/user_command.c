/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/user_command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "ixp/config.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "web/auth/accounts.h"
#include "web/state_dir.h"

/* Longer than any password, so that one that is too long is seen. */
enum { LINE_SIZE = PASSWORD_MAX + 3 };

/* A line without its end. */
static bool read_line(char to[LINE_SIZE])
{
	if (!fgets(to, LINE_SIZE, stdin))
		return false;
	to[strcspn(to, "\n")] = '\0';
	return true;
}

/* A line that is not shown while it is typed. */
static bool read_hidden(const char *prompt, char to[LINE_SIZE])
{
	struct termios shown;
	struct termios hidden;
	bool done;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return false;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	(void)fprintf(stderr, "%s: ", prompt);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	done = read_line(to);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	(void)fputc('\n', stderr);
	return done;
}

static int read_password(char to[LINE_SIZE])
{
	char again[LINE_SIZE];
	bool same;

	if (!isatty(STDIN_FILENO)) {
		if (read_line(to))
			return EX_OK;
		log_error("standard input: expected a line with the password");
		return EX_NOINPUT;
	}
	if (!read_hidden("Password", to) || !read_hidden("Again", again))
		return EX_NOINPUT;
	same = strcmp(to, again) == 0;
	explicit_bzero(again, sizeof(again));
	if (!same)
		log_error("the two passwords differ; nothing was changed");
	return same ? EX_OK : EX_USAGE;
}

static int set_password(struct user *user)
{
	char password[LINE_SIZE];
	int code = read_password(password);
	int rc = code == EX_OK ? password_hash(password, user->hash) : 0;

	explicit_bzero(password, sizeof(password));
	if (rc == ERR_RANGE) {
		log_error("the password: expected %d to %d characters",
			  PASSWORD_MIN, PASSWORD_MAX);
		return EX_USAGE;
	}
	if (rc < 0) {
		log_error("the password was not hashed: %s", err_str(rc));
		return EX_OSERR;
	}
	return code;
}

/* The fields that the command line says. */
static int fill(const struct user_command *c, struct user *user)
{
	int count = c->asns ? user_parse_asns(c->asns, user->asns) : 0;

	if (!user_name_is_valid(c->add)) {
		log_error("--add-user: found \"%s\", expected 1 to 64 letters, "
			  "digits and . _ @ + -",
			  c->add);
		return EX_USAGE;
	}
	memcpy(user->name, c->add, strlen(c->add) + 1);
	user->role = c->role ? role_of(c->role) : ROLE_NOBODY;
	if (user->role == ROLE_NOBODY) {
		log_error("--role: expected member, auditor or operator");
		return EX_USAGE;
	}
	if (count < 0 || (count == 0 && user->role == ROLE_MEMBER)) {
		log_error("--asn: expected the AS numbers of the user's "
			  "members, with commas between");
		return EX_USAGE;
	}
	user->asn_count = (size_t)count;
	memcpy(user->hash, "*", 2);
	return c->no_password ? EX_OK : set_password(user);
}

/* A new file is for the group of its folder, which is the web's. */
static void share_file(const char *path)
{
	char folder[PATH_MAX];
	struct stat status;

	if (file_directory_of(path, folder, sizeof(folder)) == 0 &&
	    stat(folder, &status) == 0 &&
	    chown(path, (uid_t)-1, status.st_gid) == 0)
		(void)chmod(path, S_IRUSR | S_IWUSR | S_IRGRP);
}

static int said(int rc, const char *path)
{
	if (rc == 0)
		return EX_OK;
	log_error("%s: %s", path, err_str(rc));
	if (rc == -ENOENT)
		return EX_NOINPUT;
	return rc == ERR_CONFIG ? EX_CONFIG : EX_CANTCREAT;
}

static int add(const struct user_command *c, const char *path)
{
	struct user user = { .role = ROLE_NOBODY };
	bool is_new = access(path, F_OK) < 0;
	int code = fill(c, &user);
	int rc;

	if (code != EX_OK)
		return code;
	rc = users_put(path, &user);
	explicit_bzero(user.hash, sizeof(user.hash));
	if (rc == 0 && is_new)
		share_file(path);
	if (rc == 0)
		log_notice("%s: %s is %s", path, user.name,
			   role_name(user.role));
	return said(rc, path);
}

static int drop(const struct user_command *c, const char *path)
{
	int rc = user_name_is_valid(c->remove) ? users_remove(path, c->remove)
					       : ERR_NOT_FOUND;

	if (rc == ERR_NOT_FOUND) {
		log_error("%s: there is no user \"%s\"", path, c->remove);
		return EX_NOUSER;
	}
	return said(rc, path);
}

static int check(const struct config *config)
{
	unsigned char key[SECRET_BYTES];
	char dir[PATH_MAX];
	char path[PATH_MAX + 16];
	struct text problem;
	uint64_t lines = 0;
	int rc;

	if (!state_dir_of(config, dir))
		return EX_CONFIG;
	text_init(&problem);
	(void)snprintf(path, sizeof(path), "%s/audit.log", dir);
	rc = accounts_read_key(dir, key, &problem);
	if (rc == 0)
		rc = audit_check(path, key, &lines, &problem);
	explicit_bzero(key, sizeof(key));
	(void)fputs(text_str(&problem), stderr);
	text_fini(&problem);
	if (rc == 0)
		(void)printf("%s: %llu lines, all as they were written\n", path,
			     (unsigned long long)lines);
	return rc == 0 ? EX_OK : rc == ERR_MALFORMED ? EX_DATAERR : EX_NOINPUT;
}

int user_command_run(const struct user_command *command)
{
	struct diagnostics diagnostics;
	struct config *config = NULL;
	int code = EX_CONFIG;
	int rc;

	diagnostics_init(&diagnostics);
	rc = config_load(&config, command->config_path, &diagnostics);
	(void)fputs(text_str(&diagnostics.text), stderr);
	diagnostics_fini(&diagnostics);
	if (rc < 0)
		return rc == ERR_CONFIG ? EX_CONFIG : EX_NOINPUT;
	if (command->check_audit)
		code = check(config);
	else if (!config->web.users)
		log_error("%s: web.users: expected the file of users",
			  command->config_path);
	else if (command->add)
		code = add(command, config->web.users);
	else
		code = drop(command, config->web.users);
	config_free(config);
	return code;
}
