"""What is packaged says truly what it is: the bill of materials (scripts/sbom.py), the licences of what comes from others,
and the Containerfile."""
import glob
import hashlib
import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest

from harness import BUILD, ROOT

PROGRAMS = [os.path.join(BUILD, name) for name in ("liandongd", "liandongctl")]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


# -- the bill of materials -------------------------------------------------------------------------

# What SPDX 2.3 asks for of the members that we write (clauses 6, 7 and 11), closed: a member that is misspelt is found.
TEXT = {"type": "string", "minLength": 1}
ID = {"type": "string", "pattern": r"^SPDXRef-[A-Za-z0-9.-]+$"}
LICENCE = {"type": "string", "pattern": r"^(NOASSERTION|NONE|[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*)$"}
REFERENCE = {"type": "object", "additionalProperties": False, "required": ["referenceCategory", "referenceType", "referenceLocator"],
             "properties": {"referenceCategory": {"enum": ["PACKAGE-MANAGER", "SECURITY", "PERSISTENT-ID", "OTHER"]},
                            "referenceType": {"const": "purl"},
                            "referenceLocator": {"type": "string", "pattern": r"^pkg:[a-z]+/[^ ]+@[^ ]+$"}}}
PACKAGE = {"type": "object", "additionalProperties": False,
           "required": ["SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed", "licenseConcluded", "licenseDeclared"],
           "properties": {"SPDXID": ID, "name": TEXT, "versionInfo": TEXT,
                          "downloadLocation": {"type": "string", "pattern": r"^(NOASSERTION|NONE|https?://\S+)$"},
                          "filesAnalyzed": {"const": False}, "licenseConcluded": LICENCE, "licenseDeclared": LICENCE,
                          "copyrightText": TEXT, "homepage": {"type": "string", "pattern": r"^https?://\S+$"}, "sourceInfo": TEXT,
                          "supplier": {"type": "string", "pattern": r"^(NOASSERTION|(Person|Organization): .+)$"},
                          "externalRefs": {"type": "array", "minItems": 1, "items": REFERENCE}}}
RELATIONSHIP = {"type": "object", "additionalProperties": False, "required": ["spdxElementId", "relationshipType", "relatedSpdxElement"],
                "properties": {"spdxElementId": ID, "relatedSpdxElement": ID,
                               "relationshipType": {"enum": ["DESCRIBES", "DYNAMIC_LINK", "GENERATED_FROM", "CONTAINS"]}}}
DOCUMENT = {"type": "object", "additionalProperties": False,
            "required": ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages", "relationships"],
            "properties": {"spdxVersion": {"const": "SPDX-2.3"}, "dataLicense": {"const": "CC0-1.0"}, "SPDXID": {"const": "SPDXRef-DOCUMENT"},
                           "name": TEXT, "documentNamespace": {"type": "string", "pattern": r"^https://[^#\s]+$"},
                           "creationInfo": {"type": "object", "additionalProperties": False, "required": ["created", "creators"], "properties": {
                               "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                               "creators": {"type": "array", "minItems": 1,
                                            "items": {"type": "string", "pattern": r"^(Tool|Person|Organization): .+$"}}}},
                           "packages": {"type": "array", "minItems": 1, "items": PACKAGE},
                           "relationships": {"type": "array", "minItems": 1, "items": RELATIONSHIP}}}
schema = jsonschema.Draft7Validator(DOCUMENT)


def official():
    """The schema that SPDX published for 2.3, byte by byte, where LIANDONG_SPDX names a file of it. It is not in the tree:
    no package that we use has it, and its licence is CC-BY-3.0."""
    path = os.environ.get("LIANDONG_SPDX")
    if not path:
        return []
    with open(path, "rb") as f:
        text = f.read()
    assert hashlib.sha256(text).hexdigest() == "239208b7ac287b3cf5d9a9af23f9d69863971102a5e1587a27a398b43490b89b", path
    return [jsonschema.Draft7Validator(json.loads(text))]


@pytest.fixture(scope="module")
def bill():
    if not os.path.isdir(os.path.join(ROOT, ".git")) and not os.path.isfile(os.path.join(ROOT, ".git")):
        pytest.skip("the bill has the time of a commit: there is no git here")
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts/sbom.py"), *PROGRAMS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bill_of_materials_is_one(bill):
    for asked in (schema, *official()):
        assert not [f"{e.json_path}: {e.message[:200]}" for e in asked.iter_errors(bill)]
    ids = [p["SPDXID"] for p in bill["packages"]]
    assert len(ids) == len(set(ids))
    for r in bill["relationships"]:
        assert {r["spdxElementId"], r["relatedSpdxElement"]} <= {*ids, "SPDXRef-DOCUMENT"}
    assert {r["relatedSpdxElement"] for r in bill["relationships"]} == set(ids), "nothing is listed that has nothing to do with us"


