"""S14 of make bench: S1 to S4 with TLS, against the same daemon's figures without it, one right after the other."""
import contextlib
import os
import subprocess


def authority(b):
    """The city's folder of certificates for 127.0.0.1, made by liandongctl."""
    folder = os.path.join(b.folder, "ca")
    subprocess.run([os.path.join(b.build, "liandongctl"), "tls", "init", "--org", "bench", "--names", "127.0.0.1", folder],
                   stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return folder


def measures(b, d, token, ca):
    """S1, S2 (answers a second) and S3 (median ms) of that daemon."""
    return (b.load("liandong", d.console_port, 64, 1, token, ca)["rate"],
            b.load("liandong", d.console_port, 16, 64, token, ca)["rate"],
            b.load("liandong", d.console_port, 1, 1, token, ca)["median_ms"])


def poll_rate(b, wrk, d, scheme):
    """S4: polls a second that answer at once that there is nothing."""
    with d.local() as c:
        seq = c.call("session.ping")["seq"]
    return wrk(b, f"{scheme}://127.0.0.1:{d.http_port}/v1/dispatches?after={seq}", d.account("liaison-water", "liaison", "water"))


def encrypted(b, wrk):
    folder = authority(b)
    ca = os.path.join(folder, "ca.pem")
    server = {name: os.path.join(folder, "server", file) for name, file in (("certificate", "cert.pem"), ("key", "key.pem"))}
    console, polls = [], []
    for _ in range(b.rounds):
        with contextlib.ExitStack() as stack:
            bare = stack.enter_context(b.daemon())
            sealed = stack.enter_context(b.daemon(tls_console=server, tls_http=server))
            console.append(tuple(zip(measures(b, sealed, sealed.account("desk1", "desk"), ca),
                                     measures(b, bare, bare.account("desk1", "desk"), None))))
            polls.append((poll_rate(b, wrk, sealed, "https"), poll_rate(b, wrk, bare, "http")))
    for i, (what, unit, aim) in enumerate((("S1,64 个接警台,各 1 件在途", "{:.0f} 件/秒", "≥ 0.9"),
                                           ("S2,16 个接警台,各 64 件在途", "{:.0f} 件/秒", "≥ 0.9"),
                                           ("S3,1 个接警台,1 件在途,答复的中位时间", "{:.3f} ms", "≤ 1.1"))):
        b.compare("S14", f"经 TLS 1.3;比同一服务不经 TLS:{what}", [r[i] for r in console], unit, aim)
    b.compare("S14", "经 TLS 1.3;比同一服务不经 TLS:S4,没有新指令的轮询,64 个连接", polls, "{:.0f} 次/秒", "≥ 0.7")
