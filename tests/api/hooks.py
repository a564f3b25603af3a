"""Who asks, and about whom: without it every request would end at the door, or at
an id of nothing. What is changed here depends on what was made up only, so that
it is the same each time."""

import json
import os
import re
import uuid

import requests
import schemathesis

KNOWN = json.loads(os.environ["TRADEPOST_WALK"])
IDS = {"retailers": KNOWN["retailer"], "contacts": KNOWN["contact"], "change-requests": KNOWN["request"]}
TOKENS = KNOWN["device_tokens"]
# A reset that was called back is over, whichever way.
OVER = {"cancelled", "used", "expired", "superseded", "bounced", "given_up"}
called_back = set()
# Someone else's device, for what signs out and revokes.
guest = {"token": None}


def ask(method, path, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, KNOWN["url"] + path, headers=headers, json=body, timeout=60)


@schemathesis.auth(refresh_interval=None)
class Tokens:
    """In turn, so that no device asks more often than it may."""

    def __init__(self):
        self.asked = 0

    def get(self, case, context):
        self.asked += 1
        path, method = case.operation.path, case.method.upper()
        if path.endswith("/contact-session") and method == "DELETE":
            return ask("POST", path, body=KNOWN["contact_sign_in"]).json()["token"]
        if "/contact-session" in path:
            return in_turn(KNOWN["contact_tokens"], self.asked)
        if "/devices" in path:
            return token_of_guest()
        return in_turn(TOKENS, self.asked)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def token_of_guest():
    if ask("GET", "/api/v1/me", guest["token"]).status_code != 200:
        typed = {**KNOWN["guest"], "device_name": "Guest"}
        guest["token"] = ask("POST", "/api/v1/devices", body=typed).json()["access_token"]
    return guest["token"]


def in_turn(tokens, number):
    return tokens[number % len(tokens)]


def often(value):
    """Three times of four."""
    return sum(str(value).encode()) % 4 != 0


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """An id is often the id of something that is there."""
    kind = context.operation.path.split("/")[3]
    known = {"id": IDS.get(kind), "reset": KNOWN["reset"]}
    if not path_parameters:
        return path_parameters
    return {name: there(value, known.get(name)) for name, value in path_parameters.items()}


def there(value, known):
    try:
        uuid.UUID(str(value))
    except ValueError:
        return value
    return known if known and often(value) else value


@schemathesis.hook
def map_query(context, query):
    """A cursor is often one that was given."""
    feed = context.operation.path.split("/")[-1]
    if query and feed in KNOWN["cursors"] and isinstance(query.get("since"), str) and often(query["since"]):
        return {**query, "since": KNOWN["cursors"][feed]}
    return query


@schemathesis.hook
def map_body(context, body):
    """Whoever signs in often knows how."""
    if not isinstance(body, dict) or context.operation.method.upper() != "POST":
        return body
    known = {
        "/api/v1/devices": KNOWN["guest"],
        "/api/v1/contact-session": KNOWN["contact_sign_in"],
    }.get(context.operation.path)
    if known and all(isinstance(body.get(name), str) for name in known) and often(body):
        return {**body, **known}
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    """A version is often the one that is there."""
    seen = (case.headers or {}).get("If-Match")
    if isinstance(seen, str) and re.fullmatch(r'"[0-9]{1,18}"', seen) and often(seen):
        contact = ask("GET", f"/api/v1/contacts/{KNOWN['contact']}", in_turn(TOKENS, len(seen)))
        assert contact.status_code == 200, contact.text
        case.headers["If-Match"] = contact.headers["ETag"]


@schemathesis.check
def what_was_called_back_is_over(context, response, case):
    """In place of "what was deleted is gone": deleting a reset calls it back, and
    it stays to say so."""
    if not case.operation.path.endswith("/resets/{reset}") or response.status_code != 200:
        return
    reset = response.json()
    if case.method.upper() == "DELETE":
        called_back.add(reset["id"])
    if reset["id"] in called_back:
        assert reset["state"] in OVER and reset["may_cancel"] is False, reset
