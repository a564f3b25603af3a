#!/usr/bin/env python3
"""Gives a node a mail server that fails every other time, and then a good one."""

import time

import common

asked = common.arguments(__doc__, seconds=60, contacts=200)
post = common.MailServer(asked.seed, (40, 15, 10, 10, 10, 15))
shop = common.Installation(asked.database, post.port, asked.contacts)
try:
    node = common.Node(shop)
    node.start()
    asking = common.Asking([node.port], shop.people, asked.seconds * 4 / asked.contacts / 2)
    time.sleep(asked.seconds)
    acknowledged = asking.end()
    post.calm = True
    shop.settled()
    common.check(post, node.port, acknowledged, shop)
    again = [name for name in acknowledged if any(mail.taken for mail in post.to(name)[:-1])]
    if again:
        raise SystemExit(f"FAILED: mailed again after a mail that was taken: {again[:20]}")
    node.stop()
finally:
    shop.close()
