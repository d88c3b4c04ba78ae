// A Socket.IO server in Node with one of the official adapters, for the C# tests of mixed clusters; or an emitter without one.
//
// The lines are those of driver.mjs. "start" comes first and returns the port; what the namespaces see is reported under the number
// that "start" gave. A target is {"nsp": "/", "rooms": [], "except": [], "flags": {}}, all of it optional.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { createAdapter as createPostgresAdapter } from "@socket.io/postgres-adapter";
import { Emitter as PostgresEmitter } from "@socket.io/postgres-emitter";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { Cluster, Redis } from "ioredis";
import pg from "pg";
import { createClient, createCluster } from "redis";
import { Server } from "socket.io";
import { fromWire, toWire, write } from "./wire.mjs";

let io;
let emitter;
let number;

const clients = {
  async redis(addresses) {
    const client = createClient({ url: `redis://${addresses[0]}` });
    return connect(client);
  },

  async "redis-cluster"(addresses) {
    return connect(createCluster({ rootNodes: addresses.map((address) => ({ url: `redis://${address}` })) }));
  },

  async ioredis(addresses) {
    return quiet(new Redis(`redis://${addresses[0]}`));
  },

  async "ioredis-cluster"(addresses) {
    return quiet(new Cluster(addresses));
  },

  async pg(addresses) {
    return quiet(new pg.Pool({ connectionString: addresses[0], max: 4 }));
  },
};

const adapters = {
  classic: async (pub, sub, options) => createAdapter(pub, await sub(), options),
  sharded: async (pub, sub, options) => createShardedAdapter(pub, await sub(), options),
  streams: async (pub, sub, options) => createStreamsAdapter(pub, options),
  postgres: async (pub, sub, options) => createPostgresAdapter(pub, { errorHandler: () => {}, ...options }),
};

const emitters = { pg: (pool, options) => new PostgresEmitter(pool, "/", options) };

function quiet(client) {
  client.on("error", () => {}); // the tests stop the service; the client reconnects
  return client;
}

async function connect(client) {
  await quiet(client).connect();
  return client;
}

function report(event, ...args) {
  write({ socket: number, event, args: toWire(args) });
}

function watch(namespace) {
  namespace.on("connection", (socket) => {
    Object.assign(socket.data, socket.handshake.auth.data);
    socket.join(socket.handshake.auth.rooms ?? []);
    socket.on("join", async (room, done) => {
      await socket.join(room);
      done();
    });
    socket.on("rooms", (done) => done([...socket.rooms]));
  });
  namespace.on("note", (...args) => report("note", namespace.name, ...args));
  namespace.on("question", (value, answer) => answer({ from: "node", value }));
}

function target({ nsp = "/", rooms = [], except = [], flags = {} }) {
  let broadcast = io.of(nsp).to(rooms).except(except);
  if (flags.volatile) broadcast = broadcast.volatile;
  if (flags.local) broadcast = broadcast.local;
  if (flags.compress !== undefined) broadcast = broadcast.compress(flags.compress);
  if (flags.timeout !== undefined) broadcast = broadcast.timeout(flags.timeout);
  return broadcast;
}

// the one for PostgreSQL forgets its options in "of"
function emitterOf(nsp) {
  return nsp === "/" ? emitter : emitter.of(nsp);
}

function emitterTarget({ nsp = "/", rooms = [], except = [], flags = {} }) {
  let broadcast = emitterOf(nsp).to(rooms).except(except);
  if (flags.volatile) broadcast = broadcast.volatile;
  if (flags.compress !== undefined) broadcast = broadcast.compress(flags.compress);
  return broadcast;
}

function describe(socket) {
  const { id, handshake, rooms, data } = socket;
  return { id, handshake, rooms: [...rooms], data };
}

// resolves with the error's text and what has come so far, as the callback gets them
function answers(emit) {
  return new Promise((resolve) => emit((error, replies) => resolve({ error: error?.message ?? null, replies: toWire(replies) })));
}

const operations = {
  async start({ socket, adapter, client, addresses, options, recovery, namespaces = ["/"] }) {
    number = socket;
    const open = clients[client];
    const pub = await open(addresses);
    const http = createServer();
    io = new Server(http, {
      adapter: await adapters[adapter](pub, () => open(addresses), options),
      ...(recovery && { connectionStateRecovery: {} }),
    });
    namespaces.forEach((name) => watch(io.of(name)));
    watch(io.of(/^\/dynamic-/));
    await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
    return http.address().port;
  },

  async startEmitter({ client, addresses, options }) {
    const open = emitters[client] ?? ((publisher) => new Emitter(publisher, options));
    emitter = open(await clients[client](addresses), options);
  },

  emit({ event, args, ...where }) {
    target(where).emit(event, ...fromWire(args));
  },

  // one after the other, to the rooms and to all in turns, each with its number
  emitMany({ event, count, ...where }) {
    for (let number = 0; number < count; number++) target(number % 3 === 0 ? where : { ...where, rooms: [] }).emit(event, number);
  },

  emitWithAck({ event, args, ...where }) {
    return answers((done) => target(where).emit(event, ...fromWire(args), done));
  },

  join({ names, ...where }) {
    target(where).socketsJoin(names);
  },

  leave({ names, ...where }) {
    target(where).socketsLeave(names);
  },

  disconnect({ close, ...where }) {
    target(where).disconnectSockets(close);
  },

  async fetch(where) {
    return toWire((await target(where).fetchSockets()).map(describe));
  },

  async emitToFetched({ event, args, timeout, ...where }) {
    const [socket] = await target(where).fetchSockets();
    return toWire(await socket.timeout(timeout).emitWithAck(event, ...fromWire(args)));
  },

  serverSideEmit({ nsp = "/", event, args }) {
    io.of(nsp).serverSideEmit(event, ...fromWire(args));
  },

  serverSideEmitWithAck({ nsp = "/", event, args }) {
    return answers((done) => io.of(nsp).serverSideEmit(event, ...fromWire(args), done));
  },

  async allRooms({ nsp = "/" }) {
    return [...(await io.of(nsp).adapter.allRooms())];
  },

  count({ nsp = "/" }) {
    return io.of(nsp).adapter.serverCount();
  },

  emitterEmit({ event, args, ...where }) {
    emitterTarget(where).emit(event, ...fromWire(args));
  },

  emitterJoin({ names, ...where }) {
    emitterTarget(where).socketsJoin(names);
  },

  emitterLeave({ names, ...where }) {
    emitterTarget(where).socketsLeave(names);
  },

  emitterDisconnect({ close, ...where }) {
    emitterTarget(where).disconnectSockets(close);
  },

  emitterServerSideEmit({ nsp = "/", event, args }) {
    emitterOf(nsp).serverSideEmit(event, ...fromWire(args));
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
