/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ixp/recipients.h"
#include "util/log.h"
#include "web/languages.h"
#include "web/report/mail.h"

/* The envelope of a report and language, made if there is none. */
static struct mail_envelope *find(struct mail_list *list, uint32_t asn,
				  const struct language *language)
{
	struct mail_envelope *grown;
	for (size_t i = 0; i < list->count; i++) {
		if (list->envelopes[i].asn != asn)
			continue;
		if (list->envelopes[i].language == language)
			return &list->envelopes[i];
	}
	grown = realloc(list->envelopes, (list->count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	list->envelopes = grown;
	grown[list->count] =
	    (struct mail_envelope){ .asn = asn, .language = language };
	return &grown[list->count++];
}

static int add(struct mail_list *list, uint32_t asn,
	       const struct language *language, const char *to)
{
	struct mail_envelope *e = find(list, asn, language);
	struct text all;

	if (!e)
		return EX_OSERR;
	if (!mail_is_mailbox(to)) {
		log_error("found the recipient \"%s\", expected one mail "
			  "address in ASCII: \"Name <user@example.net>\"",
			  to);
		return EX_CONFIG;
	}
	text_init(&all);
	text_add(&all, e->to ? e->to : "");
	text_add(&all, e->to ? ", " : "");
	text_add(&all, to);
	free(e->to);
	e->to = text_steal(&all);
	return e->to ? EX_OK : EX_OSERR;
}

/* The language of a recipient. @return false if there is none such; it is said
 */
static bool choose(const struct mail_request *request,
		   const struct recipient *r, const char *path,
		   const struct language **out)
{
	*out = request->language ? request->language
	       : r->language
		   ? languages_of(r->language)
		   : languages_choose(request->call->config, NULL, NULL);
	if (*out)
		return true;
	log_error("%s:%zu: language: found \"%s\", expected en or fr", path,
		  r->place.line, r->language);
	return false;
}

static int take(struct mail_list *out, const struct mail_request *request,
		const struct recipients *recipients)
{
	static const unsigned reports[] = { [SPAN_DAY] = RECIPIENT_DAILY,
					    [SPAN_WEEK] = RECIPIENT_WEEKLY,
					    [SPAN_MONTH] = RECIPIENT_MONTHLY };
	unsigned wanted =
	    request->alerts ? RECIPIENT_ALERTS : reports[request->kind];
	int code = EX_OK;

	for (size_t i = 0; code == EX_OK && i < recipients->count; i++) {
		const struct recipient *r = &recipients->all[i];
		const struct language *language;

		if (r->asn && !request->alerts &&
		    !registry_member(request->call->registry, r->asn))
			log_warning("%s:%zu: AS%u is no member",
				    recipients->path, r->place.line, r->asn);
		if (!(r->reports & wanted) ||
		    (!request->all && r->asn != request->asn))
			continue;
		code = choose(request, r, recipients->path, &language)
			   ? add(out, r->asn, language, r->to)
			   : EX_CONFIG;
	}
	return code;
}

static int take_file(struct mail_list *out, const struct mail_request *request,
		     const char *path)
{
	struct recipients *recipients;
	struct diagnostics d;
	int code;
	int rc;

	diagnostics_init(&d);
	rc = recipients_load(&recipients, path, &d);
	diagnostics_end(&d);
	if (d.text.len > 0)
		log_error("%.*s", (int)strcspn(text_str(&d.text), "\n"),
			  text_str(&d.text));
	diagnostics_fini(&d);
	if (rc < 0)
		return rc == -ENOMEM   ? EX_OSERR
		       : rc == -ENOENT ? EX_NOINPUT
				       : EX_CONFIG;
	code = take(out, request, recipients);
	recipients_free(recipients);
	return code;
}

/* Say so if there is no mail to be written, or one too many. */
static int check(const struct mail_list *list,
		 const struct mail_request *request, bool single)
{
	const char *path = request->call->config->reports.recipients;

	if (list->count == 0 && !request->all) {
		log_error("%s: nobody gets this report: add a recipient, or "
			  "say --to",
			  path);
		return EX_CONFIG;
	}
	if (list->count > 1 && single) {
		log_error("%s: this report goes out in several languages: say "
			  "which with --lang, or where to with --out",
			  path);
		return EX_USAGE;
	}
	return EX_OK;
}

int mail_address(struct mail_list *out, const struct mail_request *request,
		 bool single)
{
	const struct config *config = request->call->config;
	int code;

	if (config->reports.from && !mail_is_mailbox(config->reports.from)) {
		log_error("%s: reports.from: found \"%s\", expected one mail "
			  "address in ASCII",
			  config->path, config->reports.from);
		return EX_CONFIG;
	}
	if (!config->reports.from) {
		log_error("%s: reports.from is missing: whom mails are from",
			  config->path);
		return EX_CONFIG;
	}
	if (request->to)
		return add(out, request->asn,
			   request->language
			       ? request->language
			       : languages_choose(config, NULL, NULL),
			   request->to);
	if (!config->reports.recipients) {
		log_error("%s: reports.recipients is missing: a file that says "
			  "who gets mails; or say --to",
			  config->path);
		return EX_CONFIG;
	}
	code = take_file(out, request, config->reports.recipients);
	return code == EX_OK ? check(out, request, single) : code;
}

void mail_list_fini(struct mail_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->envelopes[i].to);
	free(list->envelopes);
	*list = (struct mail_list){ .envelopes = NULL };
}
