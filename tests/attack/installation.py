"""An installation of the built program on loopback, for the attack programs: a
folder, a database, a mail server, customers. Python's standard library only.

Customers come through a proxy that is trusted (127.0.0.9) and names a network for
each of them; attackers come from 127.0.0.2 by themselves.
"""

import asyncio
import email
import email.policy
import http.client
import multiprocessing
import os
import pathlib
import queue
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

PROXY = "127.0.0.9"
STAFF = ("olivia@harbour.example", "corridor piano 77 lantern")
# Linux's number of it; Python names it since 3.12.
IP_BIND_ADDRESS_NO_PORT = 24
TEMPORARY = re.compile(r"\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}\b")


def binary():
    """The program that is attacked: TRADEPOST_BIN, or what was built last."""
    if "TRADEPOST_BIN" in os.environ:
        return os.path.abspath(os.environ["TRADEPOST_BIN"])
    root = pathlib.Path(__file__).resolve().parents[2]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    found = [path for kind in ("release", "debug") if (path := target / kind / "tradepost").exists()]
    if not found:
        raise SystemExit("there is no built program: cargo build, or set TRADEPOST_BIN")
    return str(found[0])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bound(source):
    """A socket at an address of this machine. Its port is chosen when it is connected:
    otherwise closed connections would use up the ports of all programs here."""
    unconnected = socket.socket()
    unconnected.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    unconnected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    unconnected.bind((source, 0))
    return unconnected


class Postbox:
    """A mail server that takes everything and remembers when. A process of its own,
    so that what it does isn't measured as somebody's answer."""

    def __init__(self):
        self.port, self.mails, self.turn = free_port(), [], threading.Lock()
        self.came, started = multiprocessing.Queue(), multiprocessing.Event()
        multiprocessing.Process(target=self._run, args=(started,), daemon=True).start()
        started.wait()

    def _run(self, started):
        async def serve():
            server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=1 << 20)
            started.set()
            await server.serve_forever()

        asyncio.run(serve())

    async def _talk(self, reader, writer):
        def say(line):
            writer.write(line.encode() + b"\r\n")

        to = []
        say("220 mail.test ESMTP")
        while line := await reader.readline():
            command = line.decode("latin-1").strip()
            verb = command[:4].upper()
            if verb == "RCPT":
                to.append(command[command.index("<") + 1 : command.index(">")].lower())
            if verb == "DATA":
                say("354 go on")
                await writer.drain()
                message = await reader.readuntil(b"\r\n.\r\n")
                self.came.put((time.monotonic(), to, message))
                to = []
            if verb == "QUIT":
                say("221 bye")
                await writer.drain()
                break
            say("250 ok")
            await writer.drain()
        writer.close()

    def all(self, patience=0.0):
        """Every mail so far; if none is new, once one came or the patience is over."""
        with self.turn:
            try:
                while True:
                    self.mails.append(self.came.get(timeout=patience))
                    patience = 0.0
            except queue.Empty:
                return list(self.mails)

    def wait(self, address, after, patience=60.0):
        """When the first mail to an address came after a moment, and its text; None if none did."""
        deadline, left = time.monotonic() + patience, 0.0
        while True:
            for at, to, message in self.all(max(0.0, min(left, 0.1))):
                if at >= after and address in to:
                    return at, text_of(message)
            left = deadline - time.monotonic()
            if left <= 0:
                return None


def text_of(message):
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    return part.get_content() if part else ""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def location(self):
        return self.headers.get("Location", "")


