#!/usr/bin/env python3
"""Brings the page's libraries from npm into src/page/vendor: vendor.py [CHECK]

vendor.json says which file of which package in which version, and the SHA-256 of each file before and after what is
changed of it: a module's bare specifier becomes a relative one, because an import map would be an inline script, which
the page's policy refuses; and the name of a source map that is not here goes. A file that is not as its SHA-256 says is
refused. Without CHECK the files are fetched and written anew; with it only what is in the tree is looked at.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src" / "page" / "vendor"
LIST = FOLDER / "vendor.json"


def changed(text, specifiers):
    for bare, relative in specifiers.items():
        text = re.sub(rf'\bfrom\s*"{re.escape(bare)}"', f'from"{relative}"', text)
    return re.sub(r"\n?//# sourceMappingURL=\S*\s*$", "\n", text)


def fetched(package):
    """name of a member -> its bytes, of the package as the registry has it"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["npm", "pack", "--silent", f"{package['name']}@{package['version']}"], cwd=folder, check=True,
                              capture_output=True, text=True)
        with tarfile.open(pathlib.Path(folder) / done.stdout.split()[-1]) as tar:
            return {member.name.removeprefix("package/"): tar.extractfile(member).read()
                    for member in tar.getmembers() if member.isfile()}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def renew(listed):
    for package in listed["packages"]:
        members = fetched(package)
        for file in package["files"]:
            before = members[file["from"]]
            if file.get("before", digest(before)) != digest(before):
                sys.exit(f"vendor: {package['name']} {file['from']}: not the bytes that vendor.json names")
            after = before
            if file["to"].endswith(".mjs"):
                after = changed(before.decode(), listed["specifiers"]).encode()
            (FOLDER / file["to"]).write_bytes(after)
            file["before"], file["after"] = digest(before), digest(after)
    LIST.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")


def check(listed):
    known = {LIST.name}
    for file in (file for package in listed["packages"] for file in package["files"]):
        known.add(file["to"])
        if digest((FOLDER / file["to"]).read_bytes()) != file["after"]:
            sys.exit(f"vendor: {file['to']} is not as vendor.json says: run scripts/vendor.py")
    if strange := {path.name for path in FOLDER.iterdir()} - known:
        sys.exit(f"vendor: not in vendor.json: {', '.join(sorted(strange))}")


def main():
    listed = json.loads(LIST.read_text())
    if len(sys.argv) == 1:
        renew(listed)
    check(listed)


if __name__ == "__main__":
    main()
