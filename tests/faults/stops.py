#!/usr/bin/env python3
"""Stops and starts two nodes in turn behind a balancer that asks /readyz and keeps its connections."""

import http.client
import threading
import time

import common

asked = common.arguments(__doc__, seconds=60, contacts=200, databases=("postgres",))
# It takes every mail, half of them late: many are being handed over at a stop.
post = common.MailServer(asked.seed, (50, 0, 0, 0, 0, 50))
shop = common.Installation(asked.database, post.port, asked.contacts)


class Balancer:
    """Keeps a connection to each node and uses the nodes that say that they are ready, in turn."""

    def __init__(self, nodes):
        self.nodes, self.ready, self.kept, self.turn = nodes, {}, {}, 0
        self.asked, self.failed, self.ended = 0, [], threading.Event()
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self.look, self.use)]
        for thread in self.threads:
            thread.start()

    def look(self):
        while not self.ended.is_set():
            for node in self.nodes:
                try:
                    self.ready[node.port] = common.Visitor(node.port).get("/readyz") == 200
                except (OSError, http.client.HTTPException):
                    self.ready[node.port] = False
            time.sleep(0.05)

    def use(self):
        while not self.ended.is_set():
            ready = [port for port, is_ready in self.ready.items() if is_ready]
            if not ready:
                time.sleep(0.01)
                continue
            self.turn += 1
            self.request(ready[self.turn % len(ready)])

    def request(self, port):
        connection = self.kept.pop(port, None) or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.asked += 1
        try:
            connection.request("GET", "/login")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.failed.append(f"status {answer.status}")
            if answer.getheader("connection") != "close":
                self.kept[port] = connection
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(repr(error))

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


try:
    nodes = [common.Node(shop, more={"HTTP__DRAIN": "1s"}) for _ in range(2)]
    for node in nodes:
        node.start()
    balancer = Balancer(nodes)
    asking = common.Asking([node.port for node in nodes], shop.people, asked.seconds * 4 / asked.contacts / 2)
    end, stops = time.monotonic() + asked.seconds, 0
    while time.monotonic() < end:
        for node in nodes:
            node.stop()
            node.start()
            stops += 1
            time.sleep(0.3)
    balancer.end()
    acknowledged = asking.end()
    shop.settled()
    print(f"{stops} stops; {balancer.asked} requests through the balancer, {len(balancer.failed)} failed")
    if balancer.failed:
        raise SystemExit(f"FAILED: {balancer.failed[:20]}")
    common.check(post, nodes[0].port, acknowledged, shop)
    twice = [name for name in acknowledged if len(post.to(name)) != 1]
    if twice:
        raise SystemExit(f"FAILED: not mailed once: {twice[:20]}")
    for node in nodes:
        node.stop()
finally:
    shop.close()
