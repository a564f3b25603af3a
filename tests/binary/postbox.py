"""The mail server of the tests: an independent one, aiosmtpd.

Each message becomes a file N.eml, its envelope N.json. While a file "hold"
is there, the server has taken a message but does not say so yet; while a file
"refuse" is there, it turns every message away for now.
"""

import asyncio
import json
import os
import sys

from aiosmtpd.smtp import SMTP

folder, port = sys.argv[1], int(sys.argv[2])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if os.path.exists(os.path.join(folder, "refuse")):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        number = sum(1 for name in os.listdir(folder) if name.endswith(".eml"))
        name = os.path.join(folder, f"{number:04}")
        facts = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        with open(name + ".json", "w", encoding="utf-8") as file:
            json.dump(facts, file)
        with open(name + ".partial", "wb") as file:
            file.write(envelope.original_content)
        os.rename(name + ".partial", name + ".eml")
        while os.path.exists(os.path.join(folder, "hold")):
            await asyncio.sleep(0.01)
        return f"250 2.0.0 Ok: queued as {number}"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="mail.test"), "127.0.0.1", port)
    print("listening", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
