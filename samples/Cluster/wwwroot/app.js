// Shows which node this tab is on, and checks that everything arrives: each tick once, in order, none missing.
const $ = (id) => document.getElementById(id);
const animals = ["Otter", "Heron", "Lynx", "Robin", "Badger", "Ibis", "Marten", "Plover", "Beaver", "Swift", "Hare", "Stork"];
const tab = (sessionStorage.tab ??= `${animals[Math.floor(Math.random() * animals.length)]} ${Math.floor(10 + Math.random() * 90)}`);
const received = []; // what the list shows, oldest first
const said = new Set();
const counts = { ticks: 0, missing: 0, twice: 0, moves: 0 };
const mostRows = 100;
let node, lastTick, connectedAt, leftAt;
let tabs = [];

$("tab").textContent = tab;
document.title = `${tab} - Cluster`;

// nginx chooses the node by the tab's name, which goes with every request
const socket = io({ query: { tab }, retries: 10, ackTimeout: 3000, reconnectionDelay: 200, reconnectionDelayMax: 1000 });

socket.on("connect", () => {
  connectedAt = Date.now();
  if (!socket.recovered) lastTick = undefined; // what came before belongs to another session
  state("online");
});

socket.on("node", (name) => {
  const before = node;
  node = name;
  if (before) {
    counts.moves++;
    add({ move: true, before, node, away: `${((connectedAt - leftAt) / 1000).toFixed(1)} s`, recovered: socket.recovered });
  }
  show();
});

socket.on("disconnect", () => {
  leftAt = Date.now();
  state("offline");
});

socket.on("tick", (number, at) => {
  if (number <= lastTick) return count("twice");
  if (lastTick && number > lastTick + 1) {
    count("missing", number - lastTick - 1);
    add({ gap: true, from: lastTick + 1, to: number - 1 });
  }
  lastTick = number;
  count("ticks");
  const late = isLate(at);
  const newest = received.at(-1);
  if (newest?.to === number - 1 && newest.late === late && !newest.gap) {
    newest.to = number;
    write(newest);
  } else {
    add({ from: number, to: number, late });
  }
});

socket.on("said", (message, at) => {
  // its tab sent it again, since the node was killed before it could answer
  if (said.has(message.id)) return;
  said.add(message.id);
  add({ ...message, late: isLate(at) });
});

socket.on("tabs", (all) => {
  tabs = all;
  showTabs();
});

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  socket.emit("say", `${tab} ${Date.now()} ${Math.random()}`, new FormData($("say")).get("text"));
  $("say").reset();
});

// it was sent while this tab had no node
const isLate = (at) => leftAt !== undefined && at < connectedAt;

function count(name, more = 1) {
  counts[name] += more;
  show();
}

function show() {
  for (const [name, value] of Object.entries(counts)) {
    $(name).textContent = value.toLocaleString("en");
    $(name).classList.toggle("bad", value > 0 && (name === "missing" || name === "twice"));
  }
  $("node").textContent = node ?? "no node";
  $("node").dataset.node = node ?? "";
}

function state(text) {
  $("state").textContent = text;
  $("state").className = `pill ${text}`;
  $("node").classList.toggle("away", text === "offline");
}

function add(entry) {
  entry.row = document.createElement("li");
  write(entry);
  received.push(entry);
  $("received").prepend(entry.row);
  if (received.length > mostRows) received.shift().row.remove();
}

function write(entry) {
  const parts = [];
  if (entry.move) {
    const how = entry.recovered ? "recovered, nothing was missed" : "a new session";
    parts.push(badge(entry.before), " to ", badge(entry.node), span("text", ` after ${entry.away}: ${how}`));
  } else if (entry.text !== undefined) {
    parts.push(span("from", entry.tab === tab ? "you" : entry.tab), span("text", entry.text), span("by", "by "), badge(entry.node));
  } else {
    const many = entry.to > entry.from;
    const name = entry.gap ? "missing" : "tick";
    parts.push(span("text", many ? `${name}s ${entry.from} to ${entry.to}` : `${name} ${entry.from}`));
    if (many) parts.push(span("by", `${entry.to - entry.from + 1} in a row`));
  }
  if (entry.late) parts.push(span("tag", "sent while away"));
  entry.row.className = entry.gap ? "gap" : entry.move ? "move" : entry.text !== undefined ? "said" : "tick";
  entry.row.classList.toggle("late", entry.late === true);
  entry.row.replaceChildren(...parts);
}

function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

function badge(name) {
  const made = span("node small", name);
  made.dataset.node = name;
  return made;
}

// The nodes' processes, as the program sees them that has started them.
async function watchNodes() {
  for (;;) {
    try {
      const answer = await fetch("/nodes");
      if (answer.ok) showNodes(await answer.json());
    } catch {
      showNodes([]); // the whole sample was stopped
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

function showNodes(all) {
  const rows = $("nodes").children;
  if (rows.length !== all.length) $("nodes").replaceChildren(...all.map(makeNode));
  all.forEach((one, index) => {
    const row = rows[index];
    row.dataset.state = one.state;
    row.querySelector(".status").textContent =
      one.state === "down" ? `back in ${Math.ceil(one.startsInMs / 1000)} s` : one.state;
    const button = row.querySelector("button");
    button.textContent = one.state === "down" ? "Start" : "Kill";
    button.disabled = one.state === "starting";
    button.dataset.action = one.state === "down" ? "start" : "kill";
  });
  showTabs();
}

function makeNode({ name }) {
  const row = $("node-row").content.cloneNode(true).firstElementChild;
  row.dataset.name = name;
  const label = row.querySelector(".node");
  label.textContent = label.dataset.node = name;
  const button = row.querySelector("button");
  button.addEventListener("click", () => {
    button.disabled = true;
    fetch(`/nodes/${name}/${button.dataset.action}`, { method: "POST" });
  });
  return row;
}

function showTabs() {
  for (const row of $("nodes").children) {
    const here = row.dataset.state === "up" ? tabs.filter((one) => one.node === row.dataset.name).map((one) => one.name).sort() : [];
    row.querySelector(".tabs").replaceChildren(
      ...(here.length ? here.map((name) => span(name === tab ? "chip own" : "chip", name)) : [span("quiet", "no tabs")]));
  }
}

show();
watchNodes();
