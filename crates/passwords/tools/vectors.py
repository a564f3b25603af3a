#!/usr/bin/env python3
"""Makes tests/vectors/python.json: password hashes by the software that writes them, or next to it.

From the crate's folder, in a shell:

    python3 -m venv /tmp/vectors && /tmp/vectors/bin/pip install django==5.2.19 passlib==1.7.4 \\
        bcrypt==5.0.0 argon2-cffi==25.1.0 werkzeug==3.1.9 pynacl==1.6.2
    /tmp/vectors/bin/python tools/vectors.py > tests/vectors/python.json

Each says in `by` what made it. Where the original is written in PHP or .NET, no registry at hand
has it: then it is made by another library for the same scheme, or put together here of the
functions of the original's own building stones ("by hand"). Salts are fixed where that can be.
"""

import base64
import hashlib
import hmac
import html
import json

import bcrypt
import django
import nacl.pwhash
import werkzeug.security
from argon2.low_level import Type, hash_secret
from django.conf import settings
from django.contrib.auth import hashers
from passlib import hash as passlib

settings.configure()
django.setup()

ASCII = "trout9lamp"
COMPOSED = "Gr\u00fc\u00dfe 123 \u2728"
DECOMPOSED = "Gru\u0308\u00dfe 123 \u2728"
SPACES = "  two ends 7 "
LONG = "correct horse battery staple " * 3 + "9"
PASSWORDS = [ASCII, COMPOSED, DECOMPOSED, SPACES, LONG]
SALT = "seasalt9seasalt9"

vectors = []


def add(by, password, hash, **more):
    # Before, not behind: bcrypt looks at the first 72 bytes only.
    vectors.append({"by": by, "password": password, "wrong": "!" + password, "hash": hash, **more})


def ascii(raw):
    return base64.b64encode(raw).decode()


def by_bcrypt(password, prefix="2b", rounds=4):
    salt = bcrypt.gensalt(rounds, b"2b").replace(b"$2b$", f"${prefix}$".encode())
    # Since 5.0 the package refuses what bcrypt itself cuts.
    return bcrypt.hashpw(password[:72], salt).decode()


def of_bcrypt():
    for prefix in ("2a", "2b", "2y"):
        for password in PASSWORDS:
            add("bcrypt 5.0", password, by_bcrypt(password.encode(), prefix))
    add("bcrypt 5.0", ASCII, by_bcrypt(ASCII.encode(), "2y", 10))
    for password in PASSWORDS:
        trimmed = password.strip(" \t\n\r\0\x0b").encode()
        mac = hmac.digest(b"wp-sha384", trimmed, "sha384")
        add("by hand for WordPress 6.8, over bcrypt 5.0", password, "$wp" + by_bcrypt(base64.b64encode(mac), "2y"))


