# SPDX-License-Identifier: GPL-2.0-or-later
"""A running collector, a switch that sends to it, and web pages beside: with
clocks that a test sets, and that run faster than real ones."""
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import store
from store import harness

RATE = 20            # seconds a second
SAMPLE_BYTES = 1000  # of each frame that is sampled, at a rate of 1
PACE_S = 0.02        # real seconds between datagrams

CONFIG = """exchange: {{ name: Fault }}
state_dir: {state}
roster: {folder}/roster.json
sources: [ {{ sflow: {{ listen: "127.0.0.1:{port}" }} }} ]
vlans: [ {{ id: 100, name: Peering }} ]
macs:
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64501, vlan: 100, mac: "02:00:00:00:00:02" }}
switches:
  - {{ name: sw1, agent: 192.0.2.1, from: [ 127.0.0.1 ], direction: any }}
web: {{ listen: "127.0.0.1:{web}", access: open }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 100, "name": "one" } ] } ],
  "member_list": [ { "asnum": 64500 }, { "asnum": 64501 } ] }
"""


class Controls:
    """What fault_shim.c obeys."""

    NAMES = ("rate", "base_real_us", "wall_offset_us", "synced",
             "sync_delay_us", "fail_allocation", "allocations", "counts")

    def __init__(self, path):
        harness.write(path, bytes(8 * len(self.NAMES)))
        self.path = path
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 8 * len(self.NAMES))
        self.base_real_s = time.monotonic()
        self.rate = RATE
        self.set("base_real_us", int(self.base_real_s * 1e6))
        self.set("synced", 1)
        self.set("rate", RATE)

    def set(self, name, value):
        struct.pack_into("<q", self.memory, 8 * self.NAMES.index(name), value)

    def get(self, name):
        return struct.unpack_from("<q", self.memory,
                                  8 * self.NAMES.index(name))[0]

    def wall_s(self):
        """What the programs take for the time."""
        return time.time() + (time.monotonic() - self.base_real_s) * \
            (self.rate - 1) + self.get("wall_offset_us") / 1e6

    def leap(self, seconds):
        """Let so much pass at once, by all clocks: what a suspended machine
        knows of it."""
        by = seconds / (self.rate - 1)
        self.base_real_s -= by
        self.set("base_real_us", int(self.base_real_s * 1e6))

    def sleep(self, seconds):
        """So many of the programs' seconds."""
        time.sleep(seconds / self.rate)


def datagram(sequence, uptime_ms):
    """One flow sample: from AS64500 to AS64501, IPv4, in VLAN 100."""
    header = b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + \
        b"\x81\0\0\x64\x08\0" + b"\x45" + bytes(63)
    record = struct.pack(">IIII", 1, SAMPLE_BYTES, 0, len(header)) + \
        header + bytes(-len(header) % 4)
    sample = struct.pack(">IIIIIIII", sequence, 1, 1, sequence, 0, 1, 0, 1) + \
        struct.pack(">II", 1, len(record)) + record
    return struct.pack(">II4sIIII", 5, 1, socket.inet_aton("192.0.2.1"), 0,
                       sequence, uptime_ms, 1) + \
        struct.pack(">II", 1, len(sample)) + sample


class Switch(threading.Thread):
    """Sends until it is told not to."""

    def __init__(self, port, controls):
        super().__init__(daemon=True)
        self.port, self.controls = port, controls
        self.sent = 0
        self.times = []  # when, by the programs' clock
        self.ended = threading.Event()
        self.start()

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            while not self.ended.wait(PACE_S):
                uptime_ms = int((time.monotonic() - self.controls.base_real_s)
                                * self.controls.rate * 1000) & 0xffffffff
                self.times.append(self.controls.wall_s())
                s.sendto(datagram(self.sent + 1, uptime_ms + 1),
                         ("127.0.0.1", self.port))
                self.sent += 1

    def stop(self):
        self.ended.set()
        self.join()
        return self.sent


class Running:
    """A program under the shim, and what it says in a file."""

    def __init__(self, command, log, shim, controls):
        self.log = log
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                command, stderr=file, stdout=file,
                env={**os.environ, "LD_PRELOAD": shim,
                     "FAULT_SHIM": controls.path})

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end within 40 s"


