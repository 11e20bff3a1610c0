"""What the partners of other make have in common: they are programs that serve and send on request.

A peer listens on a port of loopback and keeps its files in a folder of its own. It prints one JSON object a line:

  {"ready": {"product", "version"}}            it listens
  {"received": {...}}                          a message came: what the product made of it
  {"receipt_sent": {"message_id", "http"}}     an asynchronous receipt was delivered
  {"sent": {...}}                              a message went out as asked, and its receipt was judged by the product

and reads one a line: {"file", "form", "digest", "cipher", "receipt", "signed_receipt"}. `form` names the layers in the
order they are put on: "" | S | E | C | SE | CS | SC | CSE | SCE | CE. It ends when its standard input does.
"""

import argparse
import email
import email.policy
import http.client
import http.server
import json
import os
import queue
import sys
import threading
import urllib.parse

TIMEOUT_SECONDS = 60
SAY = threading.Lock()


def say(**what):
    with SAY:
        print(json.dumps(what), flush=True)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True, help="where this peer keeps its files")
    parser.add_argument("--name", required=True, help="AS2 name of this peer")
    parser.add_argument("--cert", required=True, help="its certificate, PEM")
    parser.add_argument("--key", required=True, help="its private key, PEM")
    parser.add_argument("--gateway", required=True, help="AS2 name of the gateway")
    parser.add_argument("--gateway-url", required=True)
    parser.add_argument("--gateway-cert", required=True, help="its certificate, PEM")
    options = parser.parse_args()
    options.url = f"http://127.0.0.1:{options.port}/as2"
    os.makedirs(options.folder, exist_ok=True)
    return options


def read(path):
    with open(path, "rb") as file:
        return file.read()


def raw(headers, body):
    """A head and a body as one MIME message."""
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers) + b"\r\n" + body


def post(url, headers, body):
    """Header lines are unfolded: http.client would refuse them."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    headers = {name: " ".join(value.split()) for name, value in headers.items()}
    connection.request("POST", parts.path or "/", body=body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.getheaders(), content


def receipt_fields(content_type, body):
    """The machine-readable part of a receipt, whatever stands around it. Signatures are none of its business."""
    message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "message/disposition-notification":
            inner = part.get_payload()
            return inner[-1] if isinstance(inner, list) else email.message_from_string(inner)
    return {}


class Peer:
    """A product. `receive` gives (status, headers, body, later): `later` is (url, headers, body) of a receipt."""

    product = version = None

    def __init__(self, options):
        self.options = options
        self.receipts = queue.Queue()

    def receive(self, headers, body):
        raise NotImplementedError

    def send(self, wish):
        raise NotImplementedError

    def wait_for_receipt(self):
        """The asynchronous receipt, as (headers, body)."""
        return self.receipts.get(timeout=TIMEOUT_SECONDS)

    def start(self):
        """Listens in a thread of its own."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.options.port), handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self):
        pass

    def run(self):
        self.start()
        say(ready={"product": self.product, "version": self.version})
        try:
            for line in sys.stdin:
                try:
                    say(sent=self.send(json.loads(line)))
                except Exception as fault:  # the test shows it
                    say(sent={"fault": f"{type(fault).__name__}: {fault}"})
        finally:
            self.stop()


def handler(peer):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = self.body()
            headers = list(self.headers.items())
            if self.path == "/receipt":
                peer.receipts.put((headers, body))
                return self.answer(200, {}, b"")
            try:
                status, answer, content, later = peer.receive(headers, body)
            except Exception as fault:
                say(received={"fault": f"{type(fault).__name__}: {fault}"})
                status, answer, content, later = 500, {}, b"", None
            self.answer(status, answer, content)
            if later:
                status, _, _ = post(*later)
                say(receipt_sent={"http": status})

        def body(self):
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def answer(self, status, headers, content):
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "connection"):
                    self.send_header(name, " ".join(value.split()))
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

    return Handler
