#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: report.py REPORT COLLECTOR SIMULATOR WEB MAKE_EXCHANGE CLOSE_DAYS

Reports as cron makes them: sums against the journal, to the byte; mails through
a MIME parser; files and exit codes; percentiles against the site's.
"""
import csv
import email
import email.policy
import html.parser
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from harness import Checks, must, run
from web_running import Web

REPORT, COLLECTOR, SIMULATOR, WEB, MAKE_EXCHANGE, CLOSE_DAYS = sys.argv[1:7]
FINE_S = 61 * 86400 - 60  # of which the site has five minutes: web/period.c
VOID = {"meta", "img", "br", "hr", "link", "input"}


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
               .timestamp())


def report(config, *arguments, **more):
    return run([REPORT, *arguments, "-c", config], **more)


def journal(folder, from_s, to_s):
    """Bytes by (member, way, family), and by (from, to) of pairs."""
    members, pairs = {}, {}
    for file in sorted(Path(folder, "journal").glob("*.jnl")):
        for line in must([COLLECTOR, "--journal", file]).stdout.splitlines():
            record = json.loads(line)
            if record["from"] < from_s or record["to"] > to_s:
                continue
            for m in record.get("members", []):
                for way in ("from_member", "to_member"):
                    for family, sums in m.get(way, {}).items():
                        key = m["asn"], way, family
                        members[key] = members.get(key, 0) + sums["bytes"]
            for p in record.get("pairs", []):
                key = p["from"], p["to"]
                pairs[key] = pairs.get(key, 0) + sum(
                    p[f]["bytes"] for f in ("ipv4", "ipv6") if f in p)
    return members, pairs


def check_sums(checks, folder):
    """A day of 25 hours, replayed: no byte more or less than was counted."""
    from_s, to_s = at("2026-10-24T22:00"), at("2026-10-25T23:00")
    capture = folder / "sim.pcap"
    must([SIMULATOR, "--out", folder / "sim", "--pcap", capture, "--members",
          "6", "--start", str(from_s - 43200), "--seconds",
          str(to_s - from_s + 45000), "--rate", "4194304", "--traffic", "400M"])
    config = folder / "sim/config.yaml"
    config.write_text(config.read_text().replace("America/Marigot",
                                                 "Europe/Paris"))
    must([COLLECTOR, "-c", config, "--replay", f"sflow:{capture}", "--store"])
    members, pairs = journal(folder / "sim/state", from_s, to_s)
    checks.that(len(members) > 10 and len(pairs) > 10, "something is counted")
    day = ("daily", "--date", "2026-10-25", "--format", "json")
    whole = json.loads(report(config, *day).stdout)
    checks.equal(whole["to"] - whole["from"], 25 * 3600, "hours")
    checks.equal(whole["from_member"]["known"], 300, "means")
    sums = dict.fromkeys(("ipv4", "ipv6", "other"), 0)
    for asn in sorted({key[0] for key in members}):
        said = json.loads(report(config, *day, "--asn", str(asn)).stdout)
        for way in ("from_member", "to_member"):
            by_samples = said[way]["bytes_by_samples"]
            for family in sums:
                counted = members.get((asn, way, family), 0)
                checks.equal(by_samples[family], counted,
                             f"AS{asn} {way} {family}")
                if way == "from_member":
                    sums[family] += counted
        for peer in said["peers"]:
            for key, names in (((asn, peer["asn"]), "sent"),
                               ((peer["asn"], asn), "received")):
                checks.equal(peer[f"{names}_ipv4_bytes"] +
                             peer[f"{names}_ipv6_bytes"], pairs.get(key, 0),
                             f"pair {key}")
        checks.equal({p["asn"] for p in said["peers"]},
                     {b for a, b in pairs if a == asn} |
                     {a for a, b in pairs if b == asn}, f"peers of AS{asn}")
    for family, total in sums.items():
        checks.equal(whole["from_member"]["bytes_by_samples"][family], total,
                     f"all {family}")
    lines = list(csv.DictReader(io.StringIO(report(
        config, "days", "--date", "2026-10-25", "--until", "2026-10-25",
        "--all").stdout.decode())))
    for line in lines:
        if line["kind"] == "member":
            checks.equal(int(line["to_member_bytes"]),
                         sum(members.get((int(line["asn"]), "to_member", f), 0)
                             for f in sums), f"days of AS{line['asn']}")
    checks.equal(report(config, "daily", "--date", "2026-10-26").returncode,
                 75, "a day that the capture does not end")
    checks.equal(len(whole["sources"]), 2, "switches")
    for source in whole["sources"]:
        checks.that(source["datagrams"] > 1000 and
                    source["lost_datagrams"] == 0 and
                    source["known"] == source["slots"] == 300, f"{source}")
    check_stations(checks, config, folder / "sim/state/stations/2026")


def check_stations(checks, config, kept):
    """Who is in the file of the day alone is new, who was before it alone is
    gone; each in the report of its member."""
    day = ("daily", "--date", "2026-10-25", "--format", "json")
    before, now = kept / "2026-10-24", kept / "2026-10-25"

    def changes(*more):
        found = json.loads(report(config, *day, *more).stdout)["stations"]
        return found["days_compared"], [
            (c["what"], c["mac"], c["asn"]) for c in found["changes"]]

    checks.equal(changes(), (1, []), "the same stations")
    for file, what in ((before, "new"), (now, "gone")):
        right = file.read_text()
        lines = right.splitlines(keepends=True)
        count = int(lines[0].split()[-1])
        place = next(line.split() for line in lines if " member " in line)
        asn = int(place[5])
        kept_lines = [line for line in lines[1:] if place[1] not in line]
        file.write_text(f"lanterne stations 1 {len(kept_lines) - 1}\n" +
                        "".join(kept_lines))
        checks.that(len(kept_lines) - 1 < count, "one is taken out")
        checks.equal(changes(), (1, [(what, place[1], asn)]), what)
        checks.equal(changes("--asn", str(asn))[1], [(what, place[1], asn)],
                     f"{what}, its member's")
        other = 64496 if asn != 64496 else 64497
        checks.equal(changes("--asn", str(other))[1], [], "another's")
        text = report(config, *day[:3], "--lang", "en").stdout.decode()
        checks.that(place[1] in text and f"AS{asn}" in text, "in the text")
        file.write_text(right)
    before.unlink()
    checks.equal(changes(), (0, []), "nothing to compare with")


class Markup(html.parser.HTMLParser):
    """Whether tags are in pairs, and which images there are."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.bad, self.svgs = [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs)["src"])
        if tag in ("script", "iframe") or \
                any(name.startswith("on") for name, _ in attrs):
            self.bad.append(tag)
        self.svgs += tag == "svg"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append("/" + tag)

    def is_good(self):
        return not self.open and not self.bad


