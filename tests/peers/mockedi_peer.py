#!/usr/bin/env python3
"""mock-edi as a partner that serves and sends (peer.py says how it is spoken to). It knows plain AS2 only.

mock-edi is started as it is, on its own port; what it received, answered and delivered is read from its own pages. As a
sender it places an order of its own making: the wished file is not sent.
"""

import http.client
import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import time

import peer


class MockEdi(peer.Peer):
    product = "mock-edi"
    version = importlib.metadata.version("mock-edi")

    def start(self):
        self.process = subprocess.Popen(
            [os.path.join(os.path.dirname(sys.executable), "mock-edi"), "--port", str(self.options.port), "--as2-id",
             self.options.name, "-q"],
            cwd=self.options.folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + peer.TIMEOUT_SECONDS
        while True:
            try:
                self.ask("GET", "/_mock/health")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        # NORTHWIND is one of the partners it begins with.
        self.ask("PATCH", f"/_mock/partners/{self.options.gateway}", {"as2_url": self.options.gateway_url})
        threading.Thread(target=self.watch, daemon=True).start()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=peer.TIMEOUT_SECONDS)
        content = json.dumps(body).encode() if body is not None else None
        connection.request(method, path, body=content, headers={"Content-Type": "application/json"} if content else {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return json.loads(text) if text else None

    def mdns(self, direction):
        found = self.ask("GET", "/_mock/mdns")
        found = found.get("mdns", found) if isinstance(found, dict) else found
        return [mdn for mdn in found if mdn.get("direction") == direction]

    def watch(self):
        """Tells of each message that it gave a receipt for."""
        told = set()
        while True:
            try:
                for mdn in self.mdns("out"):
                    if mdn["id"] not in told:
                        told.add(mdn["id"])
                        peer.say(received={
                            "status": "processed" if "error" not in mdn["disposition"].lower() else "failed",
                            "message_id": mdn.get("original_id") or mdn.get("original_message_id"), "form": "",
                            "mic": mdn.get("mic"), "disposition": mdn["disposition"],
                        })  # fmt: skip
            except OSError:
                return
            time.sleep(0.1)

    def send(self, wish):
        before = len(self.mdns("in"))
        order = {"partner": self.options.gateway, "lines": [{"sku": "WIDGET-001", "quantity": "100", "uom": "EA", "price": "12.50"}]}
        placed = self.ask("POST", "/_mock/purchase", order)
        self.ask("POST", "/_mock/deliver", {})
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = self.mdns("in")
            if len(found) > before:
                mdn = found[0] if found[0]["id"] > found[-1]["id"] else found[-1]
                good = mdn["disposition"].strip().endswith("; processed")
                return {"http": 200, "status": "processed" if good else "failed", "disposition": mdn["disposition"],
                        "received_mic": mdn.get("mic"), "mic": None, "receipt_digest": None}  # fmt: skip
            time.sleep(0.1)
        return {"fault": f"no receipt: {placed} {self.ask('GET', '/_mock/outbox')}"}


if __name__ == "__main__":
    MockEdi(peer.arguments()).run()
