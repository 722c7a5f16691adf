#!/usr/bin/python3
"""The Containerfile, built and run: podman, a Debian made by debootstrap in the place of the one that a registry has.

    container.py FOLDER-OF-PACKAGES [--mirror URL] [--root DEBIAN]

It must run as root. Where podman cannot run a container (no cgroups, no namespaces) it says so and ends with 77. Where the
machine has the old cgroups beside the new ones, which crun refuses, it runs in a mount namespace that has the new ones alone.
"""
import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = f"liandong-test-{os.getpid()}"
BASE, IMAGE = f"localhost/{NAME}-debian", f"localhost/{NAME}"
SAMPLE = '{"number":"%s","received_at":"%s","area":"350881001","address":"解放路12号","description":"路面水管爆裂"}\n'
LIMITS = ["--ulimit=nofile=4096:4096", "--ulimit=nproc=1024:1024"]  # podman's own are more than a container in a container may set
ALONE = ["--network", "none", "--cgroups", "disabled", *LIMITS]  # no more than the test needs, nor than this machine may give
# As docs/OPERATIONS.md says to run it.
RUN = ["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--volume", f"{NAME}:/var/lib/liandong",
       "--stop-timeout", "30", *ALONE]
checks = {"passed": 0, "failed": 0}


def check(what, so, detail=""):
    checks["passed" if so else "failed"] += 1
    print(f"{'ok  ' if so else 'FAIL'} {what}{'' if so else f': {detail}'}", flush=True)


def podman(*arguments, must=True, stdin="", timeout=600):
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, input=stdin, check=False, timeout=timeout)
    if must and done.returncode:
        raise RuntimeError(f"podman {' '.join(arguments)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def inside(*command, **how):
    return podman("exec", *(["-i"] if how.get("stdin") else []), NAME, *command, **how)


def base(work, root, mirror):
    archive = os.path.join(work, "debian.tar")
    if not root:
        root = os.path.join(work, "root")
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root, mirror], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "-C", root, "--one-file-system", "-cf", archive, "."], check=True)
    podman("import", archive, BASE)


def runs_containers():
    """True, or podman's sentence why not."""
    done = podman("run", "--rm", *ALONE, BASE, "/bin/true", must=False)
    return True if done.returncode == 0 else done.stderr


def start(*more):
    podman("run", "--detach", "--name", NAME, *RUN, *more, IMAGE)
    healthy()


def healthy():
    end = time.monotonic() + 60
    while podman("healthcheck", "run", NAME, must=False).returncode:
        if time.monotonic() > end:
            raise RuntimeError("it does not become healthy:\n" + podman("logs", NAME, must=False).stderr[-3000:])
        time.sleep(0.3)


def stop():
    podman("stop", "--time", "30", NAME)
    code = int(podman("inspect", "--format", "{{.State.ExitCode}}", NAME).stdout)
    podman("rm", NAME)
    return code


def report(number):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return inside("liandongctl", "report", "-", stdin=SAMPLE % (number, now))


def has(number):
    return inside("liandongctl", "incident", "show", number, must=False).returncode == 0


def image():
    podman("build", "--format", "docker", "--isolation", "chroot", "--network", "host", "--build-arg", f"BASE={BASE}", "-t", IMAGE, "-f",
           os.path.join(ROOT, "Containerfile"), FOLDER, timeout=1200)
    inspected = json.loads(podman("inspect", IMAGE).stdout)[0]
    made, health = inspected["Config"], inspected.get("Healthcheck") or inspected.get("HealthCheck") or {}
    check("it runs as a user without rights", made["User"] == "7110:7110", made["User"])
    check("it has one volume", list(made["Volumes"]) == ["/var/lib/liandong"], made["Volumes"])
    check("its health is asked by liandongctl", "liandongctl" in " ".join(health.get("Test", [])), health)


