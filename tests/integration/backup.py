#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Save a state_dir while the collector writes it, and restore it.

usage: backup.py COLLECTOR SIMULATOR BACKUP

A simulated exchange with some minutes of history goes on live on loopback while
backups are taken, many of them around the turn of a minute, when all files are
written. Each is whole, restores with the same modes, and every row up to its
last full minute is that of the collector's own files. A collector starts on
what was restored. Damage, a running collector and a directory that holds
something are refused.
"""
import math
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time

import harness

HISTORY_S = 600
# minutes that are waited for
TURNS = 3 if os.environ.get("LANTERNE_FAULT") == "long" else 1
AROUND_S = 3


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    sys.exit(f"gave up after {seconds} s: {what}")


def rows_of(path, first, last):
    """Time to values, of the known minutes; NaN is left out."""
    done = harness.run(["rrdtool", "fetch", path, "AVERAGE", "-r", 60, "-s",
                        first, "-e", last])
    if done.returncode != 0:
        return None
    rows = {}
    for line in done.stdout.decode().splitlines()[2:]:
        words = line.split()
        values = [float(word) for word in words[1:]]
        if not all(math.isnan(value) for value in values):
            rows[int(words[0].rstrip(":"))] = values
    return rows


def same(a, b):
    return len(a) == len(b) and all(
        x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b))


class Exchange:
    def __init__(self, checks, programs, folder):
        self.checks = checks
        self.collector, self.simulator, self.backup = programs
        self.folder = folder
        self.port = harness.free_port()
        self.config = folder + "/config.yaml"
        self.state = folder + "/state"
        self.from_s = int(time.time()) // 60 * 60 - HISTORY_S
        self.processes = []

    def make(self, *more):
        return [self.simulator, "--out", self.folder, "--members", "2",
                "--switches", "1", "--traffic", "2G", "--rate", "256", "--listen",
                f"127.0.0.1:{self.port}", *more]

    def history(self):
        maker = subprocess.Popen(
            self.make("--start", str(self.from_s), "--seconds",
                      str(HISTORY_S), "--pcap", "-"), stdout=subprocess.PIPE)
        wait_for(lambda: os.path.exists(self.config), 10, "a configuration")
        done = harness.run([self.collector, "-c", self.config, "--replay",
                            "sflow:-", "--store"], stdin=maker.stdout)
        maker.stdout.close()
        maker.wait(30)
        self.checks.equal(done.returncode, 0, done.stderr.decode())

    def start(self, arguments, log):
        with open(log, "wb") as file:
            process = subprocess.Popen(arguments, stdout=file, stderr=file)
        self.processes.append(process)
        return process

    def start_collector(self, config, log):
        process = self.start([self.collector, "-c", config], log)

        def said():
            with open(log, encoding="utf-8", errors="replace") as file:
                return file.read()
        wait_for(lambda: "listening" in said() or process.poll() is not None,
                 20, "to listen")
        return process, said

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def save(self, name):
        target = f"{self.folder}/{name}.tar"
        done = harness.run([self.backup, self.state, target])
        self.checks.equal((done.returncode, done.stderr), (0, b""),
                          f"saving {name}")
        return target


def save_around_the_minute(exchange):
    """Backups one after the other while the files are written."""
    saved = [exchange.save("early")]
    for turn in range(TURNS):
        time.sleep(max(0, 60 - time.time() % 60 - 0.5))
        end = time.monotonic() + AROUND_S
        while time.monotonic() < end:
            saved.append(exchange.save(f"turn{turn}-{len(saved)}"))
    return saved


def modes(folder):
    return {name: stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
            for name in harness.files_below(folder) + ["."]}


def check_rows(checks, exchange, restored, name):
    """Every known row of what was restored is that of the collector."""
    compared = 0
    for path in harness.files_below(restored + "/rrd"):
        ours = rows_of(f"{restored}/rrd/{path}", exchange.from_s,
                       exchange.from_s + HISTORY_S + 600)
        theirs = rows_of(f"{exchange.state}/rrd/{path}", exchange.from_s,
                         exchange.from_s + HISTORY_S + 600)
        # A file that was torn is refused, and mended at the start.
        if ours is None:
            print(f"{name}: refused: {path}")
            continue
        for at, values in ours.items():
            compared += 1
            checks.that(same(values, theirs.get(at, [])),
                        f"{name}: {path} at {at}: {values}, "
                        f"expected {theirs.get(at)}")
    checks.that(compared > 50, f"{name}: {compared} rows compared")


def check_restored(checks, exchange, saved):
    counts = []
    for number, target in enumerate(saved):
        name = os.path.basename(target)
        done = harness.run([exchange.backup, "--verify", target])
        checks.equal(done.returncode, 0, f"{name}: {done.stderr}")
        restored = f"{exchange.folder}/restored{number}"
        done = harness.run([exchange.backup, "--restore", target, restored])
        checks.equal((done.returncode, done.stderr), (0, b""), name)
        check_rows(checks, exchange, restored, name)
        counts.append(len(harness.files_below(restored)))
        if number + 1 < len(saved):
            harness.must(["rm", "-rf", restored])
    print(f"{len(saved)} backups, {min(counts)} to {max(counts)} files")
    return restored


def check_files(checks, exchange, restored):
    ours, theirs = modes(restored), modes(exchange.state)
    # The journal went on, and the collector runs no more.
    def is_of_then(name):
        return name == "running" or name.startswith("journal/")
    missing = {name for name in theirs
               if name not in ours and not is_of_then(name)}
    checks.equal(missing, {"corrupt/odd.rrd", "half.new"},
                 "what was not saved")
    for name, mode in ours.items():
        if name in theirs or not is_of_then(name) and name != "lock":
            checks.equal(mode, theirs.get(name), f"mode of {name}")


def check_goes_on(checks, exchange, restored):
    config = harness.replace_in(exchange.config,
                                exchange.folder + "/again.yaml",
                                exchange.state, restored)
    text = open(config, encoding="utf-8").read()
    harness.write(config, text.replace(
        str(exchange.port), str(harness.free_port())))
    process, said = exchange.start_collector(config,
                                             exchange.folder + "/again.log")
    checks.that(process.poll() is None, said())
    done = harness.run([exchange.backup, "--restore",
                        exchange.folder + "/early.tar", restored])
    checks.equal(done.returncode, 69, "restoring under a collector")
    checks.that(b"stop it first" in done.stderr, done.stderr)
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    checks.equal(process.wait(30), 0, "exit of the collector")
    checks.that("refused" not in said(), said())
    done = harness.run([exchange.backup, "--restore",
                        exchange.folder + "/early.tar", restored])
    checks.equal(done.returncode, 73, "restoring over something")


def check_damage(checks, exchange):
    """Whatever byte is missing or different, nothing is restored."""
    small, target = exchange.folder + "/small", exchange.folder + "/small.tar"
    os.makedirs(small + "/rrd")
    harness.write(small + "/rrd/exchange.rrd", bytes(range(256)) * 400)
    harness.must([exchange.backup, small, target])
    with open(target, "rb") as file:
        whole = file.read()
    broken = exchange.folder + "/broken.tar"
    cases = {"a bit": whole[:70000] + bytes((whole[70000] ^ 1,)) +
             whole[70001:], "its sum": whole.replace(b"sha256 ", b"sha256 0"),
             "no end": whole[:-1], "half": whole[:len(whole) // 2],
             "nothing": b"", "more": whole + b"\0",
             "a version": whole.replace(b"lanterne backup 1",
                                        b"lanterne backup 2")}
    for what, data in cases.items():
        harness.write(broken, data)
        done = harness.run([exchange.backup, "--verify", broken])
        checks.equal(done.returncode, 65, f"verifying: {what}")
        done = harness.run([exchange.backup, "--restore", broken,
                            exchange.folder + "/none"])
        checks.equal(done.returncode, 65, f"restoring: {what}")
        checks.equal(harness.files_below(exchange.folder + "/none"),
                     ["lock"], f"files after {what}")


def check_pipe(checks, exchange):
    """Through a pipe, as to another machine."""
    there = exchange.folder + "/there"
    saving = subprocess.Popen([exchange.backup, exchange.state, "-"],
                              stdout=subprocess.PIPE)
    done = harness.run([exchange.backup, "--restore", "-", there],
                       stdin=saving.stdout)
    saving.stdout.close()
    checks.equal((saving.wait(60), done.returncode), (0, 0), done.stderr)
    checks.that(len(harness.files_below(there)) > 10, "files there")


def check_refusals(checks, exchange):
    for arguments, code in (
            ([], 64), (["a", "b", "c"], 64), (["--odd"], 64),
            ([exchange.folder + "/nowhere", exchange.folder + "/x.tar"], 66),
            ([exchange.state, exchange.folder + "/early.tar"], 73),
            ([exchange.state, exchange.state + "/inside.tar"], 64),
            ([exchange.state, exchange.folder + "/no/folder.tar"], 74),
            (["--verify", exchange.folder + "/nowhere.tar"], 66)):
        done = harness.run([exchange.backup, *arguments])
        checks.equal(done.returncode, code, f"exit with {arguments}")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([exchange.backup, exchange.state, "-"],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    checks.equal(done.returncode, 74, "exit with a full disk")
    left = [name for name in os.listdir(exchange.folder)
            if name.endswith(".part")]
    checks.equal(left, [], "parts left over")


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        exchange = Exchange(checks, sys.argv[1:4], folder)
        exchange.history()
        os.chmod(exchange.state, 0o750)
        os.mkdir(exchange.state + "/corrupt")
        harness.write(exchange.state + "/corrupt/odd.rrd", "x")
        harness.write(exchange.state + "/half.new", "x")
        # Or a day's file begins that no backup has.
        harness.wait_for_room_in_the_day(120, "America/Marigot")
        try:
            collector, said = exchange.start_collector(exchange.config,
                                                       folder + "/log")
            exchange.start(exchange.make(
                "--live", f"127.0.0.1:{exchange.port}", "--seconds", "300"),
                folder + "/sim.log")
            saved = save_around_the_minute(exchange)
            check_pipe(checks, exchange)
            collector.send_signal(signal.SIGTERM)
            checks.equal(collector.wait(30), 0, "exit of the collector")
            checks.that(" 0 failed" in said(), said())
            restored = check_restored(checks, exchange, saved)
            check_files(checks, exchange, restored)
            check_goes_on(checks, exchange, restored)
            check_damage(checks, exchange)
            check_refusals(checks, exchange)
        finally:
            exchange.end()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
