#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: reports_cron.py REPORT SCRIPT MAKE_EXCHANGE CLOSE_DAYS

What cron runs: it may run at any time and any number of times, each mail goes
out once, old files are compressed and older ones removed.
"""
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from harness import Checks, must

REPORT, SCRIPT, MAKE_EXCHANGE, CLOSE_DAYS = sys.argv[1:5]
ZONE = "America/Marigot"
DAY = 86400
REPORTS = """
reports: { from: lanterne@ix.example.net, recipients: recipients.yaml }
"""
RECIPIENTS = """\
- { to: noc@ix.example.net }
- { to: peering@member.example.net, asn: 64501, reports: daily }
"""


def due(since, now):
    """The mails of which it is time: of the last three days by the machine's
    calendar, the last week and the last month, if they were over where the
    exchange is when its books were closed, and something of them is stored."""
    zone = ZoneInfo(ZONE)
    today, first = (datetime.fromtimestamp(at, zone).date()
                    for at in (now, since))
    names = set()
    for ago in range(32):
        day = date.today() - timedelta(ago)
        monday = day - timedelta(day.weekday())
        month = day.replace(day=1)
        for kind, recent, name, last in (
                ("daily", 3, f"{day}", day),
                ("weekly", 7, f"{day:%G-W%V}", monday + timedelta(6)),
                ("monthly", 31, f"{day:%Y-%m}",
                 (month + timedelta(31)).replace(day=1) - timedelta(1))):
            if first <= last < today and ago <= recent:
                names.add(f".{kind}-{name}")
    return names


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        now = int(time.time())
        end = now // 60 * 60
        must([MAKE_EXCHANGE, folder / "made", str(end), str(24 * 10)])
        must([CLOSE_DAYS, folder / "made", ZONE, str(now)])
        config = folder / "made/lanterne.yaml"
        config.write_text(config.read_text() + REPORTS)
        (folder / "made/recipients.yaml").write_text(RECIPIENTS)
        bin_ = folder / "bin"
        bin_.mkdir()
        shutil.copy(SCRIPT, bin_)
        (bin_ / "lanterne-report").symlink_to(REPORT)
        sendmail = bin_ / "sendmail"
        sendmail.write_text(f"#!/bin/sh\n[ ! -e {folder}/refuse ] || exit 75\n"
                            f"cat >>{folder}/sent\n")
        sendmail.chmod(0o755)
        out = folder / "out"

        def script(*arguments):
            return subprocess.run(
                [bin_ / "lanterne-reports", "-c", config, "--out", out,
                 *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                check=False, timeout=120,
                env={**os.environ, "SENDMAIL": str(sendmail)})

        def silent(what, *arguments):
            done = script(*arguments)
            checks.equal((done.returncode, done.stdout, done.stderr),
                         (0, b"", b""), what)

        expected = [due(end - 10 * DAY, now)]
        (folder / "refuse").touch()
        done = script("--mail", "daily", "weekly", "monthly", "billing")
        checks.equal(done.returncode, 69, "a mail that is not taken")
        checks.that(b"tried again" in done.stderr, f"{done.stderr}")
        (folder / "refuse").unlink()
        silent("again", "--mail", "daily", "weekly", "monthly", "billing")
        sent = (folder / "sent").read_text()
        checks.equal(sent.count("\nSubject: "), len(
            list((out / "mail").glob("*.sent"))), "each mail is sent")
        expected.append(due(end - 10 * DAY, now))  # midnight may have passed
        mailed = {p.name for p in (out / "mail").glob(".*-*")}
        checks.that(mailed in expected, f"mails of {mailed}: {expected}")
        checks.that(len(mailed) >= 2, f"two days: {mailed}")
        checks.equal(sent.count("\nTo: noc@ix.example.net"), len(mailed),
                     "the exchange's")
        checks.equal(sent.count("\nTo: peering@member.example.net"),
                     sum(name.startswith(".daily") for name in mailed),
                     "the days of a member")
        checks.that(sent.count("\nTo: ") >= 2, "the exchange's, a member's")
        files = {p for p in out.rglob("*") if p.is_file()}
        for kind, least in (("daily", 7 * 2 * 8), ("weekly", 2 * 8)):
            made = [p for p in files if p.parent.name == kind]
            checks.that(len(made) >= least, f"{kind}: {len(made)}")
        checks.equal({oct(p.stat().st_mode & 0o7) for p in files}, {"0o0"},
                     "nothing is for everyone")
        silent("a third time", "--mail", "daily", "weekly", "monthly")
        checks.equal((folder / "sent").read_text(), sent, "sent once")
        checks.equal({p for p in out.rglob("*") if p.is_file()}, files,
                     "nothing new")

        lost = max(p for p in files if p.name.endswith("exchange.html"))
        right = lost.read_bytes()
        lost.unlink()
        silent("a report that is missing", "daily", "weekly")
        checks.equal(lost.read_bytes(), right, "it is made again")

        old = out / "daily/daily-2026-01-01-exchange.csv"
        old.write_text("old\n" * 100)
        os.utime(old, (now - 50 * DAY, now - 50 * DAY))
        older = out / "daily/daily-2024-01-01-exchange.csv.gz"
        older.write_bytes(b"x")
        os.utime(older, (now - 900 * DAY, now - 900 * DAY))
        other = out / "notes"
        other.write_text("not a report")
        os.utime(other, (now - 900 * DAY, now - 900 * DAY))
        silent("rotation", "daily")
        checks.that(not old.exists() and not older.exists(), "they are gone")
        compressed = Path(f"{old}.gz")
        checks.equal(gzip.decompress(compressed.read_bytes()),
                     b"old\n" * 100, "compressed")
        checks.that(abs(compressed.stat().st_mtime - (now - 50 * DAY)) < 2,
                    "it is as old as it was")
        checks.equal(other.read_text(), "not a report", "others' files stay")

        for arguments, said in ((("yearly",), "expected daily"),
                                ((), "usage:"), (("--keep", "30", "daily"),
                                                 "62 or more"),
                                (("--formats", "pdf", "daily"), "pdf"),
                                (("--keep",), "expected a value")):
            done = script(*arguments)
            checks.equal(done.returncode, 64, f"{arguments}")
            checks.that(said in done.stderr.decode(), f"{done.stderr}")
        config.write_text("exchange: {}\n")
        done = script("daily")
        checks.equal(done.returncode, 78, "a wrong configuration")
        checks.that(b"error" in done.stderr, "what lanterne-report said")
    return checks.finish()


sys.exit(main())
