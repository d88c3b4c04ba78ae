// The reference server, with the events that the load client knows: node server.mjs --port 3000, or bun server.mjs --port 3000.
import { Server } from "socket.io";

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const io = new Server({ transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  socket.on("fan", (text) => io.emit("fan", text));
  socket.on("echo", (text, ack) => ack(text));
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack(room);
  });
  socket.on("roomcast", (room, text) => io.to(room).emit("msg", text));
});

if (process.versions.bun) {
  const { Server: Engine } = await import("@socket.io/bun-engine");
  const engine = new Engine({ path: "/socket.io/" });
  io.bind(engine);
  Bun.serve({ ...engine.handler(), port, hostname: "127.0.0.1" });
} else {
  const { createServer } = await import("node:http");
  const http = createServer();
  io.attach(http);
  http.listen(port, "127.0.0.1");
}

// the load test holds the other end: no server outlives it
process.stdin.on("end", () => process.exit());
process.stdin.resume();
