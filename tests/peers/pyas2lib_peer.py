#!/usr/bin/env python3
"""pyas2lib as a partner that serves and sends (peer.py says how it is spoken to). GPL: a program of its own."""

import hashlib
import importlib.metadata

import peer
from pyas2lib.as2 import Mdn, Message, Organization, Partner

CIPHERS = {"3des": "tripledes_192_cbc", "aes-128-cbc": "aes_128_cbc", "aes-192-cbc": "aes_192_cbc", "aes-256-cbc": "aes_256_cbc"}


class Pyas2lib(peer.Peer):
    product = "pyas2lib"
    version = importlib.metadata.version("pyas2lib")

    def us(self):
        pem = peer.read(self.options.key) + peer.read(self.options.cert)
        return Organization(
            as2_name=self.options.name, sign_key=pem, decrypt_key=pem, domain="partner.test",
            mdn_url=f"http://127.0.0.1:{self.options.port}/receipt",
        )  # fmt: skip

    def them(self, **terms):
        certificate = peer.read(self.options.gateway_cert)
        # Pinned and self-signed: there is no chain to validate.
        return Partner(
            as2_name=self.options.gateway, verify_cert=certificate, encrypt_cert=certificate, validate_certs=False, **terms
        )

    def receive(self, headers, body):
        message = Message()
        find = lambda wanted: lambda name: wanted if name == wanted.as2_name else None
        status, (fault, _), receipt = message.parse(peer.raw(headers, body), find(self.us()), find(self.them()), lambda *_: False)
        peer.say(received={
            "status": status,
            "fault": str(fault) if fault else None,
            "message_id": message.message_id,
            "form": "".join(name for name, on in zip("CSE", (message.compressed, message.signed, message.encrypted)) if on),
            "digest": message.digest_alg,
            "cipher": message.enc_alg,
            "mic": message.mic.decode() if message.mic else None,
            "file_name": message.payload.get_filename(),
            "content": hashlib.sha256(message.content).hexdigest(),
            "text": message.content.decode("latin-1")[:100_000],
        })  # fmt: skip
        if receipt is None:
            return 200, {}, b"", None
        if receipt.mdn_mode == "SYNC":
            return 200, receipt.headers, receipt.content, None
        return 200, {}, b"", (receipt.mdn_url, receipt.headers, receipt.content)

    def send(self, wish):
        mode = {"none": None, "sync": "SYNC", "async": "ASYNC"}[wish["receipt"]]
        them = self.them(
            sign="S" in wish["form"], encrypt="E" in wish["form"], compress="C" in wish["form"],
            digest_alg=wish["digest"].replace("-", ""), enc_alg=CIPHERS[wish["cipher"]], mdn_mode=mode,
            mdn_digest_alg=wish["digest"].replace("-", "") if mode and wish["signed_receipt"] else None,
        )  # fmt: skip
        message = Message(sender=self.us(), receiver=them)
        message.build(peer.read(wish["file"]), filename="order.x12", content_type="application/edi-x12")
        http, headers, body = peer.post(self.options.gateway_url, message.headers, message.content)
        sent = {"http": http, "message_id": f"<{message.message_id}>", "mic": message.mic.decode() if message.mic else None}
        if mode is None or http != 200:
            return sent
        if mode == "ASYNC":
            headers, body = self.wait_for_receipt()
        receipt = Mdn()
        status, detail = receipt.parse(peer.raw(headers, body), lambda *_: message)
        content_type = next(value for name, value in headers if name.lower() == "content-type")
        fields = peer.receipt_fields(content_type, body)
        return sent | {
            "status": status, "detail": detail, "receipt_digest": receipt.digest_alg,
            "disposition": fields.get("Disposition"), "received_mic": fields.get("Received-Content-MIC"),
        }  # fmt: skip


if __name__ == "__main__":
    Pyas2lib(peer.arguments()).run()
