/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/mail.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/crc32c.h"
#include "web/graph_png.h"
#include "web/report/compose.h"

enum { ID_SIZE = 320, IMAGE_WIDTH = 760, IMAGE_HEIGHT = 400 };

/* A message as it is put together. */
struct message {
	const struct report *report;
	const struct mail_envelope *envelope;
	struct document *document;
	char id[ID_SIZE];     /* of the message, without its brackets */
	char domain[ID_SIZE]; /* of the sender */
};

/* What stands behind the @ of the sender. */
static void find_domain(char domain[ID_SIZE], const char *from)
{
	const char *at = strrchr(from, '@');
	size_t len = at ? strcspn(at + 1, "> \t") : 0;

	if (len == 0 || len >= ID_SIZE)
		(void)snprintf(domain, ID_SIZE, "localhost");
	else
		(void)snprintf(domain, ID_SIZE, "%.*s", (int)len, at + 1);
}

/* What a corrected report, or another exchange's, does not share. */
static uint32_t digest(const struct message *m)
{
	const char *name = m->report->call.config->exchange_name;
	uint32_t crc = crc32c(0, name, strlen(name));

	for (size_t i = 0; i < m->document->count; i++) {
		const struct block *block = &m->document->blocks[i];

		for (size_t k = 0; k < block->count; k++)
			crc = crc32c(crc, block->cells[k],
				     strlen(block->cells[k]));
	}
	return crc;
}

static void make_id(struct message *m)
{
	const struct span *span = &m->report->basis->span;
	const struct language *language = m->envelope->language;
	char who[16] = "exchange";

	if (m->report->member)
		(void)snprintf(who, sizeof(who), "AS%u",
			       m->report->member->asn);
	(void)snprintf(m->id, sizeof(m->id), "lanterne.%s.%s.%s.%s.%08x@%.200s",
		       span_kind_name(span->kind), span->name, who,
		       language ? language->code : "en", digest(m), m->domain);
}

/* A part of text. @return owned by the caller */
static GMimeObject *make_text(const char *subtype, const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);

	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_text_part_set_text(part, text);
	g_mime_part_set_content_encoding(
	    GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	return GMIME_OBJECT(part);
}

static GMimeObject *make_image(const struct message *m, const struct text *png,
			       size_t number)
{
	GMimePart *part = g_mime_part_new_with_type("image", "png");
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(text_str(png), png->len);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
	    stream, GMIME_CONTENT_ENCODING_DEFAULT);
	char name[ID_SIZE * 2];

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	(void)snprintf(name, sizeof(name), "graph%zu.%s", number, m->id);
	g_mime_object_set_content_id(GMIME_OBJECT(part), name);
	g_mime_object_set_disposition(GMIME_OBJECT(part),
				      GMIME_DISPOSITION_INLINE);
	(void)snprintf(name, sizeof(name), "graph%zu.png", number);
	g_mime_part_set_filename(part, name);
	g_object_unref(content);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

static int draw(struct text *png, const struct call *call,
		const struct block *block)
{
	struct render_job *job = calloc(1, sizeof(*job));
	int rc = -ENOMEM;

	if (job) {
		job->width = IMAGE_WIDTH;
		job->height = IMAGE_HEIGHT;
		rc = graph_fill_png(job, call, block->subject, block->view);
	}
	if (rc == 0)
		rc = render_png(job, png);
	free(job);
	return rc;
}

/* Add a part, which is the container's then. */
static void hand_over(GMimeMultipart *to, GMimeObject *part)
{
	g_mime_multipart_add(to, part);
	g_object_unref(part);
}

static GMimeMultipart *make_multipart(const struct message *m,
				      const char *subtype)
{
	GMimeMultipart *made = g_mime_multipart_new_with_subtype(subtype);
	char boundary[ID_SIZE];

	/* One that is always the same, and that no part can have: the "=" is
	 * never followed by an underscore in quoted-printable. */
	(void)snprintf(boundary, sizeof(boundary), "=_%s_%s", subtype,
		       m->report->basis->span.name);
	g_mime_multipart_set_boundary(made, boundary);
	return made;
}

/* HTML with its images. A graph that cannot be drawn fails the mail: it would
 * have a hole. */
static int add_html(GMimeMultipart *to, const struct message *m)
{
	GMimeMultipart *related = make_multipart(m, "related");
	struct text html;
	size_t number = 0;
	int rc = 0;

	text_init(&html);
	html.language = m->envelope->language;
	document_add_html(&html, m->document, m->id);
	if (!text_ok(&html))
		rc = -ENOMEM;
	hand_over(related, make_text("html", text_str(&html)));
	text_fini(&html);
	for (size_t i = 0; rc == 0 && i < m->document->count; i++) {
		const struct block *block = &m->document->blocks[i];
		struct text png;

		if (block->kind != BLOCK_GRAPH)
			continue;
		text_init(&png);
		rc = draw(&png, &m->report->call, block);
		if (rc == 0)
			hand_over(related, make_image(m, &png, ++number));
		text_fini(&png);
	}
	hand_over(to, GMIME_OBJECT(related));
	return rc;
}