def test_the_schema_refuses_what_is_none(bill):
    for change in ({"spdxVersion": "SPDX-2.2"}, {"creationInfo": {"creators": ["Tool: x"], "created": "yesterday"}}, {"extra": 1},
                   {"packages": [{**bill["packages"][0], "licenseDeclared": "MIT or so"}]}):
        assert list(schema.iter_errors({**bill, **change}))


def test_the_bill_has_every_library_and_every_licence(bill):
    linked = {p["name"]: p for p in bill["packages"]}
    said = "".join(subprocess.run(["ldd", p], capture_output=True, text=True, check=True).stdout for p in PROGRAMS)
    for library, package in (("libssl", "libssl"), ("libsqlite3", "libsqlite3-"), ("libc.so", "libc6"), ("libevent_core", "libevent-core"),
                             ("libjansson", "libjansson"), ("libyaml", "libyaml"), ("libxlsxwriter", "libxlsxwriter"),
                             ("libseccomp", "libseccomp")):
        assert library in said and any(name.startswith(package) for name in linked), library
    if "release" in BUILD:  # sanitizers bring libraries of the compiler
        assert not [p["name"] for p in bill["packages"] if p["licenseDeclared"] == "NOASSERTION"]
    for name in ("unicode-data", "opencc", "preact", "htm"):
        assert name in linked, name


def test_what_the_page_has_of_others_is_as_its_list_says():
    """And its licences stand where they must: NOTICE, debian/copyright."""
    notice, copyright_file = read("NOTICE"), read("debian/copyright")
    listed = json.loads(read("src/page/vendor/vendor.json"))["packages"]
    files = {"vendor.json"}
    for package in listed:
        assert package["name"] in notice and f"npm package {package['name']}" in copyright_file
        for file in package["files"]:
            files.add(file["to"])
            with open(os.path.join(ROOT, "src/page/vendor", file["to"]), "rb") as f:
                assert hashlib.sha256(f.read()).hexdigest() == file["after"], file["to"]
            assert f"src/page/vendor/{file['to']}" in copyright_file, file["to"]
    assert {os.path.basename(p) for p in glob.glob(os.path.join(ROOT, "src/page/vendor/*"))} == files


# -- the Containerfile -----------------------------------------------------------------------------

def instructions():
    text = re.sub(r"\\\n\s*", " ", "\n".join(line for line in read("Containerfile").splitlines() if not line.startswith("#")))
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def one(name):
    found = [rest for word, rest in instructions() if word == name]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def test_the_container_keeps_its_promises():
    words = [word for word, _ in instructions()]
    assert set(words) <= {"ARG", "FROM", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}, "no ADD of an address"
    assert one("FROM") == "${BASE}" and re.fullmatch(r"BASE=docker\.io/library/debian:(?!latest)[\w.-]+", one("ARG"))
    uid, gid = one("USER").split(":")
    assert int(uid) > 0 and int(gid) > 0 and words.index("USER") > max(i for i, w in enumerate(words) if w == "RUN")
    assert f"--uid {uid} --gid {gid}" in one("RUN"), "the user of the image is the one that it makes"
    assert one("VOLUME") == "/var/lib/liandong"
    check = re.search(r"CMD (\[.*\])$", one("HEALTHCHECK"))
    assert json.loads(check[1]) == ["/usr/bin/liandongctl", "status"]
    assert json.loads(one("ENTRYPOINT")) == ["/usr/sbin/liandongd", "-c", "/etc/liandong/liandong.yaml"]


def test_the_container_is_made_of_what_the_package_has():
    package = read("debian/liandong.install").split()
    assert "usr/sbin/liandongd" in package and "usr/bin/liandongctl" in package and "etc/liandong" in package
    wanted, instead = re.search(r"sed -i 's\|([^|]+)\|([^|]+)\|' /etc/liandong/liandong.yaml", one("RUN")).groups()
    assert read("dist/liandong.yaml").count(wanted) == 1, "its control socket is moved"
    assert instead.startswith(one("VOLUME") + "/")
    ports = re.findall(r'OPTION\("listen", "(?:console|http)", .*?"127\.0\.0\.1:(\d+)"', read("src/mechanism/options.def"))
    assert one("EXPOSE").split() == ports


# -- what notices are sent with ---------------------------------------------------------------------

def test_the_folder_of_secrets_is_the_daemons_own():
    """The one that the packaged liandong.yaml names, made by the package for the account that the unit runs as."""
    folder = re.search(r"^  secrets: (/\S+)", read("dist/liandong.yaml"), re.M)[1]
    user, group = (re.search(rf"^{what}=(\w+)$", read("dist/liandong.service"), re.M)[1] for what in ("User", "Group"))
    assert f"install -d -m 700 -o {user} -g {group} {folder}\n" in read("debian/liandong.postinst")
    assert read("docs/OPERATIONS.md").count(folder) and read("docs/NOTICES.md").count(folder)


def test_examples_of_notices_and_exchange_are_packaged():
    for name in ("notices.yaml", "exchange.yaml"):
        assert f"doc/liandong/{name}" in read("debian/rules")
        assert "{}" in read(f"config/new-city/{name}"), "nothing of it is in force"