class Exchange:
    """All of it, in a folder; its state may lie elsewhere."""

    def __init__(self, checks, programs, folder, state):
        self.checks = checks
        self.collector_path, self.web_path, self.sum, self.shim = programs
        self.folder, self.state = folder, state
        self.controls = Controls(folder + "/controls")
        self.port = harness.free_port()
        self.web_port = harness.free_port()
        self.config = harness.write(
            folder + "/lanterne.yaml",
            CONFIG.format(state=state, folder=folder, port=self.port,
                          web=self.web_port))
        harness.write(folder + "/roster.json", ROSTER)
        self.collector = self.web = self.switch = None

    def start(self, with_web=True):
        self.collector = self.run(self.collector_path, "collector.log")
        self.wait(lambda: "listening" in self.collector.said() or
                  self.collector.process.poll() is not None, 20, "to listen")
        if with_web:
            self.web = self.run(self.web_path, "web.log")
        self.switch = self.switch or Switch(self.port, self.controls)

    def run(self, program, log):
        return Running([program, "-c", self.config], f"{self.folder}/{log}",
                       self.shim, self.controls)

    def wait(self, condition, seconds, what):
        """For real seconds; the test ends if that does not come true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.02)
        self.checks.that(False, f"gave up after {seconds} s: {what}")
        self.explain()
        self.end()
        sys.exit(self.checks.finish())

    def until(self, condition, seconds, what):
        """How many of the programs' seconds it takes to come true; it must
        within so many."""
        began = time.monotonic()
        end = began + 3 * seconds / self.controls.rate + 5
        while time.monotonic() < end and not condition():
            time.sleep(0.02)
        took = (time.monotonic() - began) * self.controls.rate
        if not self.checks.that(took <= seconds,
                                f"{what}: took {took:.0f} s"):
            self.explain()
        return took

    def ready(self):
        """What /readyz says: 200, 503; 0 if nobody answers."""
        try:
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.web_port}/readyz", timeout=5) \
                    as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def status(self):
        try:
            return harness.read_json(self.state + "/status.json")
        except (OSError, ValueError):
            return {}

    def kept(self, from_s=0):
        """What is stored, once nobody writes."""
        done = harness.run([self.sum, self.state, int(from_s)])
        return store.Kept(done.stdout.decode())

    def explain(self):
        for program in (self.collector, self.web):
            if program:
                print("    " + program.said()[-2500:].replace("\n", "\n    "))

    def end(self):
        """Stop everything; the collector's exit status."""
        if self.switch:
            self.switch.stop()
        if self.web:
            self.web.stop()
            self.web = None
        if not self.collector:
            return None
        status = self.collector.stop()
        self.collector_said = self.collector.said()
        return status

    def waited(self):
        """What came while the collector stood still, and is not used: a busy
        machine is enough for that, with clocks that run so fast."""
        return self.status().get("input", {}).get("waited", 0)

    def check_books(self, kept, lost, what):
        """What was sent is in the journal, but for what was lost."""
        sent = self.switch.sent - self.waited()
        for series, directions in (("exchange", (0, 1)), ("VLAN-100", (0, 1)),
                                   ("switch-sw1", (0, 1)), (store.FROM, (0,)),
                                   (store.TO, (1,)), (store.PAIR, (0,))):
            got = kept.totals.get(series, (0, 0, 0, 0))
            for i in directions:
                self.checks.equal(got[2 * i] + lost, sent,
                                  f"{what}: samples of {series}")
                self.checks.equal(got[2 * i + 1],
                                  got[2 * i] * SAMPLE_BYTES,
                                  f"{what}: bytes of {series}")

    def unknown_rows(self, kept, from_s, to_s, series="exchange"):
        """How many minutes' rows are unknown; none may be a zero."""
        unknown = 0
        for start_s in range(-(-int(from_s) // 60) * 60, int(to_s) - 59, 60):
            row = kept.rows.get((series, start_s))
            if not row or row[0] != row[0]:
                unknown += 1
            else:
                self.checks.that(row[series == store.TO] > 0, f"row of {series} at {start_s} "
                                 "is zero, and traffic never paused")
        return unknown


def limit_descriptors(process, count):
    """Let a process have no more than so many; returns what it could have."""
    return resource.prlimit(process.pid, resource.RLIMIT_NOFILE,
                            (count, resource.prlimit(
                                process.pid, resource.RLIMIT_NOFILE)[1]))


def open_descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))
