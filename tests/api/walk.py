"""Starts a demo, signs devices and a contact in at its API, and has schemathesis
walk through it. Prints what schemathesis says and, last, what was counted."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
# A device may ask 600 times a minute.
DEVICES = 12
CONTACT_SESSIONS = 6
PASSWORD = "trout9lamp"
FEEDS = ["retailers", "contacts"]


class Api:
    def __init__(self, url):
        self.url = url

    def ask(self, method, path, body=None, token=None, key=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def page(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read().decode()


def start(folder):
    """The demo, its address, and how its owner and its support sign in."""
    demo = subprocess.Popen(
        [os.environ["TRADEPOST_BIN"], "demo", "--listen", "127.0.0.1:0", "--data", folder],
        stdout=subprocess.PIPE,
        text=True,
    )
    url, staff = "", []
    for line in demo.stdout:
        if found := re.search(r"Website\s+(\S+)/$", line):
            url = found[1]
        if found := re.match(r"  ((?:owner|support)@\S+)\s+(\S+)", line):
            staff.append({"email": found[1], "password": found[2]})
        if len(staff) == 2:
            return demo, Api(url), *staff
    raise SystemExit("the demo ended before it said how to sign in")


def devices(api, owner):
    def one(number):
        typed = {**owner, "device_name": f"Walk {number}"}
        return api.ask("POST", "/api/v1/devices", typed)

    return [one(number) for number in range(DEVICES)]


def ready(api, token):
    """A contact with a password of their own, and one whose reset is over."""
    contacts = api.ask("GET", "/api/v1/contacts?limit=1000", token=token)["items"]
    able = [one for one in contacts if one["access"]["state"] in ("not_invited", "active")]
    welcomed, other = able[0], able[1]
    api.ask("POST", f"/api/v1/contacts/{welcomed['id']}/resets", {}, token, "walk-welcome")
    temporary = mailed(api, welcomed["email"])
    sign_in = {"username": welcomed["username"], "password": temporary}
    session = api.ask("POST", "/api/v1/contact-session", sign_in)
    api.ask("PUT", "/api/v1/contact-session/password", {"password": PASSWORD}, session["token"])
    sign_in["password"] = PASSWORD
    sessions = [api.ask("POST", "/api/v1/contact-session", sign_in) for _ in range(CONTACT_SESSIONS)]
    resets = f"/api/v1/contacts/{other['id']}/resets"
    reset = api.ask("POST", resets, {}, token, "walk-over")["id"]
    api.ask("DELETE", f"{resets}/{reset}", token=token)
    asked = api.ask("POST", f"/api/v1/contacts/{other['id']}/change-requests", {"note": "Please"}, token, "walk-request")
    return {
        "contact": other["id"],
        "request": asked["id"],
        "retailer": other["retailer"],
        "reset": reset,
        "contact_sign_in": sign_in,
        "contact_tokens": [session["token"] for session in sessions],
        "cursors": {feed: api.ask("GET", f"/api/v1/{feed}?limit=5", token=token)["cursor"] for feed in FEEDS},
    }


def mailed(api, address):
    """The temporary password in the demo's inbox."""
    for _ in range(200):
        for path in re.findall(r'href="(/dev/inbox/\d+)"', api.page(f"/dev/inbox?q={address}")):
            if found := re.search(r"^((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})$", api.page(path), re.MULTILINE):
                return found[1]
        time.sleep(0.1)
    raise SystemExit("no temporary password was mailed")


def walk(api, known):
    environment = {
        **os.environ,
        "TRADEPOST_WALK": json.dumps({"url": api.url, **known}),
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", f"{api.url}/api/v1/openapi.json"]
    return subprocess.run(command, env=environment, cwd=known["folder"]).returncode


def main():
    with tempfile.TemporaryDirectory(prefix="tradepost-walk-") as folder:
        demo, api, owner, guest = start(folder)
        try:
            tokens = [one["access_token"] for one in devices(api, owner)]
            known = {"folder": folder, "guest": guest, "device_tokens": tokens}
            status = walk(api, {**known, **ready(api, tokens[0])})
        finally:
            demo.terminate()
            demo.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
