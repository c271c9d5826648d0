#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector at work whose disk is full, has no inodes, is read-only, broken,
slow or sparse: nothing that was sent is lost, and all is well again by itself.

usage: disk.py COLLECTOR WEB STORE_SUM FAULT_SHIM [SCENARIO ...]

Disks are tmpfs in a mount name space of its own, so it needs the right to make
one. The programs' clocks run faster; LANTERNE_FAULT=long: also ten minutes of a
full disk by real ones.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading

import exchange
import store
from store import harness

SKIPPED = 77
MOUNTED = "LANTERNE_FAULT_MOUNTED"
WARNED_S, AGAIN_S = 60, 70  # /readyz, after it began and after it ended
OUTAGE_S = 600
WRITES = "write,writev,pwrite64,fdatasync,fsync,rename,ftruncate,unlink," \
    "mkdir,fallocate"


class Disk:
    """An exchange whose state is on a disk of its own."""

    def __init__(self, checks, programs, folder, options):
        self.checks = checks
        state = folder + "/state"
        os.mkdir(state)
        harness.must(["mount", "-t", "tmpfs", "-o", options, "tmpfs", state])
        self.state = state
        self.exchange = exchange.Exchange(checks, programs, folder, state)

    def mount(self, options):
        harness.must(["mount", "-o", "remount," + options, self.state])

    def begin(self):
        """Up to where minutes are stored."""
        self.exchange.start()
        self.from_s = self.exchange.controls.wall_s() + 60
        self.exchange.until(lambda: self.rows() > 0, 240, "the first rows")
        self.exchange.until(lambda: self.exchange.ready() == 200, 60, "ready")

    def rows(self):
        return self.exchange.status().get("store", {}).get("rows_written", 0)

    def suffer(self, seconds, what):
        """While it lasts: the pages say so."""
        self.warned_s = self.exchange.until(
            lambda: self.exchange.ready() == 503, WARNED_S,
            f"{what}: /readyz 503")
        self.exchange.controls.sleep(max(0, seconds - self.warned_s))
        self.checks.equal(self.exchange.ready(), 503, f"{what}: still 503")

    def recover(self, what):
        self.again_s = self.exchange.until(
            lambda: self.exchange.ready() == 200, AGAIN_S,
            f"{what}: /readyz 200")
        rows = self.rows()
        self.exchange.until(lambda: self.rows() > rows, 90,
                            f"{what}: rows after it")
        self.to_s = self.exchange.controls.wall_s() - 60

    def finish(self, what):
        """Everything that was sent was received, and is stored."""
        self.exchange.switch.stop()
        self.exchange.controls.sleep(15)
        failed = self.checks.failed
        self.checks.equal(self.exchange.end(), 0, f"{what}: exit")
        status = self.exchange.status()
        self.checks.equal(status["input"]["datagrams"],
                          self.exchange.switch.sent, f"{what}: received")
        losses = {"records": status["journal"]["lost"],
                  "steps": status["store"]["steps_lost"],
                  "cells": status["store"]["cells_failed"]}
        reported = sum(losses.values())
        self.checks.equal(reported, 0, f"{what}: reported lost: {losses}")
        kept = self.exchange.kept(self.from_s)
        self.exchange.check_books(kept, 0, what)
        unknown = sum(self.exchange.unknown_rows(kept, self.from_s, self.to_s,
                                                 series)
                      for series in ("exchange", store.FROM, store.TO))
        self.checks.equal(unknown, 0, f"{what}: minutes unknown")
        if self.checks.failed > failed:
            self.exchange.explain()
        return (f"{what}: sent {self.exchange.switch.sent}, received "
                f"{status['input']['datagrams']}, stored "
                f"{kept.totals['exchange'][0]}, "
                f"lost {reported}, {unknown} minutes unknown")


