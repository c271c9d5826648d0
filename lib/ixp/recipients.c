/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/recipients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"
#include "ixp/input.h"
#include "util/err.h"

enum { FILE_SIZE_MAX = 4 << 20 };

static void read_report(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_word words[] = {
		{ "daily", RECIPIENT_DAILY },
		{ "weekly", RECIPIENT_WEEKLY },
		{ "monthly", RECIPIENT_MONTHLY },
		{ "alerts", RECIPIENT_ALERTS },
		{ NULL, 0 },
	};
	unsigned *to = field;
	int value = config_word(r, item, words);

	if (value > 0)
		*to = (unsigned)value;
}

static void read_reports(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const struct config_list list = { .size = sizeof(unsigned),
						 .read = read_report,
						 .at_least = 1,
						 .or_one = true };
	unsigned *to = field;
	size_t count = 0;
	unsigned *each = config_list(r, item, &list, &count);

	for (size_t i = 0; i < count; i++)
		*to |= each[i];
	free(each);
}

static void read_recipient(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const struct config_key keys[] = {
		{ "to", offsetof(struct recipient, to), config_read_mailbox,
		  true },
		{ "asn", offsetof(struct recipient, asn), config_read_asn,
		  false },
		{ "language", offsetof(struct recipient, language),
		  config_read_string, false },
		{ "reports", offsetof(struct recipient, reports), read_reports,
		  false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct recipient *recipient = field;

	recipient->place = item->place;
	config_mapping(r, item, &all, recipient);
	if (recipient->reports == 0)
		recipient->reports = RECIPIENT_ALL;
}

/* Read into recipients that have their path. */
static int fill(struct recipients *to, const char *text, size_t len,
		struct diagnostics *d)
{
	static const struct config_list list = { .size =
						     sizeof(struct recipient),
						 .read = read_recipient };
	struct config_reader r = { .d = d, .path = to->path };
	unsigned errors_before = d->errors;
	struct yaml_tree tree;
	int rc = yaml_tree_parse(&tree, to->path, text, len, d);

	/* An empty file is a list without entries. */
	if (rc == 0 && tree.root && !yaml_is_null(tree.root))
		to->all = config_list(&r, tree.root, &list, &to->count);
	yaml_tree_fini(&tree);
	if (rc == 0 && r.out_of_memory)
		rc = -ENOMEM;
	return rc == 0 && d->errors > errors_before ? ERR_CONFIG : rc;
}

int recipients_parse(struct recipients **out, const char *path,
		     const char *text, size_t len, struct diagnostics *d)
{
	struct recipients *made = calloc(1, sizeof(*made));
	int rc = -ENOMEM;

	if (made)
		made->path = strdup(path);
	if (made && made->path)
		rc = fill(made, text, len, d);
	if (rc < 0)
		recipients_free(made);
	else
		*out = made;
	return rc;
}

int recipients_load(struct recipients **out, const char *path,
		    struct diagnostics *d)
{
	const struct input input = { path, FILE_SIZE_MAX,
				     "a list of recipients" };
	struct text text;
	int rc;

	text_init(&text);
	rc = input_read(&input, &text, d);
	if (rc == 0)
		rc = recipients_parse(out, path, text_str(&text), text.len, d);
	text_fini(&text);
	return rc;
}

void recipients_free(struct recipients *recipients)
{
	if (!recipients)
		return;
	for (size_t i = 0; i < recipients->count; i++) {
		free(recipients->all[i].to);
		free(recipients->all[i].language);
	}
	free(recipients->all);
	free(recipients->path);
	free(recipients);
}
