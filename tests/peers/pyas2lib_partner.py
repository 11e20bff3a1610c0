#!/usr/bin/env python3
"""A partner made of pyas2lib: packs one file, posts it, and judges the receipt with pyas2lib's own code.

pyas2lib is GPL, so this is a program of its own, run as a process by the tests (`make tools` installs it under
.tools/python). It prints one JSON object:

  http          status of the HTTP answer
  status        what pyas2lib made of the receipt: "processed" when it verified, or a fault
  detail        the modifier or pyas2lib's explanation
  digest        digest algorithm of the receipt's signature, null when it was not signed
  mic           the MIC of what was sent, computed here
  received_mic  the MIC that the receipt carries
  message_id    of the message
"""

import argparse
import base64
import hashlib
import http.client
import json
import sys
import urllib.parse
from email import encoders
from email import message as email_message

from pyas2lib.as2 import Mdn, Message, Organization, Partner
from pyas2lib.utils import mime_to_bytes

CONTENT_TYPE = "application/edi-x12"
TIMEOUT_SECONDS = 60


def main():
    options = arguments()
    with open(options.file, "rb") as file:
        payload = file.read()
    message = Message(sender=us(options), receiver=them(options))
    message.build(payload, filename="order.x12", content_type=CONTENT_TYPE)
    mic = message.mic.decode() if message.mic else mic_of_unsigned(payload, options.digest)
    status, headers, body = post(options.url, message)
    verdict = judge(message, headers, body) if body else {"status": None, "detail": None}
    print(json.dumps({"http": status, "mic": mic, "message_id": message.message_id, **verdict}))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--url", required=True)
    parser.add_argument("--from", dest="sender", required=True, help="AS2 name of this partner")
    parser.add_argument("--to", dest="receiver", required=True, help="AS2 name of the gateway")
    parser.add_argument("--cert", required=True, help="certificate of this partner, PEM")
    parser.add_argument("--key", required=True, help="its private key, PEM")
    parser.add_argument("--gateway-cert", required=True, help="certificate of the gateway, PEM")
    parser.add_argument("--digest", default="sha256")
    parser.add_argument("--cipher", default="aes_256_cbc")
    parser.add_argument("--sign", action="store_true")
    parser.add_argument("--encrypt", action="store_true")
    return parser.parse_args()


def us(options):
    with open(options.key, "rb") as key, open(options.cert, "rb") as cert:
        pem = key.read() + cert.read()
    return Organization(as2_name=options.sender, sign_key=pem, decrypt_key=pem, domain="partner.test")


def them(options):
    with open(options.gateway_cert, "rb") as file:
        certificate = file.read()
    return Partner(
        as2_name=options.receiver,
        verify_cert=certificate,
        encrypt_cert=certificate,
        validate_certs=False,  # pinned and self-signed: there is no chain to build
        sign=options.sign,
        encrypt=options.encrypt,
        digest_alg=options.digest,
        enc_alg=options.cipher,
        mdn_mode="SYNC",
        mdn_digest_alg=options.digest,
    )


def mic_of_unsigned(payload, digest):
    """pyas2lib computes a MIC only over what it signs. Unsigned content has one too (RFC 4130, section 7.3.1): it is
    taken over the MIME part inside the envelope, which is rebuilt here with the headers that pyas2lib gives it."""
    part = email_message.Message()
    part.set_payload(payload)
    part.set_type(CONTENT_TYPE)
    encoders.encode_7or8bit(part)
    part.add_header("Content-Disposition", "attachment", filename="order.x12")
    del part["MIME-Version"]
    return base64.b64encode(hashlib.new(digest, mime_to_bytes(part)).digest()).decode()


def post(url, message):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    headers = {name: value.replace("\r\n", " ").replace("\n", " ") for name, value in message.headers.items()}
    connection.request("POST", parts.path, body=message.content, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheaders(), body


def judge(message, headers, body):
    raw = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers) + b"\r\n" + body
    receipt = Mdn()
    status, detail = receipt.parse(raw, lambda message_id, _: message if message_id == message.message_id else None)
    return {
        "status": status,
        "detail": detail,
        "digest": receipt.digest_alg,
        "received_mic": received_mic(receipt),
    }


def received_mic(receipt):
    if receipt.payload is None:
        return None
    for part in receipt.payload.walk():
        if part.get_content_type() == "message/disposition-notification":
            return part.get_payload()[-1].get("Received-Content-MIC")
    return None


if __name__ == "__main__":
    sys.exit(main())
