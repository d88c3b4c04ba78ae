// Drives stock socket.io-client sockets for the C# tests.
//
// One JSON command per line on stdin:  {"id": 1, "op": "emit", "socket": 7, ...}
// One JSON answer per line on stdout:  {"id": 1, "result": ...} or {"id": 1, "error": "text"}
// and what the sockets see:            {"socket": 7, "event": "name", "args": [...], "lifecycle": true}
//
// The caller chooses the socket numbers. Binary is {"$b64": "..."} at any depth, both ways; what else JSON has no word for is
// {"$date": "..."} and, from the caller, {"$undefined": true} and {"$json": "..."}, a JSON text. The option "parser" is a name. The option "client" is a
// version of socket.io-client, the newest unless given. Ends when stdin ends.

import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import io1 from "socket.io-client-1";
import io2 from "socket.io-client-2";
import io3 from "socket.io-client-3";
import io40 from "socket.io-client-4.0";
import msgpack from "socket.io-msgpack-parser";
import { modernize } from "./oldSocket.mjs";
import * as json from "socket.io-parser";
import * as plain from "./plainParser.mjs";
import { sealing } from "./sealingParser.mjs";
import { fromWire, toWire, write } from "./wire.mjs";

const sockets = new Map();
const clients = { 1: io1, 2: io2, 3: io3, "4.0": io40 };
const parsers = { json, msgpack, plain, sealedJson: sealing(json, true), sealedMsgpack: sealing(msgpack, false) };

function get(number) {
  const entry = sockets.get(number);
  if (!entry) throw new Error(`there is no socket ${number}`);
  return entry;
}

function watch(number, socket) {
  if ([...sockets.values()].some((entry) => entry.socket === socket)) {
    throw new Error("that namespace is already open on this connection");
  }

  modernize(socket);
  const acks = new Map();
  const report = (event, ...args) => write({ socket: number, event, args: toWire(args), lifecycle: true });

  socket.on("connect", () => report("connect", socket.id));
  socket.on("connect_error", (error) => report("connect_error", error.message ?? null, error.data));
  socket.on("disconnect", (reason, details) => report("disconnect", reason, describe(details)));
  socket.onAny((event, ...args) => {
    const ack = typeof args.at(-1) === "function" ? args.pop() : undefined;
    write({ socket: number, event, args: toWire(args), wantsAck: ack !== undefined });
    if (ack && acks.has(event)) ack(...(acks.get(event) ?? args));
  });

  // A manager outlives its sockets here, so what was added to it is remembered and removed.
  const manager = socket.io;
  const onManager = {
    open: () => {
      manager.engine.on("upgrade", (transport) => report("upgrade", transport.name));
      manager.engine.on("upgradeError", (error) => report("upgrade_error", error.message));
    },
    reconnect: (attempt) => report("reconnect", attempt),
    reconnect_attempt: (attempt) => report("reconnect_attempt", attempt),
    reconnect_failed: () => report("reconnect_failed"),
  };
  // A second socket joins a connection whose engine may be open already.
  if (manager.engine?.readyState === "open") onManager.open();
  for (const [name, listener] of Object.entries(onManager)) manager.on(name, listener);

  const forget = () => {
    for (const [name, listener] of Object.entries(onManager)) manager.off(name, listener);
    socket.off();
    socket.offAny();
  };
  sockets.set(number, { socket, acks, forget });
}

function describe(details) {
  if (details === undefined || details === null) return null;
  return details instanceof Error ? details.message : (details.description ?? String(details));
}

const operations = {
  open({ socket, url, options }) {
    const parser = parsers[options?.parser];
    const open = clients[options?.client] ?? io;
    watch(socket, open(url, { forceNew: true, reconnection: false, ...fromWire(options), ...(parser && { parser }) }));
  },

  openSocket({ socket, on, nsp, options }) {
    watch(socket, get(on).socket.io.socket(nsp, fromWire(options)));
  },

  emit({ socket, event, args, volatile }) {
    const target = get(socket).socket;
    (volatile ? target.volatile : target).emit(event, ...fromWire(args));
  },

  emitWithAck({ socket, event, args, timeout }) {
    return new Promise((resolve, reject) => {
      get(socket).socket.timeout(timeout).emit(event, ...fromWire(args), (error, ...reply) => {
        if (error) reject(error);
        else resolve(toWire(reply));
      });
    });
  },

  // reply: arguments to answer with; null: the arguments received; left out: no answer
  onAck({ socket, event, reply }) {
    const { acks } = get(socket);
    if (reply === undefined) acks.delete(event);
    else acks.set(event, reply === null ? null : fromWire(reply));
  },

  connect({ socket }) {
    get(socket).socket.connect();
  },

  disconnect({ socket }) {
    get(socket).socket.disconnect();
  },

  closeTransport({ socket }) {
    get(socket).socket.io.engine.close();
  },

  // without a close frame: the server sees a lost connection
  cutTransport({ socket }) {
    get(socket).socket.io.engine.transport.ws.terminate();
  },

  // sockets before 3.0 ping, so they are the ones that get pongs
  pongs({ socket, count }) {
    return new Promise((resolve) => {
      get(socket).socket.on("pong", () => --count === 0 && resolve());
    });
  },

  state({ socket: number }) {
    const { socket } = get(number);
    const engine = socket.io.engine;
    return {
      id: socket.id ?? null,
      connected: socket.connected,
      recovered: socket.recovered === true, // undefined when the server does not offer recovery
      transport: engine?.transport?.name ?? null,
      engineId: engine?.id ?? null,
    };
  },

  release({ socket }) {
    const entry = get(socket);
    sockets.delete(socket);
    entry.forget();
    entry.socket.disconnect();
  },
};

async function run(line) {
  const { id, op, ...command } = JSON.parse(line);
  try {
    if (!Object.hasOwn(operations, op)) throw new Error(`unknown operation ${op}`);
    write({ id, result: (await operations[op](command)) ?? null });
  } catch (error) {
    write({ id, error: error.message });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", run);
lines.on("close", () => process.exit(0));
write({ ready: true });
