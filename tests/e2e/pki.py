"""Certificates for tests, made by openssl(1): an authority of its own, what it issues, what it revokes."""
import os
import ssl
import subprocess


def openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


class Authority:
    """A folder with ca.pem, crl.pem, and NAME.pem, NAME.key of each that it issued."""

    def __init__(self, folder, name="Test CA"):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.ca, self.crl = self.path("ca.pem"), self.path("crl.pem")
        with open(self.path("index"), "w", encoding="ascii"):
            pass
        for file in ("serial", "crlnumber"):
            with open(self.path(file), "w", encoding="ascii") as f:
                f.write("1000\n")
        with open(self.path("openssl.cnf"), "w", encoding="ascii") as f:
            f.write(f"""[ca]
default_ca = ours
[ours]
database = {self.path("index")}
serial = {self.path("serial")}
crlnumber = {self.path("crlnumber")}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
""")
        self.new_key("ca")
        openssl("req", "-new", "-x509", "-key", self.path("ca.key"), "-subj", f"/CN={name}", "-days", "3650", "-out", self.ca,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.write_crl()

    def path(self, name):
        return os.path.join(self.folder, name)

    def new_key(self, name):
        openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", self.path(f"{name}.key"))
        os.chmod(self.path(f"{name}.key"), 0o600)

    def issue(self, name, san="DNS:localhost,IP:127.0.0.1", eku="serverAuth", start=None, end=None, days=365, key=True):
        """Its certificate and key. start and end as 20260302080000Z; key False: the one that is there."""
        if key:
            self.new_key(name)
        request = openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN={name}")
        extensions = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
        extensions += f"subjectAltName={san}\n" if san else ""
        extensions += f"extendedKeyUsage={eku}\n" if eku else ""
        with open(self.path("extensions"), "w", encoding="ascii") as f:
            f.write(extensions)
        dates = ["-startdate", start, "-enddate", end] if start else ["-days", str(days)]
        openssl("ca", "-batch", "-notext", "-config", self.path("openssl.cnf"), "-cert", self.ca, "-keyfile",
                self.path("ca.key"), "-outdir", self.folder, "-extfile", self.path("extensions"), *dates,
                "-in", "/dev/stdin", "-out", self.path(f"{name}.pem"), stdin=request)
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def revoke(self, name):
        openssl("ca", "-config", self.path("openssl.cnf"), "-cert", self.ca, "-keyfile", self.path("ca.key"), "-revoke",
                self.path(f"{name}.pem"))
        self.write_crl()

    def write_crl(self, days=30):
        openssl("ca", "-config", self.path("openssl.cnf"), "-cert", self.ca, "-keyfile", self.path("ca.key"), "-gencrl",
                "-crldays", str(days), "-out", self.crl)

    def options(self, name="server", clients="none", crl=True):
        """The section tls_console or tls_http of liandong.yaml."""
        section = {"certificate": self.path(f"{name}.pem"), "key": self.path(f"{name}.key")}
        if clients != "none":
            section |= {"client_ca": self.ca, "client_certificate": clients} | ({"client_crl": self.crl} if crl else {})
        return section

    def context(self, name=None):
        """Of a client that trusts this authority, with that certificate."""
        context = ssl.create_default_context(cafile=self.ca)
        if name:
            context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        return context
