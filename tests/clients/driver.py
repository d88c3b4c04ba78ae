"""Drives python-socketio clients for the C# tests, by the lines of driver.mjs.

Of its operations it has those that the table of clients needs. The client tells no reason of a disconnect, so none is reported.
"""

import asyncio
import base64
import importlib.metadata
import json
import sys
import urllib.parse

import socketio

clients = {}


def write(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def to_wire(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$b64": base64.b64encode(value).decode()}
    return map_nested(value, to_wire)


def from_wire(value):
    if isinstance(value, dict) and "$b64" in value:
        return base64.b64decode(value["$b64"])
    return map_nested(value, from_wire)


def map_nested(value, convert):
    if isinstance(value, dict):
        return {key: convert(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [convert(item) for item in value]
    return value


def as_data(args):
    """What the client takes for several arguments: a tuple."""
    return tuple(from_wire(args))


class Client:
    def __init__(self, number):
        self.number = number
        self.acks = {}
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("connect", lambda: self.report("connect", self.socket.get_sid()))
        self.socket.on("connect_error", self.refused)
        self.socket.on("disconnect", lambda: self.report("disconnect", None))
        self.socket.on("*", self.received)

    def report(self, event, *args):
        write({"socket": self.number, "event": event, "args": to_wire(args), "lifecycle": True})

    def refused(self, error):
        known = error if isinstance(error, dict) else {"message": str(error)}
        self.report("connect_error", known.get("message"), known.get("data"))

    def received(self, event, *args):
        write({"socket": self.number, "event": event, "args": to_wire(args)})
        if event in self.acks:
            reply = self.acks[event]
            return tuple(args) if reply is None else as_data(reply)

    async def open(self, url, transports, query):
        try:
            await self.socket.connect(f"{url}?{urllib.parse.urlencode(query)}", transports=transports, wait_timeout=10)
        except socketio.exceptions.ConnectionError:
            pass  # connect_error told it


class Operations:
    async def open(self, socket, url, options):
        clients[socket] = client = Client(socket)
        client.opening = asyncio.ensure_future(client.open(url, **options))

    async def emit(self, socket, event, args):
        await clients[socket].socket.emit(event, as_data(args))

    async def emitWithAck(self, socket, event, args, timeout):
        reply = await clients[socket].socket.call(event, as_data(args), timeout=timeout / 1000)
        return to_wire(reply if isinstance(reply, tuple) else [reply])

    async def onAck(self, socket, event, reply):
        clients[socket].acks[event] = reply

    async def disconnect(self, socket):
        await clients[socket].socket.disconnect()

    async def state(self, socket):
        client = clients[socket].socket
        return {
            "id": client.get_sid(),
            "connected": client.connected,
            "recovered": False,
            "transport": client.transport() if client.connected else None,
            "engineId": client.eio.sid,
        }

    async def version(self):
        return importlib.metadata.version("python-socketio")

    async def release(self, socket):
        client = clients.pop(socket)
        client.opening.cancel()  # a refused connect waits for its timeout
        await client.socket.disconnect()


async def run(line):
    command = json.loads(line)
    number, name = command.pop("id"), command.pop("op")
    try:
        write({"id": number, "result": await getattr(Operations(), name)(**command)})
    except Exception as error:
        write({"id": number, "error": f"{type(error).__name__}: {error}"})


async def main():
    lines = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    write({"ready": True})
    running = set()
    while line := await lines.readline():
        task = asyncio.ensure_future(run(line))
        running.add(task)
        task.add_done_callback(running.discard)


asyncio.run(main())