def fill(path):
    """Take what room there is."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) > 0:
                    pass
            except OSError:
                pass


def told(disk):
    return (f" (503 after {disk.warned_s:.0f} s, 200 again after "
            f"{disk.again_s:.0f} s)")


def full(disk):
    disk.begin()
    fill(disk.state + "/filler")
    disk.suffer(OUTAGE_S, "full")
    os.unlink(disk.state + "/filler")
    disk.recover("full")
    return disk.finish("full") + told(disk)


def small(disk):
    """Too small for any file of rows, from the start: the journal has room."""
    disk.exchange.start()
    disk.from_s = disk.exchange.controls.wall_s() + 60
    disk.exchange.controls.sleep(150)
    disk.suffer(OUTAGE_S / 2, "small")
    disk.mount("size=64m")
    disk.recover("small")
    return disk.finish("small") + told(disk)


def inodes(disk):
    disk.begin()
    made = 0
    try:
        while True:
            harness.write(f"{disk.state}/filler-{made}", "")
            made += 1
    except OSError:
        pass
    disk.suffer(OUTAGE_S / 2, "no inodes")
    for i in range(made):
        os.unlink(f"{disk.state}/filler-{i}")
    disk.recover("no inodes")
    return disk.finish("no inodes") + told(disk)


def broken(disk):
    """Whatever would write fails, for each reason; then it works again."""
    disk.begin()
    for error in ("EROFS", "EIO"):
        process = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
             f"trace={WRITES}", "-e", f"inject={WRITES}:error={error}",
             "-p", str(disk.exchange.collector.process.pid)],
            stderr=subprocess.DEVNULL)
        disk.suffer(OUTAGE_S / 4, error)
        process.terminate()
        process.wait(20)
        disk.recover(error)
    return disk.finish("EROFS, EIO") + told(disk)


def slow(disk):
    """Each sync takes ten seconds."""
    disk.begin()
    controls = disk.exchange.controls
    controls.set("sync_delay_us", int(10 / controls.rate * 1e6))
    controls.sleep(OUTAGE_S)
    controls.set("sync_delay_us", 0)
    disk.recover("slow")
    return disk.finish("slow")


def sparse(disk):
    """A file with holes on a full disk: writing into one is a SIGBUS."""
    disk.begin()
    path = disk.state + "/rrd/member/as64500.rrd"
    disk.exchange.until(lambda: os.path.exists(path), 240, "a member's file")
    size = os.stat(path).st_size
    with open(path, "r+b") as file:
        file.truncate(4096)
        file.truncate(size)
    fill(disk.state + "/filler")
    disk.suffer(OUTAGE_S / 4, "sparse")
    disk.checks.equal(disk.exchange.collector.process.poll(), None,
                      "sparse: still running")
    os.unlink(disk.state + "/filler")
    disk.recover("sparse")
    return disk.finish("sparse") + told(disk)


SCENARIOS = {"full": (full, "size=100m"), "small": (small, "size=10m"),
             "inodes": (inodes, "size=100m,nr_inodes=60"),
             "broken": (broken, "size=100m"), "slow": (slow, "size=100m"),
             "sparse": (sparse, "size=100m")}


def torment(checks, programs, name):
    scenario, options = SCENARIOS[name]
    folder = tempfile.mkdtemp(dir=store.scratch())
    disk = Disk(checks, programs, folder, options)
    try:
        print(scenario(disk), flush=True)
    except (OSError, KeyError, SystemExit) as error:
        checks.that(False, f"{name}: {error!r}")
        disk.exchange.explain()
    finally:
        disk.exchange.end()
        harness.run(["umount", "-l", folder + "/state"])
        shutil.rmtree(folder, ignore_errors=True)


def in_own_name_space():
    """Run again in a mount name space; an exit status, or None: we are."""
    if os.environ.get(MOUNTED):
        return None
    if harness.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs",
                    "/mnt"]).returncode != 0:
        print("skipped: may not mount")
        return SKIPPED
    return subprocess.run(["unshare", "-m", sys.executable, "-B", *sys.argv],
                          env={**os.environ, MOUNTED: "1"},
                          check=False).returncode


def main():
    status = in_own_name_space()
    if status is not None:
        return status
    checks = harness.Checks()
    names = sys.argv[5:] or list(SCENARIOS)
    if not shutil.which("strace") and "broken" in names:
        print("skipped: broken: no strace")
        names.remove("broken")
    threads = [threading.Thread(target=torment,
                                args=(checks, sys.argv[1:5], name))
               for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if store.is_long():
        exchange.RATE = 1
        torment(checks, sys.argv[1:5], "full")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
