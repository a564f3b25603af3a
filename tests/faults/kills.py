#!/usr/bin/env python3
"""Kills a node again and again while people ask for resets and the mail server is bad."""

import random
import time

import common

asked = common.arguments(__doc__, seconds=60, contacts=200)
chance = random.Random(asked.seed)
post = common.MailServer(asked.seed, (70, 8, 5, 5, 7, 5))
shop = common.Installation(asked.database, post.port, asked.contacts)
try:
    node = common.Node(shop)
    node.start()
    asking = common.Asking([node.port], shop.people, asked.seconds * 4 / asked.contacts / 2)
    end, kills = time.monotonic() + asked.seconds, 0
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.1, 1.5))
        node.kill()
        kills += 1
        node.start()
    acknowledged = asking.end()
    post.calm = True
    shop.settled()
    print(f"{kills} kills")
    common.check(post, node.port, acknowledged, shop)
    node.kill()
finally:
    shop.close()