def check_mail(checks, name, data, subject, to, language):
    """One message, as a mail program reads it."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    checks.equal(message.defects, [], f"{name}: defects")
    checks.that(subject in message["subject"], f"{name}: {message['subject']}")
    checks.equal([str(a) for a in message["to"].addresses], to, f"{name}: to")
    checks.equal(message["from"].addresses[0].addr_spec,
                 "lanterne@ix.example.net", f"{name}: from")
    checks.equal(message["auto-submitted"], "auto-generated", name)
    checks.equal(message["content-language"], language, name)
    checks.that(message["message-id"].endswith("@ix.example.net>"), name)
    checks.that(message["date"].datetime is not None, f"{name}: date")
    checks.equal(message.get_content_type(), "multipart/alternative", name)
    plain, related = message.iter_parts()
    parts = list(related.iter_parts())
    checks.equal(plain.get_content_type(), "text/plain", name)
    checks.equal(parts[0].get_content_type(), "text/html", name)
    for part in message.walk():
        checks.equal(part.defects, [], f"{name}: defects of a part")
    page = Markup(parts[0].get_content())
    checks.that(page.is_good(), f"{name}: markup {page.open} {page.bad}")
    images = {"cid:" + p["content-id"].strip("<>"): p for p in parts[1:]}
    checks.that(len(images) >= 1, f"{name}: images")
    checks.equal(sorted(page.images), sorted(images), f"{name}: images")
    for part in images.values():
        checks.equal(part.get_content_type(), "image/png", name)
        checks.that(part.get_content().startswith(b"\x89PNG\r\n"), name)
    checks.that(max(map(len, data.split(b"\n"))) <= 998, f"{name}: lines")
    checks.that(b"\r" not in data, f"{name}: sendmail wants bare line feeds")
    return plain.get_content(), parts[0].get_content()


RECIPIENTS = """\
- { to: "NOC <noc@ix.example.net>", language: en }
- { to: "Équipe réseau <reseau@ix.example.net>", language: fr }
- { to: second@ix.example.net, language: en, reports: [ daily ] }
- { to: peering@member.example.net, asn: 64506, language: fr }
- { to: monthly@member.example.net, asn: 64500, reports: monthly }
"""
REPORTS = """
reports:
  from: "Example-IX <lanterne@ix.example.net>"
  url: https://lanterne.example.net
  recipients: recipients.yaml
  threshold: 60
