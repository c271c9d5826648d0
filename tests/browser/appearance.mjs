// SPDX-License-Identifier: GPL-2.0-or-later
// Every page in every look: nothing fails, nothing sticks out, axe is content.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { inTab } from "./browser.mjs";
import { looks, pages, sampleOfLooks } from "./pages.mjs";
import { assert, check, equal } from "./report.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
	"best-practice"];

// What axe finds, a line each.
export async function findings(tab) {
	await tab.evaluate(axe);
	const found = await tab.evaluate((values) =>
		globalThis.axe.run(document, {
			runOnly: { type: "tag", values },
			resultTypes: ["violations"],
		}), rules);

	return found.violations.map((v) => `${v.id}: ${v.help}: ` + v.nodes
		.slice(0, 3)
		.map((n) => n.target.join(" ") + " " +
			n.html.slice(0, 120)).join("; "));
}

// Elements that are wider than the page, for the message.
function widest() {
	const limit = document.documentElement.clientWidth;

	return [...document.querySelectorAll("body *")]
		.filter((e) => e.getBoundingClientRect().right > limit + 1 &&
			!e.closest(".scroll, pre, svg"))
		.slice(0, 4)
		.map((e) => `${e.tagName}.${e.className}`).join(", ");
}

async function looksRight(tab, wrong, page, look) {
	const response = await tab.goto(page.path, { waitUntil: "load" });

	equal(response.status(), page.status ?? 200, "status");
	await tab.waitForLoadState("networkidle");
	equal(await tab.evaluate(() => document.documentElement.lang),
		look.language, "language");
	const size = await tab.evaluate(() => ({
		wanted: document.documentElement.scrollWidth,
		there: document.documentElement.clientWidth,
	}));
	assert(size.wanted <= size.there,
		`${size.wanted} px wide: ${await tab.evaluate(widest)}`);
	assert(wrong.length === 0, () => wrong.join("\n"));
	const found = await findings(tab);
	assert(found.length === 0, () => found.join("\n"));
}

export async function appearance(browser, base, all) {
	for (const [n, page] of pages.entries()) {
		for (const look of all ? looks : sampleOfLooks(n)) {
			const { language, scheme, width } = look;

			await check(`${page.name} ${language} ${scheme} ${width}`,
				() => inTab(browser, base, look, (tab, wrong) =>
					looksRight(tab, wrong, page, look)));
		}
	}
}

// A picture of each page in each look, to be looked at.
export async function shots(browser, base, dir) {
	for (const page of pages) {
		for (const look of looks) {
			const { language, scheme, width } = look;

			await inTab(browser, base, look, async (tab) => {
				await tab.goto(page.path);
				await tab.screenshot({ fullPage: true,
					path: `${dir}/${page.name}-${language}-${scheme}-${width}.png` });
			});
		}
	}
}
