#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector whose RRD files an rrdcached keeps: they are what it would have
written itself, also if the server was killed in between."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import Checks, must, write


class Server:
    """An rrdcached of our own, on a socket in a folder."""

    def __init__(self, folder):
        self.socket = os.path.join(folder, "s")
        self.files = os.path.join(folder, "files")
        self.pid_file = os.path.join(folder, "pid")
        os.makedirs(self.files)
        self.process = None

    def start(self):
        for left in (self.socket, self.pid_file):
            if os.path.exists(left):
                os.unlink(left)
        self.process = subprocess.Popen(
            ["rrdcached", "-g", "-l", "unix:" + self.socket, "-b", self.files,
             "-B", "-R", "-F", "-w", "600", "-p", self.pid_file],
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not os.path.exists(self.socket) and time.monotonic() < end:
            time.sleep(0.05)

    def stop(self, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        self.process.wait(30)


def configure(folder, name, more):
    with open(os.path.join(folder, "sim", "config.yaml"),
              encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^state_dir:.*$",
                  f"state_dir: {os.path.join(folder, name)}", text)
    return write(os.path.join(folder, "sim", name + ".yaml"), text + more)


def files_below(folder):
    return {os.path.relpath(os.path.join(root, name), folder)
            for root, _, names in os.walk(folder) for name in names}


def compare(checks, own, server):
    wanted = files_below(own)
    checks.that(len(wanted) > 50, f"only {len(wanted)} files")
    checks.equal(files_below(server.files), wanted, "files of the server")
    for name in sorted(wanted):
        dumps = [must(["rrdtool", "dump", os.path.join(folder, name)]).stdout
                 for folder in (own, server.files)]
        checks.that(dumps[0] == dumps[1], f"{name} differs")


def main():
    collector, simulator = sys.argv[1:]
    checks = Checks()
    if not shutil.which("rrdcached"):
        print("skipped: no rrdcached")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        must([simulator, "--out", os.path.join(folder, "sim"), "--members",
              "12", "--switches", "2", "--samples", "60000", "--rate", "256",
              "--traffic", "300M", "--pcap", os.path.join(folder, "c.pcap")])
        capture = "sflow:" + os.path.join(folder, "c.pcap")
        server = Server(folder)
        own = configure(folder, "own", "")
        remote = configure(folder, "remote",
                           f'store: {{ rrdcached: "unix:{server.socket}" }}\n')
        must([collector, "-c", own, "--replay", capture, "--store"])
        server.start()
        must([collector, "-c", remote, "--replay", capture, "--store"])
        server.stop()
        compare(checks, os.path.join(folder, "own", "rrd"), server)
        checks.that(not os.path.exists(os.path.join(folder, "remote", "rrd")),
                    "the collector wrote files of its own")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
