#!/usr/bin/python3
"""The Debian packages in a Debian 12 of their own (debootstrap): installed, started, upgraded, with broken rules, purged.

    install.py FOLDER-OF-PACKAGES [--mirror URL] [--keep]

It must run as root. There is no systemd in there: the daemon is started as its unit starts it, by its own account. The
version after is the same package with another number.
"""
import argparse
import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

SAMPLE = ('{"number":"%s","received_at":"%s","area":"350881001","address":"解放路12号","description":"路面水管爆裂"}\n')
checks = {"passed": 0, "failed": 0}


def check(what, so, detail=""):
    checks["passed" if so else "failed"] += 1
    print(f"{'ok  ' if so else 'FAIL'} {what}{'' if so else f': {detail}'}", flush=True)


class Machine:
    """A Debian in a folder."""

    def __init__(self, root):
        self.root = root
        self.daemon = None

    def path(self, path):
        return self.root + path

    def run(self, *command, user=None, must=True, stdin="", **env):
        given = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", **env}
        before = ["runuser", "-u", user, "--"] if user else []
        done = subprocess.run(["chroot", self.root, *before, *command], capture_output=True, text=True, input=stdin, check=False,
                              env=given, timeout=600)
        if must and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def ctl(self, *arguments, **how):
        return self.run("liandongctl", *arguments, **how)

    def start(self):
        os.makedirs(self.path("/run/liandong"), exist_ok=True)
        self.run("chown", "liandong:liandong", "/run/liandong")
        with open(self.path("/var/log/liandong.log"), "ab") as log:
            self.daemon = subprocess.Popen(["chroot", self.root, "runuser", "-u", "liandong", "--", "/usr/sbin/liandongd", "-c",
                                            "/etc/liandong/liandong.yaml"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while self.ctl("status", must=False).returncode:
            if time.monotonic() > end or self.daemon.poll() is not None:
                with open(self.path("/var/log/liandong.log"), encoding="utf-8", errors="replace") as log:
                    raise RuntimeError("the daemon does not answer:\n" + log.read()[-3000:])
            time.sleep(0.2)

    def stop(self):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(60)
        self.daemon = None

    def install(self, *packages):
        for package in packages:
            shutil.copy(package, self.path("/tmp"))
        return self.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold",
                        "-o", "APT::Sandbox::User=root", *(f"/tmp/{os.path.basename(p)}" for p in packages))


def package(folder, name):
    return glob.glob(os.path.join(folder, f"{name}_*.deb"))[0]


def renumbered(deb, version, folder):
    """The same package as another version."""
    tree = os.path.join(folder, "tree")
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
    control = os.path.join(tree, "DEBIAN/control")
    with open(control, encoding="utf-8") as f:
        lines = [f"Version: {version}\n" if line.startswith("Version:") else line for line in f]
    with open(control, "w", encoding="utf-8") as f:
        f.writelines(lines)
    made = os.path.join(folder, f"liandong_{version}_test.deb")
    subprocess.run(["dpkg-deb", "-b", tree, made], check=True, capture_output=True)
    return made


def report(m, number):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return m.ctl("report", "-", stdin=SAMPLE % (number, now))


def has(m, number):
    return m.ctl("incident", "show", number, must=False).returncode == 0


def first_install(m, deb, library, development):
    m.install(deb, library, development)
    check("the account is made", "nologin" in m.run("getent", "passwd", "liandong").stdout)
    stat = os.stat(m.path("/var/lib/liandong"))
    check("the store's folder is its own", stat.st_mode & 0o7777 == 0o700 and stat.st_uid != 0, oct(stat.st_mode))
    secrets = os.stat(m.path("/etc/liandong/secrets"))
    check("the folder of secrets is its own", (secrets.st_mode & 0o7777, secrets.st_uid) == (0o700, stat.st_uid), oct(secrets.st_mode))
    for file in ("notices.yaml", "exchange.yaml"):
        check(f"{file} is there as an example", os.path.exists(m.path(f"/usr/share/doc/liandong/examples/{file}")))
    conffiles = m.run("dpkg-query", "-W", "-f", "${Conffiles}", "liandong").stdout
    check("options and mechanism are conffiles", "/etc/liandong/liandong.yaml" in conffiles and "routing.yaml" in conffiles)
    checked = m.run("liandongd", "-n", must=False)
    check("the configuration is checked", checked.returncode == 0, checked.stdout + checked.stderr)
    for file in ("/usr/share/man/man1/liandongctl.1.gz", "/usr/share/doc/liandong/PROTOCOL.md",
                 "/usr/share/bash-completion/completions/liandongctl", "/lib/systemd/system/liandong.service"):
        check(f"{file} is there", os.path.exists(m.path(file)))
    m.start()
    report(m, "P-1")
    check("a report is taken", has(m, "P-1"))


def upgrade_running(m, deb):
    with open(m.path("/etc/liandong/liandong.yaml"), "a", encoding="utf-8") as f:
        f.write("# ours\n")
    m.install(deb)
    with open(m.path("/etc/liandong/liandong.yaml"), encoding="utf-8") as f:
        check("what was changed in a conffile is kept", f.read().endswith("# ours\n"))
    copies = glob.glob(m.path("/var/lib/liandong/before-upgrade-*.db"))
    check("the store was backed up before", len(copies) == 1, copies)
    proof = m.ctl("audit", "verify", "--store", copies[0][len(m.root):], must=False) if copies else None
    check("and the backup is whole", proof and proof.returncode == 0, proof and proof.stdout + proof.stderr)
    m.stop()
    m.start()
    check("what was reported before is there", has(m, "P-1"))


def upgrade_stopped(m, deb):
    m.stop()
    m.install(deb)
    folders = [f for f in glob.glob(m.path("/var/lib/liandong/before-upgrade-*")) if os.path.isdir(f)]
    check("without a daemon its files were copied", folders and os.path.exists(folders[0] + "/liandong.db"), folders)
    m.start()
    check("and all is there", has(m, "P-1"))


def broken_rules(m):
    routing = m.path("/etc/liandong/zhangping/routing.yaml")
    shutil.copy(routing, m.path("/root/routing.yaml"))
    with open(routing, "a", encoding="utf-8") as f:
        f.write("\nrules: [\n")
    done = m.ctl("reload", must=False)
    check("broken rules are refused", done.returncode == 1 and "routing.yaml" in done.stdout + done.stderr, done.stderr)
    report(m, "P-2")
    m.stop()
    m.start()
    report(m, "P-3")
    check("and the good ones go on, over a restart, too", has(m, "P-2") and has(m, "P-3"))
    shutil.copy(m.path("/root/routing.yaml"), routing)


def purges(m, deb):
    m.stop()
    m.run("apt-get", "purge", "-y", "-qq", "liandong")
    check("a purge leaves the store", os.path.exists(m.path("/var/lib/liandong/liandong.db")))
    check("and takes the configuration", not os.path.exists(m.path("/etc/liandong/liandong.yaml")))
    m.install(deb)
    m.start()
    check("a later installation goes on with the store", has(m, "P-3"))
    m.stop()
    m.run("debconf-set-selections", stdin="liandong liandong/delete-store boolean true\n")
    m.run("apt-get", "purge", "-y", "-qq", "liandong")
    check("a purge deletes the store if it was said", not os.path.exists(m.path("/var/lib/liandong")))


def debian(root, mirror):
    subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root, mirror], check=True,
                   stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def mounted(root):
    subprocess.run(["mount", "-t", "proc", "proc", root + "/proc"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", root + "/proc"], check=False)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("folder")
    p.add_argument("--mirror", default="http://deb.debian.org/debian")
    p.add_argument("--root", help="a Debian 12 that is there already")
    p.add_argument("--keep", action="store_true")
    a = p.parse_args()
    work = tempfile.mkdtemp(prefix="liandong-package-")
    root = a.root or os.path.join(work, "root")
    try:
        if not a.root:
            debian(root, a.mirror)
        m = Machine(root)
        deb = package(a.folder, "liandong")
        with mounted(root):
            try:
                m.run("apt-get", "update", "-qq", "-o", "APT::Sandbox::User=root")
                first_install(m, deb, package(a.folder, "libliandong0"), package(a.folder, "libliandong-dev"))
                upgrade_running(m, renumbered(deb, "0.1.1", work))
                upgrade_stopped(m, renumbered(deb, "0.1.2", work))
                broken_rules(m)
                purges(m, deb)
            finally:
                m.stop()
    finally:
        if not a.keep:
            shutil.rmtree(work, ignore_errors=True)
    print(f"package: {checks['passed']} passed, {checks['failed']} failed")
    return 1 if checks["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
