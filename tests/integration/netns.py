# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces of a test's own: made, used, and removed at the end."""
import ctypes
import os
import socket
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def run(*words, check=True):
    done = subprocess.run(words, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stdout}")
    return done


class Namespace:
    """One that has its loopback up."""

    def __init__(self, suffix=""):
        self.name = f"lanterne-{os.getpid()}{suffix}"
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words, check=True):
        return run("ip", "-n", self.name, *words, check=check)

    def command(self, *words):
        """What runs a program in it."""
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def write(self, path, value):
        """To a file of /proc/sys, of this namespace."""
        run(*self.command("sh", "-c", f"echo {value} > {path}"))

    def socket(self, *arguments):
        """A socket in it: a thread goes there and opens one."""
        made = []

        def enter():
            fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                if libc.setns(fd, CLONE_NEWNET) == 0:
                    made.append(socket.socket(*arguments))
            finally:
                os.close(fd)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if not made:
            sys.exit("cannot enter a network namespace")
        return made[0]

    def packet_socket(self, device):
        """One that sends frames as they are."""
        made = self.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((device, 0))
        return made

    def veth(self, device, peer, **options):
        """Two ends of a cable, both here, that nobody but us talks by."""
        mtu = str(options.get("mtu", 9000))
        self.ip("link", "add", "name", device, "mtu", mtu, "type", "veth", "peer",
                "name", peer, "mtu", mtu)
        for end in (device, peer):
            self.write(f"/proc/sys/net/ipv6/conf/{end}/disable_ipv6", 1)
            self.ip("link", "set", end, "arp", "off", "up")

    def await_up(self, device, seconds=20):
        """Until what is sent there goes out: the kernel sees the other end
        come up a moment later, and drops everything before that."""
        end = time.monotonic() + seconds
        while " state UP " not in self.ip("link", "show", device).stdout:
            if time.monotonic() >= end:
                sys.exit(f"{device}: not up after {seconds} s")
            time.sleep(0.01)

    def remove(self):
        run("ip", "netns", "del", self.name, check=False)


def why_not():
    """Why there can be no test in a namespace; None if there can."""
    if os.geteuid() != 0:
        return "network namespaces want root"
    if not os.path.exists("/proc/sys/net/ipv6"):
        return "no IPv6 here"
    try:
        trial = run("ip", "netns", "add", f"lanterne-{os.getpid()}-trial",
                    check=False)
    except FileNotFoundError:
        return "no ip here (iproute2)"
    if trial.returncode != 0:
        return f"no network namespaces here: {trial.stdout.strip()}"
    name = f"lanterne-{os.getpid()}-trial"
    veth = run("ip", "-n", name, "link", "add", "name", "end1", "type", "veth", "peer",
               "name", "end2", check=False)
    run("ip", "netns", "del", name)
    if veth.returncode != 0:
        return f"no veth here: {veth.stdout.strip()}"
    return None
