// One page for shops and drivers. What it has received it keeps, and says so by the callback only then.
const $ = (id) => document.getElementById(id);
const steps = ["ready", "picked up", "delivered"];
const query = new URLSearchParams(location.search);
let me, orders, socket;
let opened = Date.now();
let missed = 0;

if (query.get("name")) start(query.get("role") === "driver" ? "driver" : "shop", query.get("name"));

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = new FormData($("enter")).get("name").trim();
  history.replaceState(null, "", "?" + new URLSearchParams({ role: event.submitter.value, name }));
  start(event.submitter.value, name);
});

$("order").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData($("order"));
  socket.emit("ready", { id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), shop: me.name, what: form.get("what"), where: form.get("where") });
  $("order").reset();
});

function start(role, name) {
  me = { role, name };
  orders = JSON.parse(localStorage.getItem(key()) ?? "{}");
  $("enter").hidden = true;
  $("work").hidden = false;
  $("order").hidden = role !== "shop";
  $("who").textContent = name;
  $("role").textContent = role;
  document.title = `${name} - Deliveries`;
  show();
  connect();
}

function connect() {
  socket = io({ auth: me, retries: 10, ackTimeout: 3000, reconnectionDelayMax: 1000 });
  socket.on("connect", () => state("online"));
  socket.on("disconnect", () => {
    opened = Date.now();
    missed = 0;
    state("offline");
  });
  socket.on("ready", (order, meta, received) => happened(meta, received, () => {
    if (me.role === "driver" || order.shop === me.name) orders[order.id] ??= { ...order, step: 0 };
    return order.id;
  }));
  socket.on("picked up", (id, driver, meta, received) => happened(meta, received, () => reach(id, 1, driver)));
  socket.on("delivered", (id, meta, received) => happened(meta, received, () => reach(id, 2)));
}

function reach(id, step, driver) {
  const order = orders[id];
  if (order) Object.assign(order, { step: Math.max(order.step, step) }, driver && { driver });
  return id;
}

// It may come twice, and then changes nothing.
function happened(meta, received, apply) {
  const id = apply();
  const order = orders[id];
  if (order) {
    order.at = meta.sequence;
    order.isNew = Date.parse(meta.at) < opened;
    if (order.isNew && !meta.redelivered) missed++;
  }
  localStorage.setItem(key(), JSON.stringify(orders));
  received();
  show();
}

function show() {
  $("away").hidden = missed === 0;
  $("away").textContent = missed === 1 ? "One thing happened while you were away." : `${missed} things happened while you were away.`;
  const all = Object.values(orders).filter(isMine).sort((a, b) => a.step - b.step || b.at - a.at);
  $("none").hidden = all.length > 0;
  $("orders").replaceChildren(...all.map(row));
}

// A driver does not see what others deliver.
const isMine = (order) => me.role === "shop" || order.step === 0 || order.driver === me.name;

function row(order) {
  const item = $("row").content.cloneNode(true).firstElementChild;
  item.classList.toggle("new", order.isNew === true);
  item.querySelector(".what").textContent = order.what;
  item.querySelector(".where").textContent = me.role === "driver" ? `${order.shop} to ${order.where}` : order.where;
  item.querySelectorAll(".steps li").forEach((step, index) => step.classList.toggle("reached", index <= order.step));
  item.querySelector(".by").textContent = order.driver ? `by ${order.driver}` : "waits for a driver";
  const next = steps[order.step + 1];
  const button = item.querySelector("button");
  button.hidden = me.role !== "driver" || !next;
  button.textContent = next === "picked up" ? "Pick up" : "Delivered";
  button.addEventListener("click", () => socket.emit(next, order.id));
  return item;
}

function state(text) {
  $("state").textContent = text;
  $("state").className = text;
}

function key() {
  return `${me.role} ${me.name}`;
}
