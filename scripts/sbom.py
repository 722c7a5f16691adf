#!/usr/bin/env python3
"""The bill of materials of a build, SPDX 2.3 as JSON: sbom.py LIANDONGD [LIANDONGCTL …]

What the programs are linked with is asked of the programs (ldd), which package it is of and in which version of dpkg; the
data that a build takes from Debian packages stand in DATA, and what the page has of others in src/page/vendor/vendor.json. The
same build gives the same bytes: the time is the commit's.
"""
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = ("unicode-data", "opencc")  # scripts/fold.py
# Of the packages that we are linked with, in the words of SPDX; what is not named here is NOASSERTION.
LICENCES = {"libc6": "LGPL-2.1-or-later", "libcurl": "curl", "libevent": "BSD-3-Clause", "libjansson": "MIT", "libminizip": "Zlib",
            "libseccomp": "LGPL-2.1-only", "libsqlite": "blessing", "libssl": "Apache-2.0",
            "libxlsxwriter": "BSD-2-Clause", "libyaml": "MIT", "zlib1g": "Zlib", "unicode-data": "Unicode-DFS-2016",
            "opencc": "Apache-2.0",
            # what libcurl is linked with
            "libbrotli": "MIT", "libcom-err": "MIT", "libffi": "MIT", "libgmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
            "libgnutls": "LGPL-2.1-or-later", "libgssapi-krb5": "MIT", "libhogweed": "LGPL-3.0-or-later OR GPL-2.0-or-later",
            "libidn2": "LGPL-3.0-or-later OR GPL-2.0-or-later", "libk5crypto": "MIT", "libkeyutils": "LGPL-2.0-or-later", "libkrb5": "MIT",
            "libldap": "OLDAP-2.8", "libnettle": "LGPL-3.0-or-later OR GPL-2.0-or-later", "libnghttp2": "MIT",
            "libp11-kit": "BSD-3-Clause", "libpsl": "MIT", "librtmp": "LGPL-2.1-or-later", "libsasl2": "BSD-4-Clause",
            "libssh2": "BSD-3-Clause", "libtasn1": "LGPL-2.1-or-later", "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
            "libzstd": "BSD-3-Clause OR GPL-2.0-only"}


def out(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def owner(library):
    """The package that has the file; dpkg knows files by their place before or after the merge of /usr."""
    real = os.path.realpath(library)
    for path in (library, real, real.removeprefix("/usr"), library.removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return re.split(r"[:,]", done.stdout)[0]
    raise SystemExit(f"sbom: {library} is of no package")


def linked(programs):
    files = {path for program in programs for path in re.findall(r"=> (/\S+)", out("ldd", program))}
    return sorted({owner(path) for path in files})


def licence(package):
    return next((words for name, words in LICENCES.items() if package.startswith(name)), "NOASSERTION")


def entry(name, version, words, **more):
    return {"name": name, "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "versionInfo": version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": words, "licenseDeclared": words,
            "copyrightText": "NOASSERTION", **more}


def debian(name):
    version = out("dpkg-query", "-W", "-f", "${Version}", name)
    return entry(name, version, licence(name), supplier="Organization: Debian", externalRefs=[
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
         "referenceLocator": f"pkg:deb/debian/{name}@{version}"}])


def vendored(package):
    """Of the page: files that are in the sources, and in the daemon."""
    name, version = package["name"], package["version"]
    return entry(name, version, package["licence"], homepage=package["url"],
                 sourceInfo="in src/page/vendor: " + ", ".join(f"{f['to']} (SHA-256 {f['after']})" for f in package["files"]),
                 externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                "referenceLocator": f"pkg:npm/{name}@{version}"}])


def main(programs):
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as f:
        version = re.search(r"^VERSION\s*:=\s*(\S+)", f.read(), re.M)[1]
    when = datetime.datetime.fromtimestamp(int(out("git", "log", "-1", "--format=%ct")), datetime.timezone.utc)
    ours = entry("liandong", version, "MIT", supplier="Organization: the liandong authors")
    used = [debian(name) for name in linked(programs)]
    data = [debian(name) for name in DATA]
    with open(os.path.join(ROOT, "src", "page", "vendor", "vendor.json"), encoding="utf-8") as f:
        page = [entry(p["name"], p["version"], p["licence"], downloadLocation=p["url"], externalRefs=[
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": f"pkg:npm/{p['name']}@{p['version']}"}])
            for p in json.load(f)["packages"]]
    text = json.dumps([ours, used, data, page], sort_keys=True)
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"liandong-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/liandong-{version}-{hashlib.sha256(text.encode()).hexdigest()[:32]}",
        "creationInfo": {"created": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: scripts/sbom.py"]},
        "packages": [ours, *used, *data, *page],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": ours["SPDXID"]},
            *({"spdxElementId": ours["SPDXID"], "relationshipType": "DYNAMIC_LINK", "relatedSpdxElement": p["SPDXID"]}
              for p in used),
            *({"spdxElementId": ours["SPDXID"], "relationshipType": "GENERATED_FROM", "relatedSpdxElement": p["SPDXID"]}
              for p in data),
            *({"spdxElementId": ours["SPDXID"], "relationshipType": "CONTAINS", "relatedSpdxElement": p["SPDXID"]}
              for p in page)]}
    print(json.dumps(document, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
