// SPDX-License-Identifier: GPL-2.0-or-later
// Logging in and what comes behind it, with users instead of open access.

import { findings } from "./appearance.mjs";
import { inTab } from "./browser.mjs";
import { looks } from "./pages.mjs";
import { assert, check, equal } from "./report.mjs";
import { password } from "./site.mjs";

const own = "/members/AS64500";
const words = {
	en: { in: "Log in", out: "Log out", wrong: "is wrong",
		make: "Make a token", link: "Make a link", share: "share" },
	fr: { in: "Connexion", out: "D\u00e9connexion", wrong: "est faux",
		make: "Cr\u00e9er un jeton", link: "Cr\u00e9er un lien",
		share: "partager" },
};

const button = (tab, name) => tab.getByRole("button", { name, exact: true });

async function fillIn(tab, name, secret, look) {
	await tab.locator("#name").fill(name);
	await tab.locator("#password").fill(secret);
	await button(tab, words[look.language].in).click();
}

async function logIn(tab, name, look, path) {
	await tab.goto(path);
	equal(new URL(tab.url()).pathname, "/login", "sent to log in");
	await fillIn(tab, name, password, look);
	equal(new URL(tab.url()).pathname, path, "sent back");
}

async function isRight(tab, wrong, what) {
	await tab.waitForLoadState("networkidle");
	const wide = await tab.evaluate(() =>
		document.documentElement.scrollWidth -
		document.documentElement.clientWidth);

	assert(wide <= 0, `${what}: ${wide} px too wide`);
	const found = await findings(tab);
	assert(found.length === 0, () => `${what}: ` + found.join("\n"));
	assert(wrong.length === 0, () => `${what}: ` + wrong.join("\n"));
}

// In and out again, with the wrong password before.
async function inAndOut(tab, wrong, look) {
	const say = words[look.language];

	await tab.goto(own);
	await isRight(tab, wrong, "login");
	await fillIn(tab, "alice", "not this one at all", look);
	assert((await tab.locator("[role=alert]").textContent())
		.includes(say.wrong), "nothing is said of the wrong password");
	await isRight(tab, wrong, "login refused");
	await fillIn(tab, "alice", password, look);
	equal(new URL(tab.url()).pathname, own, "sent back");
	await isRight(tab, wrong, "own page");
	equal((await tab.request.get("/members/AS64501")).status(), 404,
		"another's page");
	await button(tab, say.out).click();
	await tab.goto(own);
	equal(new URL(tab.url()).pathname, "/login", "after logging out");
}

async function ownAccount(tab, wrong, look) {
	const say = words[look.language];

	await logIn(tab, "alice", look, "/account");
	await isRight(tab, wrong, "account");
	await tab.locator("#label").fill("cron <b>");
	await button(tab, say.make).click();
	const token = await tab.locator("code.secret").textContent();

	await isRight(tab, wrong, "a new token");
	const answer = await fetch(new URL("/api/v1/members/AS64500", tab.url()),
		{ headers: { authorization: `Bearer ${token}` } });
	equal(answer.status, 200, "by the token");
	await tab.goto("/account");
	assert((await tab.locator("#tokens").textContent())
		.includes("cron <b>"), "the token is not listed");
	await isRight(tab, wrong, "account with a token");
}

async function sharing(tab, wrong, look) {
	const say = words[look.language];

	await logIn(tab, "alice", look, own);
	await tab.getByRole("link", { name: say.share, exact: true }).first()
		.click();
	await isRight(tab, wrong, "share");
	await button(tab, say.link).click();
	const link = await tab.locator("code.secret").textContent();
	const answer = await fetch(new URL(link, tab.url()));

	equal(answer.status, 200, "the link");
	equal(answer.headers.get("content-type"), "image/svg+xml", "its type");
}

async function users(tab, wrong, look) {
	await logIn(tab, "ops", look, "/users");
	await isRight(tab, wrong, "users");
	await tab.goto("/users?user=alice");
	await isRight(tab, wrong, "a user");
	equal(await tab.locator("#asns").inputValue(), "64500", "its members");
}

export async function accounts(browser, base, all) {
	const flows = { inAndOut, ownAccount, sharing, users };

	for (const [n, [name, flow]] of Object.entries(flows).entries()) {
		for (const look of all ? looks : [looks[n * 3 % looks.length]]) {
			const { language, scheme, width } = look;

			await check(`${name} ${language} ${scheme} ${width}`,
				() => inTab(browser, base, look, (tab, wrong) =>
					flow(tab, wrong, look)));
		}
	}
}

// A picture of each page that there is with users alone.
export async function accountShots(browser, base, dir) {
	for (const look of looks) {
		const { language, scheme, width } = look;
		const take = (tab, name) => tab.screenshot({ fullPage: true,
			path: `${dir}/${name}-${language}-${scheme}-${width}.png` });

		await inTab(browser, base, look, async (tab) => {
			await tab.goto("/account");
			await take(tab, "login");
			await fillIn(tab, "alice", password, look);
			await take(tab, "account");
			await tab.goto(own);
			await take(tab, "own");
			await tab.goto("/account?graph=/graph/exchange.svg#share");
			await take(tab, "share");
		});
		await inTab(browser, base, look, async (tab) => {
			await logIn(tab, "ops", look, "/users");
			await tab.goto("/users?user=alice");
			await take(tab, "users");
		});
	}
}
