#!/usr/bin/env python3
"""The openssl command line as a partner that serves and sends (peer.py says how it is spoken to).

Every signature, envelope and certificate is a matter of `openssl cms`; MIME is put together and cut here, on bytes. Debian
builds OpenSSL without zlib, so compressed data (RFC 3274) is written and read here too, in a few lines of DER.

Beyond the forms it takes, a wish may have "pss", "oaep", "stream" (BER of indefinite length), each true.
"""

import base64
import email
import hashlib
import os
import re
import secrets
import subprocess
import tempfile
import zlib

import peer

ZLIB_OID = bytes.fromhex("060b2a864886f70d0109100308")
COMPRESSED_OID = bytes.fromhex("060b2a864886f70d0109100109")
DATA_OID = bytes.fromhex("06092a864886f70d010701")
CIPHERS = {"3des": "-des3"}
P7M = "application/pkcs7-mime; smime-type={}; name=smime.p7m"


class Fault(Exception):
    pass


class Openssl(peer.Peer):
    product = "openssl cms"
    version = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.split()[1]

    def receive(self, headers, body):
        named = {name.lower(): value for name, value in headers}
        opened = Opened(self, named, body)
        status, modifier = opened.judge()
        disposition = "automatic-action/MDN-sent-automatically; processed" + (f"/error: {modifier}" if modifier else "")
        options = named.get("disposition-notification-options", "")
        digest = opened.digest or (re.findall(r"sha-?\d+", options.lower()) or ["sha-256"])[0]
        mic = mic_of(opened.covered, digest) if opened.covered is not None else None
        peer.say(received={
            "status": status, "fault": opened.fault, "message_id": named.get("message-id"), "form": opened.form,
            "digest": opened.digest, "cipher": opened.cipher, "mic": mic, "file_name": opened.file_name,
            "content": hashlib.sha256(opened.content).hexdigest() if opened.content is not None else None,
        })  # fmt: skip
        if "disposition-notification-to" not in named:
            return 200, {}, b"", None
        signed = "pkcs7-signature" in options
        content_type, body = self.receipt(named, disposition, mic, digest if signed else None)
        answer = {
            "AS2-Version": "1.2", "AS2-From": named["as2-to"], "AS2-To": named["as2-from"],
            "Message-ID": f"<{secrets.token_hex(12)}@openssl.partner.test>", "MIME-Version": "1.0", "Content-Type": content_type,
        }  # fmt: skip
        later = named.get("receipt-delivery-option")
        return (200, {}, b"", (later, answer, body)) if later else (200, answer, body, None)

    def receipt(self, named, disposition, mic, digest):
        boundary = f"=_report_{secrets.token_hex(8)}"
        mic_line = f"Received-Content-MIC: {mic}\r\n" if mic else ""
        content_type = f'multipart/report; report-type=disposition-notification; boundary="{boundary}"'
        body = (
            f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nThe message was received.\r\n"
            f"--{boundary}\r\nContent-Type: message/disposition-notification\r\n\r\n"
            f"Reporting-UA: openssl\r\nFinal-Recipient: rfc822; {self.options.name}\r\n"
            f"Original-Message-ID: {named['message-id']}\r\nDisposition: {disposition}\r\n{mic_line}"
            f"\r\n--{boundary}--\r\n"
        ).encode()
        if not digest:
            return content_type, body
        return self.sign(f"Content-Type: {content_type}\r\n\r\n".encode() + body, digest, False)

    def send(self, wish):
        content = peer.read(wish["file"])
        headers = (
            'Content-Type: application/edi-x12\r\nContent-Disposition: attachment; filename="order.x12"\r\n'
            "Content-Transfer-Encoding: binary\r\n\r\n"
        )
        entity, covered = headers.encode() + content, None
        for layer in wish["form"]:
            if layer == "C":
                covered = covered or entity
                entity = part(P7M.format("compressed-data"), compress(entity))
            elif layer == "S":
                covered = entity
                entity = join(*self.sign(entity, wish["digest"], wish.get("pss")))
            else:
                covered = covered or entity
                entity = part(P7M.format("enveloped-data"), self.encrypt(entity, wish))
        # RFC 4130, section 7.3.1: what is neither signed nor encrypted is covered without its headers.
        covered = covered or content
        head, body = cut(entity)
        message_id = f"<{secrets.token_hex(16)}@openssl.partner.test>"
        head |= {
            "AS2-Version": "1.2", "AS2-From": self.options.name, "AS2-To": self.options.gateway,
            "Message-ID": message_id, "Subject": "order",
        }  # fmt: skip
        if wish["receipt"] != "none":
            head["Disposition-Notification-To"] = "receipts@openssl.partner.test"
            if wish["signed_receipt"]:
                head["Disposition-Notification-Options"] = (
                    "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, " + wish["digest"]
                )
        if wish["receipt"] == "async":
            head["Receipt-Delivery-Option"] = f"http://127.0.0.1:{self.options.port}/receipt"
        http, headers, body = peer.post(self.options.gateway_url, head, body)
        sent = {"http": http, "message_id": message_id, "mic": mic_of(covered, wish["digest"])}
        if wish["receipt"] == "none" or http != 200:
            return sent
        if wish["receipt"] == "async":
            headers, body = self.wait_for_receipt()
        return sent | self.judged({name.lower(): value for name, value in headers}, body)

    def judged(self, named, body):
        fields = peer.receipt_fields(named["content-type"], body)
        digest = None
        if named["content-type"].startswith("multipart/signed"):
            report, signature = signed_parts(named["content-type"], body)
            digest = self.verify(report, signature)
        disposition = fields.get("Disposition", "")
        good = re.search(r";\s*processed\s*$", disposition) is not None
        return {
            "status": "processed" if good else "failed", "receipt_digest": digest, "disposition": disposition,
            "received_mic": fields.get("Received-Content-MIC"),
        }  # fmt: skip

    def run_openssl(self, *arguments, stdin=None):
        done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True)
        if done.returncode:
            raise Fault(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def sign(self, entity, digest, pss):
        how = ["-keyopt", "rsa_padding_mode:pss"] if pss else []
        der = self.run_openssl(
            "cms", "-sign", "-binary", "-md", digest.replace("-", ""), "-signer", self.options.cert, "-inkey", self.options.key,
            "-outform", "DER", *how, stdin=entity,
        )  # fmt: skip
        boundary = f"=_signed_{secrets.token_hex(8)}"
        body = b"".join([
            f"--{boundary}\r\n".encode(), entity, f"\r\n--{boundary}\r\n".encode(),
            b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            base64.encodebytes(der).replace(b"\n", b"\r\n"), f"--{boundary}--\r\n".encode(),
        ])  # fmt: skip
        kind = f'multipart/signed; protocol="application/pkcs7-signature"; micalg={digest}; boundary="{boundary}"'
        return kind, body

    def encrypt(self, entity, wish):
        how = ["-keyopt", "rsa_padding_mode:oaep"] if wish.get("oaep") else []
        stream = ["-stream"] if wish.get("stream") else []
        cipher = CIPHERS.get(wish["cipher"], f"-{wish['cipher'].removesuffix('-cbc') if 'cbc' in wish['cipher'] else wish['cipher']}")
        cipher = {"-aes-128": "-aes128", "-aes-192": "-aes192", "-aes-256": "-aes256"}.get(cipher, cipher)
        return self.run_openssl(
            "cms", "-encrypt", "-binary", cipher, "-outform", "DER", *stream, "-recip", self.options.gateway_cert, *how, stdin=entity
        )

    def decrypt(self, der):
        entity = self.run_openssl(
            "cms", "-decrypt", "-binary", "-inform", "DER", "-recip", self.options.cert, "-inkey", self.options.key, stdin=der
        )
        shown = self.run_openssl("cms", "-cmsout", "-print", "-inform", "DER", stdin=der).decode(errors="replace")
        found = re.search(r"contentEncryptionAlgorithm:\s*algorithm: (\S+)", shown)
        return entity, found.group(1) if found else None

    def verify(self, entity, der):
        """Verifies against the gateway's certificate and says the digest."""
        with tempfile.NamedTemporaryFile() as content:
            content.write(entity)
            content.flush()
            self.run_openssl(
                "cms", "-verify", "-binary", "-inform", "DER", "-content", content.name, "-CAfile", self.options.gateway_cert,
                "-certfile", self.options.gateway_cert, "-purpose", "any", "-out", os.devnull, stdin=der,
            )  # fmt: skip
        shown = self.run_openssl("cms", "-cmsout", "-print", "-inform", "DER", stdin=der).decode(errors="replace")
        return "sha-" + re.search(r"digestAlgorithms:\s*algorithm: sha(\d+)", shown).group(1)


class Opened:
    """A message with its layers taken off, outermost first; `form` is in the order they were put on."""

    def __init__(self, by, named, body):
        self.by, self.form, self.digest, self.cipher, self.fault = by, "", None, None, None
        self.covered = self.content = self.file_name = None
        names = ("content-type", "content-transfer-encoding", "content-disposition")
        head = "".join(f"{name}: {named[name]}\r\n" for name in names if name in named)
        self.entity, self.body_of_plain = head.encode() + b"\r\n" + body, body

    def judge(self):
        try:
            self.open()
        except Fault as fault:
            self.fault = str(fault)
            return "failed", "decryption-failed" if self.form.startswith("E") and len(self.form) == 1 else "authentication-failed"
        return "processed", None

    def open(self):
        while True:
            head, body = cut(self.entity)
            kind = head.get("Content-Type", "").lower()
            if kind.startswith("multipart/signed"):
                self.form = "S" + self.form
                inner, signature = signed_parts(head["Content-Type"], body)
                self.digest, self.covered, self.entity = self.by.verify(inner, signature), inner, inner
                continue
            if kind.startswith("application/pkcs7-mime"):
                der = base64.b64decode(body) if head.get("Content-Transfer-Encoding", "").lower() == "base64" else body
                if "compressed-data" in kind:
                    self.form = "C" + self.form
                    self.entity = decompress(der)
                else:
                    self.form = "E" + self.form
                    self.entity, self.cipher = self.by.decrypt(der)
                # Unsigned content is covered as it stands inside all layers (RFC 4130, section 7.3.1; RFC 5402, section 4.2).
                if "S" not in self.form:
                    self.covered = self.entity
                continue
            self.content = body
            if self.covered is None:
                self.covered = body
            self.file_name = email.message_from_bytes(self.entity[: len(self.entity) - len(body)]).get_filename()
            return


def mic_of(covered, digest):
    name = "sha-" + re.sub(r"\D", "", digest)
    value = base64.b64encode(hashlib.new(name.replace("-", ""), covered).digest()).decode()
    return f"{value}, {name}"


def part(content_type, body):
    return join(content_type, body, "Content-Transfer-Encoding: binary\r\n")


def join(content_type, body, more=""):
    return f"Content-Type: {content_type}\r\n{more}\r\n".encode() + body


def cut(entity):
    """Headers and body."""
    head, found, body = entity.partition(b"\r\n\r\n")
    if entity.startswith(b"\r\n"):
        return {}, entity[2:]
    if not found:
        raise Fault("no end of the MIME headers")
    parsed = email.message_from_bytes(head + b"\r\n\r\n")
    return {name.title(): " ".join(value.split()) for name, value in parsed.items()}, body


def signed_parts(content_type, body):
    """The first part byte by byte, and the signature in DER."""
    boundary = email.message_from_string(f"Content-Type: {content_type}\n\n").get_boundary().encode()
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    inner, signature = (piece.removeprefix(b"\r\n") for piece in pieces[1:3])
    head, content = cut(signature)
    return inner, base64.b64decode(content) if head.get("Content-Transfer-Encoding", "").lower() == "base64" else content


def tlv(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def compress(entity):
    content = tlv(0xA0, tlv(0x04, zlib.compress(entity)))
    data = tlv(0x02, b"\0") + tlv(0x30, ZLIB_OID) + tlv(0x30, DATA_OID + content)
    return tlv(0x30, COMPRESSED_OID + tlv(0xA0, tlv(0x30, data)))


def decompress(der):
    """The strings of the innermost OCTET STRING, joined, whatever the form of length."""
    if COMPRESSED_OID not in der or DATA_OID not in der:
        raise Fault("no compressed data")
    return zlib.decompress(octets(der[der.index(DATA_OID) + len(DATA_OID) :])[0])


def octets(at):
    """The content of the first value, constructed strings joined; and what follows it."""
    tag, length, start = at[0], at[1], 2
    if length & 0x80 and length != 0x80:
        start += length & 0x7F
        length = int.from_bytes(at[2:start], "big")
    if tag & 0x20 == 0:
        return at[start : start + length], at[start + length :]
    joined, rest = b"", at[start:] if length == 0x80 else at[start : start + length]
    while rest and not rest.startswith(b"\0\0"):
        piece, rest = octets(rest)
        joined += piece
    return joined, rest[2:] if length == 0x80 else at[start + length :]


if __name__ == "__main__":
    Openssl(peer.arguments()).run()