"""


def check_mails(checks, config, out):
    done = report(config, "daily", "--date", "2026-03-28", "--all",
                  "--format", "mail", "--out", out)
    checks.equal((done.returncode, done.stdout, done.stderr), (0, b"", b""),
                 "all mails")
    stem = "daily-2026-03-28-"
    files = {f.name: f.read_bytes() for f in Path(out).iterdir()}
    checks.equal(sorted(files), [stem + "AS64506-fr.eml",
                                 stem + "exchange-fr.eml",
                                 stem + "exchange.eml"], "who gets mails")
    text, page = check_mail(
        checks, "English", files[stem + "exchange.eml"],
        "Example-IX: Sat 28 Mar 2026",
        ["NOC <noc@ix.example.net>", "second@ix.example.net"], "en")
    checks.that("AS64500 Blue Reef Networks" in text, "a member in the text")
    checks.that("Members" in page and "&lt;script&gt;" in page, "the page")
    text, page = check_mail(
        checks, "French", files[stem + "exchange-fr.eml"],
        "sam. 28 mars 2026",
        ["Équipe réseau <reseau@ix.example.net>"], "fr")
    checks.that("Membres" in page and "Trafic" in text, "in French")
    checks.that(",0\u202f%" in text.replace("\xa0", "\u202f"), "1,0 %")
    text, _ = check_mail(checks, "a member", files[stem + "AS64506-fr.eml"],
                         "AS64506 <script>", ["peering@member.example.net"],
                         "fr")
    checks.that("AS64506" in text and "Blue Reef" not in text,
                "nothing of another member")
    one = report(config, "daily", "--date", "2026-03-28", "--format", "mail",
                 "--asn", "64506")
    checks.equal(one.stdout, files[stem + "AS64506-fr.eml"], "to standard output")
    one = report(config, "daily", "--date", "2026-03-28", "--format", "mail",
                 "--to", "me@example.net", "--asn", "64501", "--lang", "en")
    check_mail(checks, "to one", one.stdout, "AS64501", ["me@example.net"],
               "en")


def check_files(checks, config, out):
    """The same again changes nothing; what is damaged is written anew."""
    made = {"txt": "text", "csv": "csv", "json": "json", "html": "html"}
    for suffix, form in made.items():
        again = ("daily", "--date", "2026-03-28", "--all", "--format", form,
                 "--out", out)
        checks.equal(report(config, *again).returncode, 0, form)
        files = {p: (p.stat().st_ino, p.stat().st_mtime_ns)
                 for p in Path(out).glob(f"*.{suffix}")}
        checks.equal(len(files), 8, f"{form}: the exchange and 7 members")
        done = report(config, *again)
        checks.equal((done.returncode, done.stdout, done.stderr),
                     (0, b"", b""), f"{form} again")
        checks.equal({p: (p.stat().st_ino, p.stat().st_mtime_ns)
                      for p in Path(out).glob(f"*.{suffix}")}, files,
                     f"{form}: unchanged")
        first = min(files)
        right = first.read_bytes()
        first.write_bytes(right[:-10])
        checks.equal(report(config, *again).returncode, 0, form)
        checks.equal(first.read_bytes(), right, f"{form}: mended")
    checks.equal([p for p in Path(out).iterdir() if p.suffix == ".new"], [],
                 "nothing half done stays")
    for page in Path(out).glob("*.html"):
        markup = Markup(page.read_text())
        checks.that(markup.is_good() and markup.svgs >= 1 and
                    not markup.images, f"{page.name}: {markup.bad}")
    rows = list(csv.reader(io.StringIO(
        Path(out, "daily-2026-03-28-exchange.csv").read_text())))
    checks.that(len({len(row) for row in rows}) == 1, "fields of every line")
    checks.equal(report(config, "weekly", "--date", "2026-03-25", "--out",
                        out).returncode, 0, "a week")
    checks.that(Path(out, "weekly-2026-W13-exchange.txt").exists(), "a week")


def check_refusals(checks, config, folder):
    yesterday = ("--date", "2026-03-28")
    bad = folder / "bad.yaml"
    bad.write_text("exchange: { nam: X }\n")
    full = open("/dev/full", "wb")
    cases = [
        ((), 64, "usage:"),
        (("hourly",), 64, 'found "hourly", expected daily'),
        (("daily", "--date", "2026-02-30"), 64, "expected a day"),
        (("daily", "--asn", "no"), 64, "expected an AS number"),
        (("daily", "--asn", "64499", *yesterday), 64, "is no member"),
        (("daily", "--all"), 64, "needs --out"),
        (("daily", "--format", "pdf"), 64, 'found "pdf", expected text'),
        (("billing", "--format", "html"), 64, "expected csv or json"),
        (("daily", "--lang", "de", *yesterday), 64, 'found "de"'),
        (("daily", "now"), 64, 'unexpected argument: "now"'),
        (("daily", "--date", "2026-01-01"), 69, "no data at all"),
        (("daily", "--date", time.strftime("%Y-%m-%d", time.gmtime(
            time.time() + 86400))), 75, "not over yet"),
        (("daily", "--format", "mail", *yesterday), 64, "several languages"),
        (("daily", "--format", "mail", "--asn", "64501", *yesterday), 78,
         "nobody gets this report"),
        (("daily", "--format", "mail", "--to", "", *yesterday), 78,
         "expected one mail address"),
        (("daily", "--format", "mail", "--to", "NOC noc@example.net",
          *yesterday), 78, "expected one mail address"),
        (("daily", "--format", "mail", "--to", "jos\u00e9@example.net",
          *yesterday), 78, "in ASCII"),
        (("daily", "--format", "mail", "--all", "--out", folder / "none",
          "--date", "2026-01-01"), 69, "no data at all"),
        (("days", "--date", "2026-01-01", "--until", "2026-03-28", "--all",
          "--format", "text"), 64, "expected csv or json"),
    ]
    for arguments, code, said in cases:
        done = report(config, *arguments)
        checks.equal(done.returncode, code, f"{arguments}")
        checks.that(said in done.stderr.decode() and done.stdout == b"",
                    f"{arguments}: {done.stderr}")
    done = report(bad, "daily")
    checks.equal(done.returncode, 78, "a wrong configuration")
    done = report(folder / "none.yaml", "daily")
    checks.equal(done.returncode, 66, "no configuration")
    done = subprocess.run([REPORT, "daily", "-c", config, *yesterday],
                          stdout=full, stderr=subprocess.PIPE, check=False)
    checks.equal(done.returncode, 73, "a full disk")
    (folder / "a-file").write_text("x")
    done = report(config, "daily", *yesterday, "--out", folder / "a-file")
    checks.equal(done.returncode, 73, "a folder that is none")
    done = report(config, "--version")
    checks.equal(done.returncode, 0, "--version")


def check_others(checks, made, folder):
    """Who left, who held a port before, what is hidden, damaged, or of other
    hours."""
    config = folder / "others.yaml"
    text = (made / "lanterne.yaml").read_text().replace(
        "state_dir: .", f"state_dir: {made}")
    config.write_text(text)
    roster = json.loads((made / "members.json").read_text())
    day = ("daily", "--date", "2026-03-28", "--format", "json")

    (folder / "members.json").write_text(json.dumps(roster))
    whole = json.loads(report(config, *day).stdout)
    checks.equal(len(whole["members"]), 7, "members")
    roster["member_list"] = [m for m in roster["member_list"]
                             if m["asnum"] != 64505]
    (folder / "members.json").write_text(json.dumps(roster))
    less = json.loads(report(config, *day).stdout)
    checks.equal({(m["asn"], m["from_member"]["bytes"]["total"])
                  for m in less["members"]},
                 {(m["asn"], m["from_member"]["bytes"]["total"])
                  for m in whole["members"]}, "who left is still told of")
    config.write_text(text.replace("web: {", "web: { show: { pair: staff },"))
    hidden = json.loads(report(config, *day, "--asn", "64501").stdout)
    config.write_text(text)
    shown = json.loads(report(config, *day, "--asn", "64501").stdout)
    checks.that(len(shown["peers"]) > 2, "peers")
    checks.equal(hidden["peers"], [], "peers that the site does not show")
    config.write_text(text.replace("web: {", "web: { show: { port: staff },"))
    hidden = json.loads(report(config, *day, "--asn", "64501").stdout)
    config.write_text(text)
    checks.equal((len(shown["ports"]), hidden["ports"]), (1, []),
                 "ports that the site does not show to their member")

    config.write_text(text.replace("America/Marigot", "Asia/Kathmandu"))
    other = json.loads(report(config, *day).stdout)
    checks.equal(other["from_member"]["bytes_by_samples"]["total"], None,
                 "a book of other hours is none")
    checks.that(other["from_member"]["known"] == 288, "its rows are there")
    config.write_text(text)

    broken = made / "rrd/member/as64502.rrd"
    right = broken.read_bytes()
    broken.write_bytes(bytes(64) + right[64:])
    done = report(config, "daily", "--date", "2026-03-28", "--all",
                  "--format", "csv", "--out", folder / "broken")
    checks.equal(done.returncode, 65, "a damaged file")
    checks.that(b"as64502.rrd" in done.stderr, f"{done.stderr}")
    checks.equal(len(list((folder / "broken").iterdir())), 6,
                 "all the others' reports")
    broken.write_bytes(right)


def check_percentiles(checks):
    """A month's percentiles are those of the site."""
    # A bill waits ten minutes for what comes late of its month.
    today = (datetime.now(ZoneInfo("America/Marigot")) -
             timedelta(minutes=15)).date()
    hours = 24 * (today.day + 3)
    month = f"{today.replace(day=1) - timedelta(15):%Y-%m-%d}"
    with Web(WEB, MAKE_EXCHANGE, minutes=hours, more=REPORTS) as web:
        text = report(web.config, "billing", "--date", month).stdout.decode()
        lines = list(csv.DictReader(io.StringIO(text)))
        checks.that({"member", "port", "lag"} ==
                    {line["kind"] for line in lines}, "kinds")
        for line in lines:
            target = f"/graph/member.json?asn={line['asn']}" \
                if line["kind"] == "member" else \
                f"/graph/port.json?switch={line['switch']}" \
                f"&ifindex={line['ifindex']}"
            # What is older the site shows by the hour; nothing is stored then.
            from_s = max(at(line["from"][:-1]), int(time.time()) - FINE_S)
            answer, body = web.get(f"{target}&from={from_s}"
                                   f"&to={at(line['to'][:-1])}")
            checks.equal(answer.status, 200, target)
            site = json.loads(body)
            ways = ("in", "out") if line["kind"] != "member" else \
                ("from_member", "to_member")
            known = 0
            for way, name in zip(("from_member", "to_member"), ways):
                figures = site[name]["statistics"]["total"]
                if site["step"] <= 300:
                    checks.equal(int(line[f"{way}_p95_bps"]), figures["p95"],
                                 f"{target} {way}")
                    known += 1
                    checks.equal(int(line["slots"]) -
                                 int(line[f"{way}_unknown"]),
                                 figures["known"], f"{target} {way} known")
            checks.equal(known, 2, f"{target}: a step of {site['step']} s")
            checks.equal(int(line["larger_p95_bps"]),
                         max(int(line["from_member_p95_bps"]),
                             int(line["to_member_p95_bps"])), "larger")
        check_holders(checks, web.config, month, lines)