class Browser:
    """Someone's browser, on a connection it keeps."""

    def __init__(self, port, network=None):
        self.port, self.network, self.cookies = port, network, {}
        self.connection = None

    def _connect(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.connection.sock = bound(PROXY if self.network else "127.0.0.1")
        self.connection.sock.settimeout(60)
        self.connection.sock.connect(("127.0.0.1", self.port))

    def ask(self, method, path, fields=None):
        headers = {"Host": "shop.test", "Origin": "http://shop.test", "Accept-Language": "en"}
        if self.network:
            headers["X-Forwarded-For"] = self.network
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for again in (True, False):
            if self.connection is None:
                self._connect()
            try:
                self.connection.request(method, path, body, headers)
                raw = self.connection.getresponse()
                answer = Answer(raw.status, raw.headers, raw.read())
                break
            except (http.client.HTTPException, OSError):
                # A kept connection may have been closed meanwhile.
                self.connection.close()
                self.connection = None
                if not again:
                    raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, **fields):
        return self.ask("POST", path, fields)

    def sign_in(self, username, password):
        return self.post("/login", username=username, password=password)

    def forget_session(self):
        """Leaves what the browser is known by, and nothing else."""
        self.cookies = {name: value for name, value in self.cookies.items() if "known" in name}

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Customer:
    def __init__(self, shop, number):
        self.shop, self.username = shop, f"customer{number}"
        self.address = f"{self.username}@shop{number}.example"
        self.network = f"198.51.{100 + number // 250}.{number % 250 + 1}"
        self.password = f"trout {number} lamp of the harbour"

    def browser(self):
        return Browser(self.shop.port, self.network)

    def reset_by_operator(self):
        began = time.monotonic()
        self.shop.run("reset", self.username)
        came = self.shop.post.wait(self.address, began)
        return TEMPORARY.search(came[1]).group(0)

    def choose(self):
        """Takes an invitation, and keeps the browser that did."""
        self.known = self.browser()
        temporary = self.reset_by_operator()
        assert self.known.sign_in(self.username, temporary).location == "/password"
        chosen = self.known.post("/password", new_password=self.password, confirm_password=self.password)
        assert chosen.location == "/", (chosen.status, chosen.location)


class Shop:
    """A running installation with customers who have passwords."""

    def __init__(self, customers, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="tradepost-attack.")
        self.post, self.port, self.binary = Postbox(), free_port(), binary()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADEPOST_")}
        keys = {
            "HTTP__LISTEN": f"127.0.0.1:{self.port}",
            "HTTP__PUBLIC_URL": "http://shop.test",
            "HTTP__TRUSTED_PROXIES": PROXY,
            "DATABASE__URL": f"sqlite:{self.folder.name}/shop.db",
            "MAIL__SMTP_URL": f"smtp://127.0.0.1:{self.post.port}",
            "MAIL__FROM": "Harbour Wholesale <orders@harbour.example>",
            "INVITATION__USERNAME": "never",
            "LOG__LEVEL": "warn",
        }
        for name, value in {**keys, **settings}.items():
            self.environment[f"TRADEPOST_{name}"] = value
        self.run("init")
        self.add_staff(STAFF[0], "owner")
        self.customers = [Customer(self, number) for number in range(customers)]
        rows = ["account_number,retailer,territory,contact,email,username,website_access"]
        rows += [f"10{n},Shop {n},North,Person {n},{c.address},{c.username},yes" for n, c in enumerate(self.customers)]
        pathlib.Path(self.folder.name, "customers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        self.run("import", "customers", "customers.csv", "--new-territories")
        self.log = open(pathlib.Path(self.folder.name, "serve.log"), "wb")
        self.process = subprocess.Popen([self.binary, "serve"], cwd=self.folder.name, env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self._until_ready()
        for customer in self.customers:
            customer.choose()

    def add_staff(self, address, role):
        self.run("staff", "add", "--email", address, "--name", "Olivia Marsh", "--kind", "admin", "--role", role,
                 "--password-stdin", given=STAFF[1] + "\n")

    def run(self, *arguments, given=""):
        ran = subprocess.run([self.binary, *arguments], cwd=self.folder.name, env=self.environment, input=given,
                             capture_output=True, text=True, check=False)
        if ran.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def _until_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if Browser(self.port).get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise SystemExit("the program did not get ready: " + pathlib.Path(self.log.name).read_text(encoding="utf-8"))

    def memory_mib(self):
        """Memory now and at most, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        kib = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith("Vm")}
        return kib["VmRSS"] / 1024, kib["VmHWM"] / 1024

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
