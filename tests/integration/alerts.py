#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: alerts.py LANTERNE_REPORT MAKE_EXCHANGE

lanterne-report alerts, as cron runs it: what begins is told once, what goes on
is not told, what is over is. Whatever goes wrong on the way, nothing is lost.
"""
import email
import email.policy
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import Checks, must, run

ROOMY = "speed: 60G"  # what no burst fills, whenever one comes
EX_USAGE, EX_CANTCREAT, EX_IOERR, EX_CONFIG = 64, 73, 74, 78


class Exchange:
    """A made exchange in which all is well, until something is done to it."""

    def __init__(self, folder, program, make_exchange):
        self.folder = Path(folder, "exchange")
        self.program = program
        must([make_exchange, self.folder, int(time.time()) // 60 * 60, 2])
        self.config = self.folder / "lanterne.yaml"
        self.config.write_text(self.config.read_text().replace("speed: 60M",
                                                               ROOMY))
        self.state = self.folder / "alerts"
        self.status = json.loads((self.folder / "status.json").read_text())
        self.status.update(refused=[], unknown_macs=[], clock_jumps=0)
        for port in self.status["ports"]:
            port["in_calibration"] = port["out_calibration"] = None
        self.write()

    def write(self, silent_s=0, **changes):
        """The status as of now, with sw2 silent for so long; None: for ever."""
        now = time.time()
        status = dict(self.status, written=now, now=now,
                      last_step_end=int(now) // 60 * 60, **changes)
        for w in status["switches"]:
            w["last_seen"] = now
            if w["name"] == "sw2":
                w["last_seen"] = None if silent_s is None else now - silent_s
        new = self.folder / "status.new"
        new.write_text(json.dumps(status))
        new.replace(self.folder / "status.json")

    def alerts(self, *more, **how):
        return run([self.program, "alerts", "-c", self.config, *more], **how)

    def told(self, checks, what, *more):
        """Run, with success and without a word of complaint."""
        done = self.alerts(*more)
        checks.equal((done.returncode, done.stderr), (0, b""), what)
        return done.stdout.decode()


def check_story(checks, x):
    checks.equal(x.told(checks, "all is well"), "", "nothing is told")
    x.write(silent_s=400)
    text = x.told(checks, "a switch is silent")
    checks.that("Raised (critical): sw2 has been silent for" in text, text)
    for silent_s in (700, 1000, 90):
        x.write(silent_s=silent_s)
        checks.equal(x.told(checks, "it goes on"), "", "told once")
    # A collector that begins anew has heard of nobody: no sign of life.
    x.write(silent_s=None, started=time.time() - 5)
    checks.equal(x.told(checks, "a restart"), "", "nothing is over")
    x.write(silent_s=1)
    text = x.told(checks, "it is over")
    checks.that("Over (critical): sw2 sends again" in text, text)
    checks.that("Nothing stands any more." in text, text)
    checks.equal(x.told(checks, "all is well again"), "", "and told once")


def check_json(checks, x):
    x.write(silent_s=400, clock_jumps=1)
    said = json.loads(x.told(checks, "json", "--format", "json"))
    checks.equal(sorted(said), ["at", "changed", "exchange", "standing",
                                "version"], "members")
    by_key = {c["key"]: c for c in said["changed"]}
    checks.equal(sorted(by_key), ["clock_odd", "switch_silent/sw2"], "keys")
    sw2 = by_key["switch_silent/sw2"]
    checks.equal((sw2["what"], sw2["severity"], sw2["subject"],
                  sw2["threshold"]),
                 ("raised", "critical", {"switch": "sw2"}, 180), "sw2")
    checks.that(399 < sw2["value"] < 460, sw2)
    checks.equal(len(said["standing"]), 2, "standing")
    checks.equal(x.told(checks, "json", "--format", "json"), "",
                 "nothing changed, nothing printed")
    x.write(silent_s=1, clock_jumps=1)
    said = json.loads(x.told(checks, "json", "--format", "json", "--lang",
                             "fr"))
    checks.equal([c["what"] for c in said["changed"]], ["cleared"], "cleared")
    checks.that("émet de nouveau" in said["changed"][0]["text"], said)
    checks.equal([s["key"] for s in said["standing"]], ["clock_odd"],
                 "the clock was set within the hour")


def check_ports(checks, x):
    text = x.config.read_text()
    for speed, what, severity in (("1M", "raised", "critical"),
                                  ("1M", None, None),
                                  ("60G", "cleared", "critical")):
        x.config.write_text(text.replace(ROOMY, f"speed: {speed}"))
        x.write()
        out = x.told(checks, f"a port of {speed}", "--format", "json")
        checks.equal(bool(out), what is not None, "told")
        if not what:
            continue
        # Both directions of it.
        for change in json.loads(out)["changed"]:
            checks.equal((change["kind"], change["what"], change["severity"],
                          change["subject"]["port"]),
                         ("port_full", what, severity, "Ethernet1/5"), speed)
    x.config.write_text(text)
    x.write()
    x.told(checks, "as it was")


def check_collector(checks, x):
    x.write(silent_s=400)
    x.told(checks, "a switch is silent")
    for damage in (lambda p: p.unlink(), lambda p: p.write_text("{ torn")):
        damage(x.folder / "status.json")
        done = x.alerts("--format", "json")
        said = json.loads(done.stdout)
        checks.equal([c["key"] for c in said["changed"]],
                     ["collector_silent"], "the collector is told alone")
        checks.that("switch_silent/sw2" in
                    [s["key"] for s in said["standing"]], "what stood stays")
        checks.equal(x.alerts().stdout, b"", "told once")
        x.write(silent_s=500)
        said = json.loads(x.told(checks, "it is back", "--format", "json"))
        checks.equal([(c["key"], c["what"]) for c in said["changed"]],
                     [("collector_silent", "cleared")], "over")
    x.write(silent_s=1)
    x.told(checks, "all is well")


def check_state(checks, x):
    x.write(silent_s=400)
    first = x.told(checks, "a switch is silent")
    state = x.state.read_bytes()
    for damaged in (b"", state[:-1], state[:100], b"\0" * 5000,
                    state.replace(b"sw2", b"sw1")):
        x.state.write_bytes(damaged)
        done = x.alerts()
        checks.equal(done.returncode, 0, "a damaged state")
        checks.that(b"begun anew" in done.stderr, done.stderr)
        checks.that(b"sw2 has been silent" in done.stdout, "is told again")
        checks.equal(x.alerts().stdout, b"", "and once")
    # Where it cannot be written nothing is told, or it would be told for ever.
    file = x.folder / "file"
    file.write_text("")
    for path in (file / "alerts", x.folder):
        done = x.alerts("--state", path)
        checks.that(done.returncode != 0, f"--state {path}")
        checks.equal(done.stdout, b"", f"--state {path}: nothing is told")
        checks.that(done.stderr.count(b"\n") == 1, done.stderr)
    elsewhere = x.folder / "some" / "where"
    checks.that("sw2" in x.told(checks, "a new state", "--state", elsewhere),
                first)
    checks.that(elsewhere.is_file(), "its folder is made")
    service = x.folder / "service"
    service.mkdir()
    done = run(["env", f"STATE_DIRECTORY={service}:/nonexistent", x.program,
                "alerts", "-c", x.config])
    checks.that(done.returncode == 0 and (service / "alerts").is_file(),
                "systemd says where")
    x.write(silent_s=1)
    x.told(checks, "all is well")


def check_owner(checks, x):
    """What root tries once stays of use to whom the folder belongs to."""
    if os.geteuid() != 0:
        return
    folder = x.folder / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12346)
    x.write(silent_s=400)
    x.told(checks, "by root", "--state", folder / "alerts")
    for name in ("alerts", "alerts.lock"):
        found = (folder / name).stat()
        checks.equal((found.st_uid, found.st_gid, found.st_mode & 0o777),
                     (12345, 12346, 0o600), name)
    # A lock that is another file by its second name is given to nobody.
    mine = x.folder / "mine"
    mine.write_text("")
    (folder / "alerts.lock").unlink()
    os.link(mine, folder / "alerts.lock")
    done = x.alerts("--state", folder / "alerts")
    checks.equal((done.returncode, mine.stat().st_uid), (EX_CANTCREAT, 0),
                 "a second name")
    x.write(silent_s=1)


def check_at_once(checks, x):
    for silent_s, words in ((400, b"Raised"), (1, b"Over")):
        x.write(silent_s=silent_s)
        runs = [subprocess.Popen([x.program, "alerts", "-c", x.config],
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(6)]
        said = [r.communicate(timeout=120) for r in runs]
        checks.equal([r.returncode for r in runs], [0] * 6, "six at once")
        checks.equal([words in out for out, _ in said].count(True), 1,
                     "one of them tells")
        checks.equal(b"".join(err for _, err in said), b"", "none complains")


def check_output(checks, x):
    """What could not be given out is told by the next run."""
    x.write(silent_s=400)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([x.program, "alerts", "-c", x.config],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    checks.equal(done.returncode, EX_IOERR, "a full device")
    got = x.folder / "got"
    for program, code in ((("sh", "-c", "exit 7"), EX_IOERR),
                          (("nonesuch-program",), EX_IOERR),
                          (("sh", "-c", 'kill $$'), EX_IOERR),
                          (("sh", "-c", f"cat >'{got}'"), 0)):
        done = x.alerts("--", *program)
        checks.equal(done.returncode, code, program)
        checks.equal(len(done.stderr) > 0, code != 0, done.stderr)
    checks.that("sw2 has been silent" in got.read_text(), "it arrives at last")
    got.unlink()
    x.told(checks, "nothing has changed", "--", "sh", "-c", f"cat >'{got}'")
    checks.that(not got.exists(), "no program is started for nothing")
    x.write(silent_s=1)
    x.told(checks, "over", "--out", x.folder / "out")
    x.write(silent_s=400)
    x.told(checks, "again", "--out", x.folder / "out", "--format", "json")
    names = sorted(p.suffix for p in (x.folder / "out").iterdir())
    checks.equal(names, [".json", ".txt"], "files")
    x.write(silent_s=1)
    x.told(checks, "all is well")


def read_mail(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def check_mail(checks, x):
    plain = x.config.read_text()
    done = x.alerts("--format", "mail", "--to", "noc@example.net")
    checks.equal(done.returncode, EX_CONFIG, "mails are from nobody")
    (x.folder / "recipients.yaml").write_text(
        '- { to: "NOC <noc@example.net>", language: en, reports: [alerts] }\n'
        '- { to: "exploitation@example.net", language: fr }\n'
        '- { to: "day@example.net", reports: [daily] }\n'
        '- { to: "noc@six.example.net", asn: 64506, reports: alerts }\n'
        '- { to: "noc@zero.example.net", asn: 64500, reports: alerts }\n')
    x.config.write_text(plain.replace(ROOMY, "speed: 1M") +
                        'reports: { from: "Lanterne <l@ix.example.net>", '
                        "recipients: recipients.yaml }\n")
    x.write(silent_s=400)
    done = x.alerts("--format", "mail")
    checks.equal((done.returncode, done.stdout), (EX_USAGE, b""),
                 "several mails do not go to one place")
    out = x.folder / "mails"
    x.told(checks, "mails", "--format", "mail", "--out", out)
    mails = {m["To"]: m for m in (read_mail(p.read_bytes())
                                  for p in out.iterdir())}
    checks.equal({p.stat().st_mode & 0o777 for p in (out, *out.iterdir())},
                 {0o640, 0o750}, "a member's mail is not for everybody")
    checks.equal(sorted(mails), ["NOC <noc@example.net>",
                                 "exploitation@example.net",
                                 "noc@six.example.net"], "who gets one")
    check_words(checks, mails)
    x.write(silent_s=1)
    count = x.folder / "count"
    x.told(checks, "over", "--format", "mail", "--", "sh", "-c",
           f"cat >>'{count}'; echo >>'{count}'")
    checks.equal(count.read_text().count("Message-Id: "), 2,
                 "a program for each mail")
    check_one_failure(checks, x)
    x.write(silent_s=400)
    mail = read_mail(x.told(checks, "to one", "--format", "mail", "--to",
                            "me@example.net").encode())
    checks.equal(mail["To"], "me@example.net", "to one")
    x.config.write_text(plain)
    x.write()
    x.told(checks, "as it was")


def check_one_failure(checks, x):
    """One recipient who cannot be reached: nobody else hears it twice."""
    sent = x.folder / "sent"
    script = (f"cat >'{x.folder}/mail'; grep -q '^To: NOC' '{x.folder}/mail'"
              f" && exit 1; cat '{x.folder}/mail' >>'{sent}'")
    command = ("--format", "mail", "--", "sh", "-c", script)
    for silent_s in (400, 1):
        x.write(silent_s=silent_s)
        sent.write_text("")
        done = x.alerts(*command)
        checks.equal(done.returncode, EX_IOERR, "one of two fails")
        checks.that(b"noc@example.net>: alerts not sent" in done.stderr,
                    done.stderr)
        checks.equal(sent.read_text().count("Message-Id: "), 1, "one is told")
        x.told(checks, "no copies", *command)
        checks.equal(sent.read_text().count("Message-Id: "), 1, "once")
    x.write(silent_s=400)
    none = ("--format", "mail", "--", "sh", "-c", "exit 1")
    checks.equal(x.alerts(*none).returncode, EX_IOERR, "all fail")
    sent.write_text("")
    x.alerts(*command)
    checks.equal(sent.read_text().count("Message-Id: "), 1, "told again")
    x.write(silent_s=1)
    x.alerts(*command)


def check_words(checks, mails):
    noc = mails["NOC <noc@example.net>"]
    checks.equal((noc["From"], noc["Auto-Submitted"], noc.get_content_type()),
                 ("Lanterne <l@ix.example.net>", "auto-generated",
                  "text/plain"), "head")
    checks.that(noc["Subject"].startswith(
        "Example-IX: Alerts: 3; Raised (critical): "), noc["Subject"])
    checks.that("sw2 has been silent" in noc.get_content(), noc.get_content())
    french = mails["exploitation@example.net"]
    checks.that("Nouveau (critique)\u00a0: sw2 se tait depuis" in
                french.get_content(), french.get_content())
    six = mails["noc@six.example.net"].get_content()
    checks.that("Ethernet1/5" in six and "sw2 has been" not in six, six)
    checks.equal(len({m["Message-Id"] for m in mails.values()}), len(mails),
                 "each has an id of its own")


def check_command_line(checks, x):
    for more in (["--format", "csv"], ["--asn", "64500"], ["--all"],
                 ["--date", "2026-01-01"], ["stray"], ["--lang", "xx"],
                 ["--out", "x", "--", "cat"], ["--to", "a@b"],
                 ["--until", "2026-01-01"]):
        done = x.alerts(*more)
        checks.equal((done.returncode, done.stdout), (EX_USAGE, b""), more)
    done = run([x.program, "daily", "-c", x.config, "--state", "x"])
    checks.equal(done.returncode, EX_USAGE, "--state of a report")
    done = run([x.program, "daily", "-c", x.config, "--", "cat"])
    checks.equal(done.returncode, EX_USAGE, "a program of a report")


def main():
    checks = Checks()
    os.environ.pop("STATE_DIRECTORY", None)
    with tempfile.TemporaryDirectory() as folder:
        x = Exchange(folder, *sys.argv[1:3])
        for check in (check_story, check_json, check_ports, check_collector,
                      check_state, check_owner, check_at_once, check_output, check_mail,
                      check_command_line):
            before = checks.failed
            check(checks, x)
            if checks.failed > before:
                print(f"in {check.__name__}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
