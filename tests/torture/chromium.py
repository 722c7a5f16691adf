#!/usr/bin/python3
"""Chromium against the daemon over TLS: it shows a page with the authority in its store, and none without; a host that
was visited is asked by https for ever (HSTS), and another browser's plain request is refused.

    chromium.py BUILD

The browser's profile, its store of certificates and the daemon lie in a folder that is deleted afterwards.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release")
os.environ["LIANDONG_BUILD"] = BUILD
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

from harness import Daemon  # noqa: E402

HOST = "liandong.test"  # of localhost Chromium keeps no HSTS


def shown(home, url):
    """The page's document as the browser has it; what it says of an error is in there, too."""
    done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}/profile",
                           f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
                           "--virtual-time-budget=5000", "--dump-dom", url], capture_output=True, text=True, timeout=120,
                          check=False, env={**os.environ, "HOME": home})
    return done.stdout


def trust(home, ca):
    store = os.path.join(home, ".pki", "nssdb")
    os.makedirs(store, exist_ok=True)
    subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
    subprocess.run(["certutil", "-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "liandong", "-i", ca], check=True)


def main():
    for tool in ("chromium", "certutil"):
        if not shutil.which(tool):
            print(f"chromium: {tool} is not installed (scripts/deps.sh torture)", file=sys.stderr)
            return 1
    with tempfile.TemporaryDirectory(prefix="chromium-") as folder:
        ca = os.path.join(folder, "ca")
        subprocess.run([os.path.join(BUILD, "liandongctl"), "tls", "init", "--org", "某某市", "--names", f"127.0.0.1,{HOST}", ca],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
        pair = {k: os.path.join(ca, "server", f) for k, f in (("certificate", "cert.pem"), ("key", "key.pem"))}
        for name in ("stranger", "city", "daemon"):
            os.mkdir(os.path.join(folder, name))
        trust(os.path.join(folder, "city"), os.path.join(ca, "ca.pem"))
        with Daemon(os.path.join(folder, "daemon"), tls_console=pair, tls_http=pair, http={"hosts": HOST}) as d:
            good = shown(os.path.join(folder, "city"), f"https://{HOST}:{d.http_port}/readyz")
            bad = shown(os.path.join(folder, "stranger"), f"https://{HOST}:{d.http_port}/readyz")
            kept = shown(os.path.join(folder, "city"), f"http://{HOST}:{d.http_port}/readyz")
            plain = shown(os.path.join(folder, "stranger"), f"http://{HOST}:{d.http_port}/readyz")
    failed = [what for what, so in (("with the authority the answer is shown", '"engine_connected":true' in good),
                                    ("without it nothing of it is shown", "engine_connected" not in bad),
                                    ("http to a host that it knows becomes https", '"engine_connected":true' in kept),
                                    ("http to another is refused", "tls-required" in plain)) if not so]
    for what in failed:
        print(f"chromium: not so: {what}\n{good[:600]}\n{bad[:600]}\n{kept[:600]}\n{plain[:600]}", file=sys.stderr)
    print(f"chromium: {4 - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
