// SPDX-License-Identifier: GPL-2.0-or-later
// Every page in every look: nothing fails, nothing sticks out, axe is content.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { inTab } from "./browser.mjs";
import { lookOf, looks, pages } from "./pages.mjs";
import { assert, check, equal } from "./report.mjs";

const TABS = 3; // at the same time
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
	const views = [...pages.entries()].flatMap(([n, page]) =>
		(all ? looks : [lookOf(n)]).map((look) => ({ page, look })));

	await inParallel(views, async ({ page, look }) => {
		const { language, scheme, width } = look;

		await check(`${page.name} ${language} ${scheme} ${width}`,
			() => inTab(browser, base, look, (tab, wrong) =>
				looksRight(tab, wrong, page, look)));
	});
}

// A few at a time: most of it is waiting.
async function inParallel(views, body) {
	const left = [...views];
	const work = async () => {
		while (left.length > 0)
			await body(left.shift());
	};

	await Promise.all(Array.from({ length: TABS }, work));
}

// A picture of each page, or of some, in each look, to be looked at.
export async function shots(browser, base, dir, only) {
	const views = pages
		.filter((page) => !only || only.includes(page.name))
		.flatMap((page) => looks.map((look) => ({ page, look })));

	await inParallel(views, ({ page, look }) =>
		inTab(browser, base, look, async (tab) => {
			const { language, scheme, width } = look;
			const name = `${page.name}-${language}-${scheme}-${width}`;

			await tab.goto(page.path);
			await tab.screenshot({ fullPage: true,
				path: `${dir}/${name}.png` });
		}));
}
