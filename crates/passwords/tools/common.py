#!/usr/bin/env python3
"""Makes src/common.bin: fingerprints of the commonest passwords that pass the rest of the rule.

The lists come from registry packages (used: Django 5.2 and zxcvbn 4.5 for Python, and
@zxcvbn-ts/language-common 4.1 for JavaScript). From the crate's folder, in a shell:

    mkdir -p /tmp/lists && cd /tmp/lists
    pip download --no-deps django==5.2.19 zxcvbn==4.5.0
    npm pack @zxcvbn-ts/language-common@4.1.3
    cd - && python3 tools/common.py /tmp/lists/* > src/common.bin

The texts stay outside the repository. A fingerprint is the first 5 bytes of the SHA-256 of the
password in NFKC and lower case (see src/common.rs); the file holds them sorted, each once.
"""

import ast
import gzip
import hashlib
import json
import sys
import tarfile
import unicodedata
import zipfile

WIDTH = 5


def passwords(path):
    """The list in one package file."""
    if path.endswith(".tgz"):
        with tarfile.open(path) as package:
            return json.load(package.extractfile("package/src/passwords.json"))
    with zipfile.ZipFile(path) as package:
        if "django/contrib/auth/common-passwords.txt.gz" in package.namelist():
            text = gzip.decompress(package.read("django/contrib/auth/common-passwords.txt.gz"))
            return text.decode().split("\n")
        # `{"passwords": "one,two,…".split(","), …}`: read, not run.
        tree = ast.parse(package.read("zxcvbn/frequency_lists.py"))
        lists = next(node for node in ast.walk(tree) if isinstance(node, ast.Dict))
        lists = {key.value: call.func.value.value for key, call in zip(lists.keys, lists.values)}
        return lists["passwords"].split(",")


def passes(password):
    """Whether the rest of the rule lets it through: 8 characters, a letter, a digit."""
    letter = any(character.isalpha() for character in password)
    digit = any(unicodedata.category(character) == "Nd" for character in password)
    return len(password) >= 8 and letter and digit


def main(paths):
    common = {unicodedata.normalize("NFKC", line.strip()).lower() for path in paths for line in passwords(path)}
    common = sorted(filter(passes, common))
    prints = sorted({hashlib.sha256(password.encode()).digest()[:WIDTH] for password in common})
    print(f"{len(common)} passwords, {len(prints)} fingerprints", file=sys.stderr)
    sys.stdout.buffer.write(b"".join(prints))


main(sys.argv[1:])
