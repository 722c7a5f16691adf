#!/usr/bin/python3
"""Makes src/supervisor/syscalls.def: which system calls each process under the supervisor makes once its sandbox is
closed, found by running tests with strace.

    scripts/syscalls.py BUILD [--fresh] [--check] [pytest arguments …]     default: all of tests/e2e

What is found is added to the list; --fresh begins a new one, so that what is called no more goes. --check writes
nothing, and fails where a call is missing. Calls that all processes have in the list already are not traced, which
keeps most of the suite's speed. A call that Debian's other machines (arm64) do not have brings in the one that takes
its place there. Run it as root where work has added calls, and read the difference: a call that a process should
not need is a mistake to be mended, not a row.
"""
import argparse
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = os.path.join(ROOT, "src", "supervisor", "syscalls.def")
ROLES = ("engine", "intake", "api", "report", "notifier")
ROW = re.compile(r"^CALL\((\w+), ([A-Z |]+)\)$", re.M)
HEAD = """/*
 * syscalls.def - what each process calls once its sandbox is closed: its column of the table of processes.
 * Made by scripts/syscalls.py from what the tests really call; names are those of Linux on any machine, and one that a
 * machine does not have is left out there. What libraries need in ways that no test takes stands in calls.c.
 */
"""
# What glibc calls where a machine has no call of the old name.
ELSEWHERE = {"access": ("faccessat", "faccessat2"), "chmod": ("fchmodat",), "chown": ("fchownat",), "dup2": ("dup3",),
             "epoll_create": ("epoll_create1",), "epoll_wait": ("epoll_pwait",), "eventfd": ("eventfd2",),
             "fstat": ("newfstatat", "statx"), "getdents": ("getdents64",), "link": ("linkat",),
             "lstat": ("newfstatat",), "mkdir": ("mkdirat",), "newfstatat": ("fstat",), "open": ("openat",),
             "pipe": ("pipe2",), "poll": ("ppoll",), "readlink": ("readlinkat",), "rename": ("renameat", "renameat2"),
             "rmdir": ("unlinkat",), "select": ("pselect6",), "stat": ("newfstatat",), "symlink": ("symlinkat",),
             "unlink": ("unlinkat",), "utimes": ("utimensat",)}

LINE = re.compile(r"^(\d+) +(\w+)\(")
CHILD = re.compile(r'^(\d+) .*execve(?:at)?\(.*"liandongd: (\w+)"')
CLOSED = re.compile(r"^(\d+) +(?:prctl\(PR_SET_NO_NEW_PRIVS|seccomp\(SECCOMP_SET_MODE_FILTER)")
CLONED = re.compile(r"^(\d+) +(?:<\.\.\. )?(?:clone|clone3|fork|vfork)(?: resumed>|\().* = (\d+)")


def always():
    """What all may call (calls.c): it needs no row."""
    with open(os.path.join(ROOT, "src", "supervisor", "calls.c"), encoding="utf-8") as f:
        return set(re.findall(r'"(\w+)"', f.read().partition("always[] = {")[2].partition("};")[0]))


def known():
    if not os.path.exists(LIST):
        return {}
    with open(LIST, encoding="utf-8") as f:
        return {name: {r.lower() for r in roles.split(" | ")} for name, roles in ROW.findall(f.read())}


def calls_in(path):
    """(role, call) of all that was called behind a closed sandbox."""
    role, closed, made, parent = {}, set(), {}, {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            if m := CHILD.match(line):
                role[m[1]] = m[2]
                continue
            if m := CLOSED.match(line):
                closed.add(m[1])
                made[m[1]] = set()
                continue
            if m := CLONED.match(line):
                parent[m[2]] = m[1]
            if m := LINE.match(line):
                made.setdefault(m[1], set()).add(m[2])
    for pid, names in made.items():
        of = pid
        while of not in role and of in parent:  # a thread
            of = parent[of]
        if of in closed and of in role:
            yield from ((role[of], name) for name in names)


def traced(build, folder, common):
    """A build folder whose daemon runs under strace, and stays the process that was started."""
    for path in glob.glob(os.path.join(os.path.abspath(build), "*")):
        os.symlink(path, os.path.join(folder, os.path.basename(path)))
    daemon, real = os.path.join(folder, "liandongd"), os.path.abspath(os.path.join(build, "liandongd"))
    os.remove(daemon)
    what = "!" + ",".join(sorted(common - {"execve", "execveat", "prctl", "seccomp", "clone"})) if common else "all"
    with open(daemon, "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\nexec strace -D -f --seccomp-bpf -qq -e signal=none -e trace={shlex.quote(what)} "
                f"-o {shlex.quote(folder)}/trace.$$ {shlex.quote(real)} \"$@\"\n")
    os.chmod(daemon, 0o755)


def run(build, arguments, common):
    with tempfile.TemporaryDirectory(prefix="liandong-calls-") as folder:
        traced(build, folder, common)
        env = dict(os.environ, LIANDONG_BUILD=folder, LIANDONG_SANDBOX="log")
        subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                        *(arguments or [os.path.join(ROOT, "tests", "e2e")])], cwd=ROOT, env=env, check=False)
        found = {}
        for path in glob.glob(os.path.join(folder, "trace.*")):
            for role, name in calls_in(path):
                found.setdefault(name, set()).add(role)
    return found


def with_others(found):
    """And what takes their place on other machines."""
    out = {name: set(roles) for name, roles in found.items()}
    for name, roles in found.items():
        for other in ELSEWHERE.get(name, ()):
            out.setdefault(other, set()).update(roles)
    return out


def write(rows):
    with open(LIST, "w", encoding="utf-8") as f:
        f.write(HEAD)
        for name in sorted(set(rows) - always()):
            roles = [r.upper() for r in ROLES if r in rows[name]]
            if roles:
                f.write(f"CALL({name}, {' | '.join(roles)})\n")


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("build")
    p.add_argument("--fresh", action="store_true", help="begin a new list")
    p.add_argument("--check", action="store_true", help="write nothing; fail where a call is missing")
    a, arguments = p.parse_known_args()
    before = {} if a.fresh else known()
    common = always() | {name for name, roles in before.items() if roles >= set(ROLES)}
    found = with_others(run(a.build, arguments, common))
    missing = sorted((name, role) for name, roles in found.items() if name not in always()
                     for role in roles - before.get(name, set()))
    for name, role in missing:
        print(f"{role}: {name}")
    print(f"{len(found)} calls seen, {len(missing)} not in the list")
    if a.check:
        return 1 if missing else 0
    for name, roles in before.items():
        found.setdefault(name, set()).update(roles)
    write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