def first_run():
    start()
    check("it is healthy", True)
    check("no process is root", set(inside("sh", "-c", "stat -c %u /proc/[0-9]*").stdout.split()) == {"7110"})
    check("the root is only read", inside("sh", "-c", "touch /etc/liandong/x /usr/x", must=False).returncode != 0)
    kept = inside("sh", "-c", "grep -h -E '^(NoNewPrivs|CapEff|CapBnd):' /proc/[0-9]*/status").stdout.split("\n")
    check("no process has a capability, or comes by one",
          {" ".join(line.split()) for line in kept if line} == {"NoNewPrivs: 1", "CapEff: 0000000000000000", "CapBnd: 0000000000000000"}, kept)
    report("C-1")
    check("a report is taken", has("C-1"))
    status = json.loads(inside("liandongctl", "--json", "status").stdout)
    warned = [w["code"] for w in status["warnings"]]
    check("each process is confined as outside a container", "unconfined" not in warned, warned)
    made = inside("liandongctl", "report", "month", time.strftime("%Y-%m"), "--format", "csv", must=False)
    check("a report of the month is made", made.returncode == 0, made.stderr)
    inside("liandongctl", "backup", "/var/lib/liandong/backup.db")
    check("it ends as asked, with everything done", stop() == 0)


def second_run():
    start()
    check("another container goes on with the volume", has("C-1"))
    checked = inside("liandongctl", "audit", "verify", must=False)
    check("and the chain is whole", checked.returncode == 0, checked.stderr)
    podman("kill", "--signal", "KILL", NAME)
    podman("wait", NAME)
    podman("rm", NAME)
    start()
    check("after a kill, too", has("C-1"))
    report("C-2")
    check("and takes reports", has("C-2"))
    check("it ends as asked", stop() == 0)


def unwell():
    """A configuration that it refuses: the container ends with the daemon's code, and says why."""
    done = podman("run", "--rm", *RUN, "--entrypoint", "/usr/sbin/liandongd", IMAGE, "-c", "/nonexistent.yaml", must=False)
    check("without a configuration it says so", done.returncode not in (0, 125, 126, 127) and "/nonexistent.yaml" in done.stderr, done.stderr)


def with_new_cgroups_alone():
    """Runs this program again where /sys/fs/cgroup has the new ones alone, if it has both."""
    kind = subprocess.run(["stat", "-fc", "%T", "/sys/fs/cgroup"], capture_output=True, text=True, check=False).stdout.strip()
    if kind != "tmpfs" or os.environ.get("LIANDONG_CGROUPS"):
        return
    os.environ["LIANDONG_CGROUPS"] = "new"
    os.execvp("unshare", ["unshare", "--mount", "sh", "-c", 'umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"',
                          "sh", sys.executable, *sys.argv])


def main():
    global FOLDER
    p = argparse.ArgumentParser()
    p.add_argument("folder")
    p.add_argument("--mirror", default="http://deb.debian.org/debian")
    p.add_argument("--root", help="a Debian 12 that is there already")
    a = p.parse_args()
    FOLDER = a.folder
    with_new_cgroups_alone()
    if not shutil.which("podman"):
        print("container: SKIPPED: podman is not installed (scripts/deps.sh torture)", file=sys.stderr)
        return 77
    work = tempfile.mkdtemp(prefix="liandong-container-")
    try:
        base(work, a.root, a.mirror)
        able = runs_containers()
        if able is not True:
            print(f"container: SKIPPED: podman runs no container here: {able.strip()}", file=sys.stderr)
            return 77
        image()
        first_run()
        second_run()
        unwell()
    finally:
        for what in (["rm", "--force", "--ignore", NAME], ["volume", "rm", "--force", NAME], ["rmi", "--force", IMAGE], ["rmi", "--force", BASE]):
            with contextlib.suppress(subprocess.SubprocessError):
                podman(*what, must=False)
        shutil.rmtree(work, ignore_errors=True)
    print(f"container: {checks['passed']} passed, {checks['failed']} failed")
    return 1 if checks["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