def check_holders(checks, config, month, lines):
    """A port that changed hands in the month: each has its own days of it."""
    port = "{ ifindex: 436215808, name: Ethernet1/10, asn: 64504, speed: 1G }"
    text = config.read_text()
    checks.that(port in text, "the port of AS64504")
    whole = next(line for line in lines if line["kind"] == "port" and
                 line["asn"] == "64504")
    change = at(whole["to"][:-1]) - 86400
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(change))
    changed = config.with_name("changed.yaml")
    changed.write_text(text.replace(
        "- " + port, f"- {port[:-1]}, until: {until} }}\n      - "
        f"{port[:-1].replace('64504', '64503')}, from: {until} }}"))
    bill = json.loads(report(changed, "billing", "--date", month, "--format",
                             "json").stdout)
    shares = {item["asns"][0]: item["slots"] - item["from_member"]["unknown"]
              for item in bill["items"] if item.get("ifindex") == 436215808 and
              item["switch"] == "sw1"}
    known = int(whole["slots"]) - int(whole["from_member_unknown"])
    checks.equal(shares, {64503: 288, 64504: known - 288}, "by their days")
    mine = list(csv.DictReader(io.StringIO(report(
        changed, "billing", "--date", month, "--asn", "64504").stdout.decode())))
    checks.equal([line["kind"] for line in mine], ["member", "port"],
                 "the bill of who had it first")


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check_sums(checks, folder)
        made = folder / "made"
        end = at("2026-03-30T08:00")
        must([MAKE_EXCHANGE, made, str(end), str(24 * 9)])
        must([CLOSE_DAYS, made, "America/Marigot", str(end)])
        config = made / "lanterne.yaml"
        config.write_text(config.read_text() + REPORTS)
        (made / "recipients.yaml").write_text(RECIPIENTS)
        check_mails(checks, config, folder / "mails")
        check_files(checks, config, folder / "out")
        check_refusals(checks, config, folder)
        check_others(checks, made, folder)
    check_percentiles(checks)
    return checks.finish()


sys.exit(main())
