// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's Chromium, and a tab that notes what goes wrong in it.

import { chromium } from "playwright-core";

export const executable = "/usr/bin/chromium";

// Nothing but this machine can be reached, whatever asks for it.
export function launch() {
	return chromium.launch({
		executablePath: executable,
		args: ["--headless", "--no-sandbox", "--disable-gpu",
			"--disable-quic", "--no-first-run",
			"--disable-background-networking",
			"--disable-component-update", "--disable-sync",
			"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
	});
}

const defaults = { language: "en", scheme: "light", width: 1440 };

// What a tab saw: lines that should not be there.
function watch(tab, base) {
	const wrong = [];

	tab.on("console", (message) => {
		// A page that is refused on purpose is an error to the console.
		if (message.type() === "error" &&
		    !/status of 4\d\d/.test(message.text()))
			wrong.push(`console: ${message.text()}`);
	});
	tab.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
	tab.on("requestfailed", (request) => {
		const why = request.failure()?.errorText;

		// What is under way when a page is left.
		if (why !== "net::ERR_ABORTED")
			wrong.push(`failed: ${request.url()}: ${why}`);
	});
	tab.on("request", (request) => {
		if (!request.url().startsWith(base + "/"))
			wrong.push(`elsewhere: ${request.url()}`);
	});
	tab.on("response", (response) => {
		const policy = response.headers()["content-security-policy"];

		if (!policy?.startsWith("default-src 'none';") ||
		    /unsafe|\*|http/.test(policy.replace("frame-ancestors *", "")))
			wrong.push(`policy of ${response.url()}: ${policy}`);
		if (response.status() >= 400 &&
		    response.request().resourceType() !== "document")
			wrong.push(`${response.status()}: ${response.url()}`);
	});
	return wrong;
}

// Run body(tab, wrong) in a context of its own; how: language, scheme, width,
// and what playwright's newContext takes.
export async function inTab(browser, base, how, body) {
	const { language, scheme, width, ...rest } = { ...defaults, ...how };
	const context = await browser.newContext({
		baseURL: base, locale: language, colorScheme: scheme,
		viewport: { width, height: 900 }, ...rest,
	});

	try {
		const tab = await context.newPage();

		tab.setDefaultTimeout(15000);
		return await body(tab, watch(tab, base));
	} finally {
		await context.close();
	}
}
