// A server in Node with the official adapter for Redis pub/sub, which does what ServerNode.cs does.
// Arguments: a folder with the npm packages, Redis, port.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, redis, port] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

const pub = createClient({ url: `redis://${redis}` });
const sub = pub.duplicate();
await Promise.all([pub.connect(), sub.connect()]);

const http = createServer(async (request, response) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  await emit(Number(query.get("first")), Number(query.get("count")), Number(query.get("perSecond")));
  response.end();
});
// a cluster of its own, beside that of the other servers
const io = new Server(http, { adapter: createAdapter(pub, sub, { key: "node" }), perMessageDeflate: false });
http.listen(Number(port), "127.0.0.1", () => console.log("listening"));

async function emit(first, count, perSecond) {
  const started = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = perSecond === 0 ? sent + 100 : ((performance.now() - started) * perSecond) / 1000;
    for (; sent < Math.min(due, count); sent++) io.emit("n", String(first + sent).padStart(10, "0").padEnd(100, "x"));
    await new Promise((resolve) => (perSecond === 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}
