#!/usr/bin/env python3
"""django-pyas2 as a partner that serves and sends (peer.py says how it is spoken to). GPL: a program of its own.

A Django project is written into the peer's folder; gunicorn serves it, messages are sent and asynchronous receipts are
delivered by the product's own management commands, and what came is read from its tables.
"""

import hashlib
import importlib.metadata
import io
import os
import subprocess
import sys
import threading
import time
import urllib.request

import peer

SETTINGS = """
import os
from pathlib import Path
BASE_DIR = Path({folder!r})
SECRET_KEY = os.urandom(16).hex()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "project_urls"
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages", "django.contrib.sessions", "pyas2"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {{"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}}}]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # 2.5 MB otherwise, and 400 to all that is larger
# Two processes write at once: without IMMEDIATE one of them is told that the database is locked.
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3", "OPTIONS": {{"timeout": 60, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}}}}}}
MEDIA_ROOT = BASE_DIR / "data"
USE_TZ = True
PYAS2 = {{"MDN_URL": "http://127.0.0.1:{port}/as2", "ASYNC_MDN_WAIT": 5}}  # no DATA_DIR: an absolute one is answered with 400
LOGGING = {{"version": 1, "disable_existing_loggers": False, "handlers": {{"file": {{"class": "logging.FileHandler", "filename": str(BASE_DIR / "pyas2.log")}}}}, "loggers": {{"pyas2": {{"handlers": ["file"], "level": "INFO", "propagate": False}}, "pyas2lib": {{"handlers": ["file"], "level": "INFO", "propagate": False}}}}}}
"""
URLS = """
from django.urls import path
from pyas2 import views
urlpatterns = [path("as2", views.ReceiveAs2Message.as_view(), name="as2-receive")]
"""
WSGI = """
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
CIPHERS = {"3des": "tripledes_192_cbc", "aes-128-cbc": "aes_128_cbc", "aes-192-cbc": "aes_192_cbc", "aes-256-cbc": "aes_256_cbc"}


class Django(peer.Peer):
    product = "django-pyas2"
    version = importlib.metadata.version("django-pyas2")

    def start(self):
        folder = os.path.abspath(self.options.folder)
        os.makedirs(os.path.join(folder, "data"))
        for name, text in (
            ("project_settings", SETTINGS.format(folder=folder, port=self.options.port)), ("project_urls", URLS), ("project_wsgi", WSGI),
        ):  # fmt: skip
            with open(os.path.join(folder, f"{name}.py"), "w") as file:
                file.write(text)
        os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
        sys.path.insert(0, folder)
        import django
        from django.core.management import call_command

        django.setup()
        self.command = call_command
        call_command("migrate", verbosity=0)
        self.register()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{self.options.port}", "-w", "1", "--threads", "4", "-t", "120",
             "--log-level", "warning", "project_wsgi"],
            cwd=folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + peer.TIMEOUT_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.options.port}/as2", timeout=5).read()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        threading.Thread(target=self.watch, daemon=True).start()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def register(self):
        from pyas2.models import Organization, Partner, PrivateKey, PublicCertificate

        key = PrivateKey.objects.create(name="own", key=peer.read(self.options.key) + peer.read(self.options.cert), key_pass="")
        self.us = Organization.objects.create(name="own", as2_name=self.options.name, encryption_key=key, signature_key=key)
        certificate = PublicCertificate.objects.create(name="gateway", certificate=peer.read(self.options.gateway_cert), verify_cert=False)
        self.them = Partner.objects.create(
            name="gateway", as2_name=self.options.gateway, target_url=self.options.gateway_url, subject="order",
            content_type="application/EDI-X12", encryption_cert=certificate, signature_cert=certificate, compress=False,
            encryption=None, signature=None, mdn=False,
        )  # fmt: skip

    def watch(self):
        """Tells of each message that came, and has the product send the asynchronous receipts that are due."""
        from pyas2.models import Mdn, Message

        told = set()
        while True:
            for message in Message.objects.filter(direction="IN").exclude(pk__in=told):
                if message.status != "E" and not message.payload:
                    continue
                told.add(message.pk)
                content = message.payload.read() if message.payload else None
                peer.say(received={
                    "status": "processed" if message.status in ("S", "P") else "failed", "fault": message.detailed_status,
                    "message_id": f"<{message.message_id}>",
                    "form": "".join(name for name, on in zip("CSE", (message.compressed, message.signed, message.encrypted)) if on),
                    "file_name": os.path.basename(message.payload.name) if message.payload else None,
                    "content": hashlib.sha256(content).hexdigest() if content is not None else None,
                })  # fmt: skip
            if Mdn.objects.filter(status="P").exists():
                self.command("manageas2server", async_mdns=True, stdout=io.StringIO())
            time.sleep(0.2)

    def send(self, wish):
        from pyas2.models import Message

        name = f"data/order-{time.monotonic_ns()}.x12"
        with open(os.path.join(self.options.folder, name), "wb") as file:
            file.write(peer.read(wish["file"]))
        them = self.them
        them.compress = "C" in wish["form"]
        them.signature = wish["digest"].replace("-", "") if "S" in wish["form"] else None
        them.encryption = CIPHERS[wish["cipher"]] if "E" in wish["form"] else None
        them.mdn = wish["receipt"] != "none"
        them.mdn_mode = {"none": None, "sync": "SYNC", "async": "ASYNC"}[wish["receipt"]]
        them.mdn_sign = wish["digest"].replace("-", "") if them.mdn and wish["signed_receipt"] else None
        them.save()
        before = set(Message.objects.filter(direction="OUT").values_list("pk", flat=True))
        self.command("sendas2message", self.options.name, self.options.gateway, os.path.basename(name), stdout=io.StringIO())
        them.compress, them.signature, them.encryption = False, None, None
        them.save()
        deadline = time.monotonic() + 30
        while True:
            message = Message.objects.filter(direction="OUT").exclude(pk__in=before).first()
            if message and message.status != "P" or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        if message is None:
            return {"fault": "the product sent nothing"}
        receipt = getattr(message, "mdn", None)
        # This product never compares the MIC: what its receipt says is read from the stored receipt.
        fields, content_type = {}, None
        if receipt is not None and receipt.payload:
            head = receipt.headers.read().decode() if receipt.headers else ""
            content_type = next((line[13:].strip() for line in head.splitlines() if line.lower().startswith("content-type:")), None)
            fields = peer.receipt_fields(content_type or "multipart/report", receipt.payload.read())
        return {
            "http": 200, "status": "processed" if message.status == "S" else message.status, "detail": message.detailed_status,
            "message_id": f"<{message.message_id}>", "mic": None, "receipt_digest": "verified" if receipt is not None and receipt.signed else None,
            "disposition": fields.get("Disposition"), "received_mic": fields.get("Received-Content-MIC"),
        }  # fmt: skip


if __name__ == "__main__":
    Django(peer.arguments()).run()
