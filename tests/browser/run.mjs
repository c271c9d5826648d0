#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// usage: run.mjs --web LANTERNE_WEB --make-exchange MAKE_EXCHANGE
//                [--all] [--shots DIR [--only NAME]...]
//
// The pages of a made exchange in a browser. Prints a line per check and at
// the end "N passed, N failed"; exit 77 where there is no browser.

import { existsSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({ options: {
	"web": { type: "string" },
	"make-exchange": { type: "string" },
	"all": { type: "boolean", default: false },
	"shots": { type: "string" },
	"only": { type: "string", multiple: true },
} });

function skip(why) {
	console.log(`skipped: ${why}`);
	process.exit(77);
}

if (!options.web || !options["make-exchange"]) {
	console.error("usage: run.mjs --web LANTERNE_WEB --make-exchange " +
		"MAKE_EXCHANGE [--all] [--shots DIR [--only NAME]...]");
	process.exit(64);
}
for (const name of ["playwright-core", "axe-core"]) {
	if (!existsSync(new URL(`node_modules/${name}`, import.meta.url)))
		skip(`${name} is not there; scripts/setup --tests fetches it`);
}

const { executable, launch } = await import("./browser.mjs");

if (!existsSync(executable))
	skip(`${executable} is not there; scripts/setup --tests installs it`);

const { startSite } = await import("./site.mjs");
const { appearance, shots } = await import("./appearance.mjs");
const { zoom } = await import("./zoom.mjs");
const { use } = await import("./use.mjs");
const { accounts, accountShots } = await import("./accounts.mjs");
const { finish } = await import("./report.mjs");
const site = await startSite({ web: options.web,
	makeExchange: options["make-exchange"] });
const withUsers = await startSite({ web: options.web,
	makeExchange: options["make-exchange"], users: true });
let browser;

try {
	browser = await launch();
	if (options.shots) {
		mkdirSync(options.shots, { recursive: true });
		await shots(browser, site.url, options.shots, options.only);
		if (!options.only || options.only.includes("accounts"))
			await accountShots(browser, withUsers.url, options.shots);
	} else {
		await appearance(browser, site.url, options.all);
		await zoom(browser, site.url);
		await use(browser, site.url, options.all);
		await accounts(browser, withUsers.url, options.all);
		process.exitCode = finish();
	}
} finally {
	await browser?.close();
	site.stop();
	withUsers.stop();
}
