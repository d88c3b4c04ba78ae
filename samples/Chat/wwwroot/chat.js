"use strict";

const $ = (id) => document.getElementById(id);
const socket = io();

let me = null; // { id, name, room } as the server has it; kept over a reconnect
let people = []; // everyone, in all rooms
let recipient = null; // the person a private message goes to; null writes to the room
const typists = new Map(); // id -> name, of those who are typing

// --- connection

socket.on("connect", async () => {
  showStatus("connected");
  if (!me) return;
  if (await enter(me.name, me.room)) addSystemLine("You are back.");
});

socket.on("disconnect", () => {
  showStatus("reconnecting");
  clearTypists();
  selectRecipient(null);
});

socket.on("connect_error", () => showStatus("reconnecting"));

function showStatus(state) {
  $("status").dataset.state = state;
  $("status").textContent = state === "connected" ? "connected" : "reconnecting…";
  $("banner").hidden = state === "connected";
  $("send").disabled = $("join-room").disabled = state !== "connected";
}

// --- entering and rooms

// The acknowledgement; null when the connection was lost before it came.
function ask(event, ...args) {
  return socket.emitWithAck(event, ...args).catch(() => null);
}

async function enter(name, room) {
  const entered = await ask("enter", name, room);
  if (entered) settle(entered);
  return entered !== null;
}

async function switchTo(room) {
  if (room === me.room || !socket.connected) return;
  const moved = await ask("switch", room);
  if (!moved) return;
  $("log").replaceChildren();
  settle(moved);
  addSystemLine(`You are in ${moved.room}.`);
  $("message").focus();
}

function settle(person) {
  me = person;
  clearTypists();
  $("welcome").hidden = true;
  $("chat").hidden = false;
  $("room-title").textContent = "# " + me.room;
  showPeople();
}

$("welcome").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  if (!name) return;
  if (!(await enter(name, "lobby"))) return;
  addSystemLine(`Welcome, ${me.name}.`);
  $("message").focus();
});

$("room-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const room = $("room-name").value.trim();
  if (!room) return;
  $("room-name").value = "";
  switchTo(room);
});

// --- people

socket.on("people", (everyone) => {
  people = everyone;
  if (recipient && !people.some((person) => person.id === recipient.id)) selectRecipient(null);
  showPeople();
});

socket.on("joined", (person) => addSystemLine(`${person.name} came in.`));

socket.on("left", (person) => {
  setTyping(person, false);
  addSystemLine(`${person.name} left.`);
});

function showPeople() {
  if (!me) return;
  const rooms = new Map([["lobby", 0], [me.room, 0]]);
  for (const { room } of people) rooms.set(room, (rooms.get(room) ?? 0) + 1);
  $("rooms").replaceChildren(...[...rooms].sort().map(([room, count]) => {
    const item = button(room, String(count), () => switchTo(room));
    item.firstChild.setAttribute("aria-current", String(room === me.room));
    return item;
  }));

  const here = people.filter((person) => person.room === me.room).sort((a, b) => a.name.localeCompare(b.name));
  $("people").replaceChildren(...here.map((person) => {
    const isMe = person.id === me.id;
    const item = button(person.name, isMe ? "you" : "", () => selectRecipient(person));
    item.dataset.id = person.id;
    item.firstChild.disabled = isMe;
    if (!isMe) {
      item.firstChild.title = "Write privately to " + person.name;
      item.firstChild.setAttribute("aria-pressed", String(person.id === recipient?.id));
    }
    return item;
  }));
}

function button(text, note, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.append(textElement("span", text), textElement("small", note));
  element.addEventListener("click", onClick);
  const item = document.createElement("li");
  item.append(element);
  return item;
}

function selectRecipient(person) {
  recipient = person && person.id !== recipient?.id ? person : null;
  $("recipient").hidden = !recipient;
  $("recipient-name").textContent = recipient ? `Only to ${recipient.name}` : "";
  $("message").placeholder = recipient ? "Write privately" : "Write to everyone here";
  showPeople();
  if (recipient) $("message").focus();
}

$("recipient-clear").addEventListener("click", () => {
  selectRecipient(null);
  $("message").focus();
});

// --- messages

socket.on("message", (from, text) => {
  setTyping(from, false);
  addLine(from.name, text, from.id === me?.id ? "mine" : "");
});

socket.on("private", (from, to, text) => {
  const mine = from.id === me?.id;
  addLine(mine ? `to ${to.name}, privately` : `${from.name}, privately`, text, mine ? "mine private" : "private");
});

$("message-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("message").value.trim();
  if (!text || !socket.connected) return;
  $("message").value = "";
  tellTyping(false);
  const delivered = await (recipient ? ask("private", recipient.id, text) : ask("message", text));
  if (!delivered) addSystemLine("That message was not delivered.");
});

function addLine(who, text, kind) {
  const line = document.createElement("li");
  line.className = kind;
  line.append(textElement("span", who, "who"), textElement("span", text, "text"));
  append(line);
}

function addSystemLine(text) {
  append(textElement("li", text, "system"));
}

// Stays at the end, unless the reader has scrolled up.
function append(line) {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(line);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

// All text of people goes through here: it is text, never markup.
function textElement(tag, text, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

// --- typing

let told = false;
let pause;

function tellTyping(isTyping) {
  clearTimeout(pause);
  if (isTyping) pause = setTimeout(() => tellTyping(false), 3000);
  if (told === isTyping || !socket.connected) return;
  told = isTyping;
  socket.emit("typing", isTyping);
}

$("message").addEventListener("input", () => tellTyping($("message").value !== "" && !recipient));

socket.on("typing", setTyping);

function setTyping(person, isTyping) {
  if (isTyping) typists.set(person.id, person.name);
  else typists.delete(person.id);
  const names = [...typists.values()];
  $("typing").textContent = names.length === 0 ? "" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing…`;
}

function clearTypists() {
  typists.clear();
  told = false;
  $("typing").textContent = "";
}
