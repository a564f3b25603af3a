"""What the programs share: an installation, people who ask, and a bad mail server."""

import argparse
import asyncio
import email
import email.policy
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PATIENCE = 240


def arguments(description, seconds, contacts, databases=("sqlite", "postgres")):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=seconds, help="how long faults happen")
    parser.add_argument("--contacts", type=int, default=contacts, help="how many people there are")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    if len(databases) > 1:
        parser.add_argument("--database", choices=databases, default=databases[0])
    asked = parser.parse_args()
    asked.database = getattr(asked, "database", databases[0])
    print(f"{os.path.basename(sys.argv[0])}: seed {asked.seed}, {asked.seconds:g} s, {asked.contacts} contacts, {asked.database}", flush=True)
    return asked


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def until(what, ask, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.02)
    raise SystemExit(f"FAILED: waited {patience} s in vain: {what}")


class Installation:
    """A database and its configuration, and the commands on it."""

    def __init__(self, database, smtp_port, contacts):
        self.folder = tempfile.TemporaryDirectory()
        self.binary = os.path.abspath(os.environ["TRADEPOST_BIN"])
        url = f"sqlite:{self.folder.name}/shop.db"
        if database == "postgres":
            server, _ = os.environ["TRADEPOST_TEST_POSTGRES"].rsplit("/", 1)
            self.name = f"faults_{os.getpid()}"
            self.psql(f"create database {self.name} encoding 'UTF8' template template0")
            url = f"{server}/{self.name}"
        else:
            self.name = None
        self.settings = {
            "DATABASE__URL": url,
            "MAIL__SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "MAIL__FROM": "Harbour Wholesale <orders@harbour.example>",
            "SUPPLIER__NAME": "Harbour Wholesale",
            "INVITATION__USERNAME": "never",
            "PASSWORD__MEMORY_KIB": "1024",
            "HTTP__DRAIN": "0s",
            "HTTP__TRUSTED_PROXIES": "127.0.0.1",
            "SECURITY__KEY_FILE": f"{self.folder.name}/shop.key",
            "LOG__LEVEL": "warn",
        }
        self.done("init")
        self.people = [f"person{n:05}" for n in range(contacts)]
        with open(f"{self.folder.name}/people.csv", "w", encoding="utf-8") as file:
            file.write("account_number,retailer,territory,contact,email,username,website_access\n")
            for n, name in enumerate(self.people):
                file.write(f"{10000 + n},Shop {n},North,Person {n},{name}@shop{n}.example,{name},yes\n")
        self.done("import", "customers", f"{self.folder.name}/people.csv", "--new-territories")

    def psql(self, sql):
        url = os.environ["TRADEPOST_TEST_POSTGRES"]
        subprocess.run(["psql", "--quiet", "--dbname", url, "--command", sql], check=True)

    def environment(self, more=None):
        own = {name: value for name, value in os.environ.items() if not name.startswith("TRADEPOST_")}
        own.update({f"TRADEPOST_{name}": value for name, value in {**self.settings, **(more or {})}.items()})
        return own

    def done(self, *command):
        ran = subprocess.run([self.binary, *command], env=self.environment(), cwd=self.folder.name, capture_output=True, text=True)
        if ran.returncode:
            raise SystemExit(f"FAILED: {command}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def settled(self):
        until("everything is sent", lambda: self.done("outbox").startswith("Nothing waits"))

    def close(self):
        if self.name:
            self.psql(f"drop database {self.name} with (force)")
        self.folder.cleanup()


class Node:
    """`tradepost serve`."""

    def __init__(self, shop, port=None, more=None):
        self.shop, self.port, self.more = shop, port or free_port(), more or {}
        self.child = None

    def start(self):
        more = {"HTTP__LISTEN": f"127.0.0.1:{self.port}", **self.more}
        log = open(f"{self.shop.folder.name}/serve-{self.port}.log", "ab")
        self.child = subprocess.Popen([self.shop.binary, "serve"], env=self.shop.environment(more), cwd=self.shop.folder.name, stdout=log, stderr=log)
        log.close()
        until("the node is ready", self.ready)

    def ready(self):
        if self.child.poll() is not None:
            with open(f"{self.shop.folder.name}/serve-{self.port}.log", encoding="utf-8") as log:
                raise SystemExit(f"FAILED: serve ended: {log.read()[-2000:]}")
        try:
            return Visitor(self.port).get("/readyz") == 200
        except OSError:
            return False

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def ask_to_stop(self):
        self.child.send_signal(signal.SIGTERM)

    def stop(self):
        self.ask_to_stop()
        if self.child.wait(timeout=PATIENCE) != 0:
            raise SystemExit("FAILED: a stop ended in disorder")


class Visitor:
    """Somebody with a browser of their own, behind a proxy that names their address."""

    def __init__(self, port, address="198.51.100.1"):
        self.port, self.address = port, address

    def ask(self, method, path, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            headers = {"Origin": f"http://127.0.0.1:{self.port}", "X-Forwarded-For": self.address, "Connection": "close"}
            body = None
            if fields is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                body = urllib.parse.urlencode(fields)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("location") or ""
        finally:
            connection.close()

    def get(self, path):
        return self.ask("GET", path)[0]

    def forgets(self, name):
        """Whether the request was acknowledged."""
        try:
            return self.ask("POST", "/forgot-password", {"username": name})[0] == 303
        except (OSError, http.client.HTTPException):
            return False

    def signs_in(self, name, password):
        return self.ask("POST", "/login", {"username": name, "password": password}) == (303, "/password")


def address_of(number):
    """An address of a network of its own for each person."""
    return f"10.{number >> 8 & 255}.{number & 255}.7"


class Mail:
    def __init__(self, to, content):
        self.to, self.taken, self.at = to, False, time.monotonic()
        message = email.message_from_bytes(content, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        lines = [line.strip() for line in text.splitlines()]
        self.password = next((line for line in lines if re.fullmatch(r"(?=.*-)[A-Za-z0-9-]{11,}", line)), None)


class MailServer:
    """A mail server of the plainest kind that fails as the seed says. `weights` are those of taking a mail,
    of each fault, and of taking it late."""

    FAULTS = ("take", "refuse", "hang-up-at-once", "hang-up-before-the-dot", "hang-up-after-the-dot", "late")

    def __init__(self, seed, weights):
        self.chance, self.weights, self.mails, self.calm = random.Random(seed), weights, [], False
        self.port, self.loop, self.count = free_port(), asyncio.new_event_loop(), {}
        begun = threading.Event()
        threading.Thread(target=self.run, args=(begun,), daemon=True).start()
        begun.wait()

    def run(self, begun):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", self.port))
        begun.set()
        self.loop.run_forever()

    def decide(self):
        fault = "take" if self.calm else self.chance.choices(self.FAULTS, self.weights)[0]
        self.count[fault] = self.count.get(fault, 0) + 1
        return fault

    async def talk(self, reader, writer):
        try:
            await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def converse(self, reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        fault = self.decide()
        if fault == "hang-up-at-once":
            return
        await say("220 mail.test ESMTP")
        to = ""
        while line := (await reader.readline()).decode("ascii", "replace").strip():
            verb = line.split(" ")[0].upper()
            if verb == "RCPT":
                to = re.search("<(.*)>", line)[1]
                await say("451 4.3.0 come back later" if fault == "refuse" else "250 2.1.5 Ok")
            elif verb == "DATA":
                await say("354 go on")
                if fault == "hang-up-before-the-dot":
                    await reader.readline()
                    return
                content = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                mail = Mail(to, content)
                self.mails.append(mail)
                if fault == "hang-up-after-the-dot":
                    return
                if fault == "late":
                    await asyncio.sleep(self.chance.uniform(0.1, 1.0))
                mail.taken = True
                await say("250 2.0.0 Ok")
                fault = self.decide()
                if fault == "hang-up-at-once":
                    return
            elif verb == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 mail.test" if verb in ("EHLO", "HELO", "MAIL", "RSET", "NOOP") else "502 no")

    def to(self, name):
        return [mail for mail in list(self.mails) if mail.to.startswith(name + "@")]


class Asking:
    """People who ask for a reset, each once, and what was acknowledged."""

    def __init__(self, ports, people, pause):
        self.ports, self.people, self.pause = ports, people, pause
        self.acknowledged, self.ended = set(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(part,), daemon=True) for part in range(4)]
        for thread in self.threads:
            thread.start()

    def run(self, part):
        for number in range(part, len(self.people), 4):
            name = self.people[number]
            while not self.ended.is_set():
                port = self.ports[number % len(self.ports)]
                if Visitor(port, address_of(number)).forgets(name):
                    self.acknowledged.add(name)
                    break
                time.sleep(0.02)
            time.sleep(self.pause)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        return sorted(self.acknowledged)


def check(post, port, acknowledged, shop):
    """Every acknowledged reset was mailed, and what the last mail that was taken says works."""
    wrong = []
    for name in acknowledged:
        mails = post.to(name)
        taken = [mail for mail in mails if mail.taken]
        if not taken:
            wrong.append(f"{name}: acknowledged, and no mail was taken ({len(mails)} came)")
        elif not Visitor(port, address_of(shop.people.index(name))).signs_in(name, taken[-1].password):
            wrong.append(f"{name}: the last of {len(taken)} mails that were taken doesn't work")
    if wrong:
        raise SystemExit("FAILED:\n  " + "\n  ".join(wrong[:20]))
    faults = ", ".join(f"{name} {count}" for name, count in sorted(post.count.items()))
    print(f"{len(acknowledged)} acknowledged, {len(post.mails)} mails came, 0 lost; the mail server: {faults}", flush=True)
