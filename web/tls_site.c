/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/tls_site.h"

#include "util/log.h"

int tls_site_open(struct tls **out, const struct config_web *web)
{
	struct text problem;
	int rc = 0;

	*out = NULL;
	text_init(&problem);
	if (web->tls_certificate)
		rc =
		    tls_open(out, web->tls_certificate, web->tls_key, &problem);
	if (rc < 0)
		log_error("web: TLS: %s", text_str(&problem));
	text_fini(&problem);
	return rc;
}

enum tls_site_news tls_site_follow(struct tls *tls, struct site *site)
{
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);
	const struct config_web *web = &generation->config->web;
	enum tls_site_news news = TLS_SITE_SAME;
	struct text problem;

	text_init(&problem);
	if (web->tls_certificate &&
	    tls_follow(tls, web->tls_certificate, web->tls_key, &problem)) {
		news = TLS_SITE_CHANGED;
		log_notice("web: TLS: new certificate: %s",
			   web->tls_certificate);
	} else if (problem.len > 0) {
		news = TLS_SITE_REFUSED;
		log_error("web: TLS: the old certificate stays in use: %s",
			  text_str(&problem));
	}
	text_fini(&problem);
	generation_unref(generation);
	return news;
}