static int add_body(GMimeMessage *message, const struct message *m)
{
	GMimeMultipart *body = make_multipart(m, "alternative");
	struct text text;
	int rc;

	text_init(&text);
	text.language = m->envelope->language;
	document_add_text(&text, m->document);
	rc = text_ok(&text) ? document_check(m->document) : -ENOMEM;
	hand_over(body, make_text("plain", text_str(&text)));
	text_fini(&text);
	if (rc == 0)
		rc = add_html(body, m);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(body));
	g_object_unref(body);
	return rc;
}

bool mail_is_mailbox(const char *text)
{
	InternetAddressList *list;
	InternetAddress *one;
	const char *addr = NULL;
	bool good;

	g_mime_init();
	list = internet_address_list_parse(NULL, text);
	one = list && internet_address_list_length(list) == 1
		  ? internet_address_list_get_address(list, 0)
		  : NULL;
	if (one && INTERNET_ADDRESS_IS_MAILBOX(one))
		addr = internet_address_mailbox_get_addr(
		    INTERNET_ADDRESS_MAILBOX(one));
	good = addr && *addr && *addr != '@' && strchr(addr, '@') &&
	       strchr(addr, '@')[1];
	for (; good && *addr; addr++)
		good = *addr > ' ' && *addr < 0x7f;
	if (list)
		g_object_unref(list);
	return good;
}

static void add_addresses(InternetAddressList *to, const char *mailboxes)
{
	InternetAddressList *list =
	    internet_address_list_parse(NULL, mailboxes);

	if (!list)
		return;
	internet_address_list_append(to, list);
	g_object_unref(list);
}

/* What every message has in its head. */
struct head {
	const char *from;
	const char *to;
	const char *subject;
	const char *id;
	int64_t at_s;
	const struct language *language;
};

static void add_headers(GMimeMessage *message, const struct head *head)
{
	GDateTime *date = g_date_time_new_from_unix_utc(head->at_s);

	add_addresses(g_mime_message_get_from(message), head->from);
	add_addresses(g_mime_message_get_to(message), head->to);
	g_mime_message_set_subject(message, head->subject, "utf-8");
	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
	g_mime_message_set_message_id(message, head->id);
	g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted",
				 "auto-generated", "utf-8");
	g_mime_object_set_header(GMIME_OBJECT(message), "Content-Language",
				 head->language ? head->language->code : "en",
				 "utf-8");
}

static void add_bytes(struct text *out, GMimeMessage *message)
{
	GMimeFormatOptions *options = g_mime_format_options_new();
	char *bytes;

	g_mime_format_options_set_newline_format(options,
						 GMIME_NEWLINE_FORMAT_UNIX);
	bytes = g_mime_object_to_string(GMIME_OBJECT(message), options);
	text_add(out, bytes);
	g_free(bytes);
	g_mime_format_options_free(options);
}

int mail_write(struct text *out, const struct report *report,
	       const struct mail_envelope *envelope)
{
	struct message m = { .report = report, .envelope = envelope };
	struct document document;
	GMimeMessage *message;
	int rc;

	g_mime_init();
	document_init(&document, &report->call);
	compose(&document, report);
	m.document = &document;
	find_domain(m.domain, report->call.config->reports.from);
	make_id(&m);
	message = g_mime_message_new(TRUE);
	rc = document_check(&document);
	if (rc == 0)
		add_headers(message,
			    &(struct head){
				.from = report->call.config->reports.from,
				.to = envelope->to,
				.subject = document.title,
				.id = m.id,
				.at_s = report->basis->span.to_s,
				.language = envelope->language,
			    });
	if (rc == 0)
		rc = add_body(message, &m);
	if (rc == 0)
		add_bytes(out, message);
	g_object_unref(message);
	document_fini(&document);
	return rc == 0 && !text_ok(out) ? -ENOMEM : rc;
}

int mail_write_note(struct text *out, const struct mail_note *note)
{
	const char *from = note->call->config->reports.from;
	GMimeMessage *message;
	GMimeObject *body;
	char domain[ID_SIZE];
	char id[ID_SIZE];

	g_mime_init();
	find_domain(domain, from);
	(void)snprintf(id, sizeof(id), "lanterne.%s.%s@%.200s", note->name,
		       note->language ? note->language->code : "en", domain);
	message = g_mime_message_new(TRUE);
	add_headers(message, &(struct head){ .from = from,
					     .to = note->to,
					     .subject = note->subject,
					     .id = id,
					     .at_s = note->at_s,
					     .language = note->language });
	body = make_text("plain", note->body);
	g_mime_message_set_mime_part(message, body);
	g_object_unref(body);
	add_bytes(out, message);
	g_object_unref(message);
	return text_ok(out) ? 0 : -ENOMEM;
}
