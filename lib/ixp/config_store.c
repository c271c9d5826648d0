/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of the store. */

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "ixp/config_parts.h"

enum { BASE_MAX = 200 };

/*
 * A socket's path or an address. No names: finding out an address can take
 * any time, and the writer must not wait for it.
 */
static void read_rrdcached(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const char words[] =
	    "\"unix:\" and the absolute path of a socket, or an address and a "
	    "port, like \"unix:/run/rrdcached.sock\" or "
	    "\"[2001:db8::1]:42217\"";
	static const char prefix[] = "unix:";
	const size_t prefix_len = sizeof(prefix) - 1;
	struct config_rrdcached *to = field;
	const char *text = config_scalar(r, item, words);
	const char *path;

	if (!text)
		return;
	if (strncmp(text, prefix, prefix_len) == 0) {
		path = text + prefix_len;
		if (path[0] != '/' || path[1] == '\0' ||
		    strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
			config_expected(r, item, words);
		else
			to->socket = config_copy(r, path);
	} else if (ipaddr_parse_endpoint(text, strlen(text), &to->tcp.addr,
					 &to->tcp.port) < 0 ||
		   to->tcp.port == 0) {
		config_expected(r, item, words);
	}
}

/* What stands in commands of rrdcached needs no quotes and leads nowhere. */
static bool is_base(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	const char *part = text[0] == '/' ? text + 1 : text;
	size_t len;

	if (strlen(text) > BASE_MAX)
		return false;
	for (;; part += len + 1) {
		len = strspn(part, allowed);
		if (strspn(part, ".") == len)
			return false;
		if (part[len] == '\0')
			return true;
		if (part[len] != '/')
			return false;
	}
}

static void read_base(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const char words[] =
	    "a path of at most 200 letters, digits, dots, underscores and "
	    "dashes, without parts that are only dots";
	char **to = field;

	if (item->kind != YAML_SCALAR || yaml_is_null(item) ||
	    (item->text[0] && !is_base(item->text)))
		config_expected(r, item, words);
	else
		*to = config_copy(r, item->text);
}

void config_read_store(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const struct config_key keys[] = {
		{ "rrdcached", 0, read_rrdcached, true },
		{ "base", offsetof(struct config_rrdcached, base), read_base,
		  false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_rrdcached *to = field;

	to->used = true;
	to->place = item->place;
	config_mapping(r, item, &all, to);
	if (!to->base)
		to->base = config_copy(r, "");
}

void config_store_fini(struct config_rrdcached *rrdcached)
{
	free(rrdcached->socket);
	free(rrdcached->base);
}