def addslashes(password):
    """PHP's: what WordPress hashes of whatever is set in a form."""
    slashed = {"'": "\\'", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
    return "".join(slashed.get(character, character) for character in password)


def of_word_press():
    for password in ("it's7quay", '7 "quays"', "back\\slash9", " d\u00e9j\u00e0 'vu' 7 "):
        for written in (addslashes(password), password):
            trimmed = written.strip(" \t\n\r\0\x0b").encode()
            mac = hmac.digest(b"wp-sha384", trimmed, "sha384")
            add("by hand for WordPress 6.8, over bcrypt 5.0", password, "$wp" + by_bcrypt(base64.b64encode(mac), "2y"))
            by = "by hand for WordPress 6.7, over passlib 1.7"
            add(by, password, passlib.phpass.using(salt="seasalt9", rounds=8).hash(written))


def of_django():
    pbkdf2 = hashers.PBKDF2PasswordHasher()
    pbkdf2_sha1 = hashers.PBKDF2SHA1PasswordHasher()
    scrypt = hashers.ScryptPasswordHasher()
    for password in PASSWORDS:
        add("Django 5.2", password, pbkdf2.encode(password, SALT, 1000))
        add("Django 5.2", password, pbkdf2_sha1.encode(password, SALT, 1000))
        add("Django 5.2", password, scrypt.encode(password, SALT, n=1024))
        add("Django 5.2", password, hashers.MD5PasswordHasher().encode(password, SALT))
        add("Django 5.2", password, hashers.BCryptSHA256PasswordHasher().encode(password, bcrypt.gensalt(4)))
    add("Django 5.2", ASCII, pbkdf2.encode(ASCII, SALT))
    add("Django 5.2", ASCII, scrypt.encode(ASCII, SALT))
    add("Django 5.2", ASCII, hashers.BCryptPasswordHasher().encode(ASCII, bcrypt.gensalt(4)))
    add("Django 5.2", ASCII, hashers.Argon2PasswordHasher().encode(ASCII, SALT))


def of_argon2():
    for kind in (Type.ID, Type.I, Type.D):
        for password in PASSWORDS:
            text = hash_secret(password.encode(), SALT.encode(), 2, 64, 1, 32, kind).decode()
            add("argon2-cffi 25.1", password, text)
    text = hash_secret(ASCII.encode(), SALT.encode(), 4, 65536, 1, 32, Type.ID).decode()
    add("argon2-cffi 25.1, at Laravel's cost", ASCII, text)


def of_passlib():
    by = "passlib 1.7"
    for password in PASSWORDS:
        for scheme in (passlib.pbkdf2_sha1, passlib.pbkdf2_sha256, passlib.pbkdf2_sha512):
            add(by, password, scheme.using(salt=SALT.encode(), rounds=1000).hash(password))
        add(by, password, passlib.scrypt.using(salt=SALT.encode(), rounds=10).hash(password))
        add(by, password, passlib.phpass.using(salt="seasalt9", rounds=8).hash(password))
        add(by, password, passlib.phpass.using(salt="seasalt9", rounds=8, ident="H").hash(password))
        add(by, password, passlib.ldap_salted_sha1.using(salt=b"seasalt9").hash(password))
        add(by, password, passlib.ldap_salted_md5.using(salt=b"seasalt9").hash(password))
        add(by, password, passlib.ldap_salted_sha256.using(salt=b"seasalt9").hash(password))
        add(by, password, passlib.ldap_salted_sha512.using(salt=b"seasalt9").hash(password))
        add(by, password, passlib.ldap_sha1.hash(password))
        add(by, password, passlib.ldap_md5.hash(password))
        add(by, password, passlib.django_salted_sha1.using(salt="seasalt9").hash(password))
        for name in ("md5", "sha1", "sha256", "sha512"):
            add(by, password, getattr(passlib, f"hex_{name}").hash(password), format=name)
    add(by, ASCII, passlib.phpass.using(salt="seasalt9", rounds=13).hash(ASCII))


def of_werkzeug():
    for password in PASSWORDS:
        for method in ("pbkdf2:sha256:1000", "pbkdf2:sha512:1000", "pbkdf2:sha1:1000", "scrypt:1024:8:1"):
            add("Werkzeug 3.1", password, werkzeug.security.generate_password_hash(password, method))
    add("Werkzeug 3.1", ASCII, werkzeug.security.generate_password_hash(ASCII))


def of_identity():
    """ASP.NET Identity version 3 as .NET 7 and later write it; earlier ones are in npm.json."""
    for password in PASSWORDS:
        rounds = 100_000 if password == ASCII else 1000
        key = hashlib.pbkdf2_hmac("sha512", password.encode(), SALT.encode(), rounds, 32)
        head = b"\x01" + b"".join(number.to_bytes(4, "big") for number in (2, rounds, 16))
        add("by hand for ASP.NET Identity of .NET 7", password, ascii(head + SALT.encode() + key))


def argon2id(secret, passes, memory, length=32):
    raw = nacl.pwhash.argon2id.kdf(length, secret, SALT.encode(), passes, memory)
    return raw.hex()


def of_magento():
    for password in PASSWORDS:
        salted = (SALT * 2 + password).encode()
        md5, sha256 = hashlib.md5(salted).hexdigest(), hashlib.sha256(salted).hexdigest()
        upgraded = hashlib.sha256((SALT * 2 + md5).encode()).hexdigest()
        by = "by hand for Magento 2"
        add(by, password, f"{md5}:{SALT * 2}:0")
        add(by, password, f"{sha256}:{SALT * 2}:1")
        add(by, password, f"{upgraded}:{SALT * 2}:0:1")
        by = "by hand for Magento 2, over PyNaCl 1.6"
        low = 8192 * 1024
        add(by, password, f"{argon2id(password.encode(), 1, low)}:{SALT * 2}:3_32_1_{low}")
        add(by, password, f"{argon2id(sha256.encode(), 1, low)}:{SALT * 2}:1:3_32_1_{low}")
        add(by, password, f"{argon2id(upgraded.encode(), 1, low)}:{SALT * 2}:0:1:3_32_1_{low}")
    usual = argon2id(ASCII.encode(), 2, 67108864)
    add(by, ASCII, f"{usual}:{SALT}:2")
    add(by, ASCII, f"{usual}:{SALT * 2}:3_32_2_67108864")


def of_shops():
    for name in ("md5", "sha1", "sha256", "sha512"):
        for password in PASSWORDS:
            first = hashlib.new(name, (SALT + password).encode()).hexdigest()
            last = hashlib.new(name, (password + SALT).encode()).hexdigest()
            add("hashlib", password, first, salt=SALT, format=f"{name}-salt-password")
            add("hashlib", password, last.upper(), salt=SALT, format=f"{name}-password-salt")
    add("hashlib", password, f"{last}:{SALT}", format="sha512-password-salt")
    for password in [*PASSWORDS, "<trout> & 'lamp' \"9\""]:
        # It hashes what PHP's htmlspecialchars made of the form.
        written = html.escape(password, quote=False).replace('"', "&quot;")
        digest = hashlib.sha1(written.encode()).hexdigest()
        for _ in range(2):
            digest = hashlib.sha1((SALT[:9] + digest).encode()).hexdigest()
        add("by hand for OpenCart", password, digest, salt=SALT[:9], format="opencart")


of_bcrypt()
of_word_press()
of_django()
of_argon2()
of_passlib()
of_werkzeug()
of_identity()
of_magento()
of_shops()
print("[" + ",\n".join(json.dumps(vector) for vector in vectors) + "]")
