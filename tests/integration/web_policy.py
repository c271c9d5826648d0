#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_policy.py LANTERNE_WEB MAKE_EXCHANGE OPENAPI

Follows every link of the pages, and asks for what has none: each answer has a
content security policy that allows nothing inline, and no page has scripts,
styles or handlers in it that would need that. The exchange has a member with
markup for a name.
"""
import html.parser
import json
import re
import sys
from urllib.parse import urljoin, urlsplit

from harness import Checks
from web_running import Web

PAGES_MAX = 150
MORE = ["/livez", "/readyz", "/style.css", "/app.js", "/uplot.js", "/uplot.css",
        "/licenses.txt", "/favicon.svg", "/favicon.ico", "/nothing",
        "/members/AS1", "/graph/none.svg", "/graph/exchange.svg?range=never",
        "/grapher/ixp?type=log", "/grapher/ixp?type=json", "/grapher/none",
        "/grapher-sflow/a/b/c/d", "/json-traffic/v1/timeseries.json",
        "/json-traffic/v1/statistics.json", "/api/v1/none", "/%zz",
        "/embed/exchange", "/embed/vlan?vlan=1", "/?from=nonsense",
        "/graph/matrix.json", "/graph/matrix.csv", "/graph/league.csv",
        "/graph/ports.csv", "/graph/exchange.png", "/?lang=fr",
        "/" + "x" * 3000]


class Page(html.parser.HTMLParser):
    """What of a page a policy without 'unsafe-inline' would not run."""

    def __init__(self):
        super().__init__()
        self.inline = []
        self.links = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "script" and "src" not in named and \
                named.get("type") not in ("application/json",):
            self.inline.append("<script>")
        if tag == "style":
            self.inline.append("<style>")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.inline.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action") and value:
                if re.match(r"\s*(javascript|data|vbscript):", value, re.I):
                    self.inline.append(value)
                self.links.append(value)


def check_policy(target, answer, checks):
    policy = answer.getheader("Content-Security-Policy") or ""
    rules = dict(rule.strip().partition(" ")[::2]
                 for rule in policy.split(";"))
    checks.equal(rules.get("default-src"), "'none'", f"{target}: default-src")
    checks.that("unsafe" not in policy and "data:" not in policy and
                "http" not in policy, f"{target}: {policy}")
    checks.equal(rules.get("script-src", "'self'"), "'self'",
                 f"{target}: script-src")
    for name in ("base-uri", "form-action", "frame-ancestors"):
        checks.that(name in rules, f"{target}: {name}")
    checks.equal(answer.getheader("X-Content-Type-Options"), "nosniff", target)
    checks.equal(answer.getheader("Referrer-Policy"), "same-origin", target)
    checks.that("*" not in rules["frame-ancestors"] or
                target.startswith("/embed/"), f"{target}: in frames")
    checks.equal(answer.getheader("Server"), None, f"{target}: Server")
    return policy


def check_page(target, body, checks):
    page = Page()
    page.feed(body.decode())
    checks.equal(page.inline, [], target)
    checks.that(b"<script>alert" not in body, f"{target}: markup of a name")
    return [urljoin("http://x" + target, link) for link in page.links]


def api_paths(path):
    with open(path, encoding="utf-8") as file:
        for name in json.load(file)["paths"]:
            yield "/api/v1" + name.replace("{asn}", "64500").replace(
                "{switch}", "sw1").replace("{ifindex}", "1")


def main():
    checks = Checks()
    waiting = ["/", *MORE, *api_paths(sys.argv[3])]
    seen, kinds = set(waiting), {}
    with Web(*sys.argv[1:3]) as web:
        while waiting:
            target = waiting.pop(0)
            answer, body = web.get(target)
            policy = check_policy(target, answer, checks)
            kind = (answer.getheader("Content-Type") or "").split(";")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind != "text/html":
                checks.that("script-src" not in policy, f"{target}: runs")
                continue
            for link in check_page(target, body, checks):
                parts = urlsplit(link)
                to = parts.path + ("?" + parts.query if parts.query else "")
                if parts.netloc == "x" and to not in seen and \
                        len(seen) < PAGES_MAX + len(MORE):
                    seen.add(to)
                    waiting.append(to)
    print(f"{len(seen)} answers: {kinds}")
    checks.that(kinds.get("text/html", 0) > 50, kinds)
    return checks.finish()


sys.exit(main())
