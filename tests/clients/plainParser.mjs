// A wire format of the tests' own: a packet is its type, its namespace, its id or nothing, and its data as JSON, with spaces between.
//
//   2 /chat 7 ["hello",1]

import { Emitter } from "@socket.io/component-emitter";

export const protocol = 5;

export class Encoder {
  encode({ type, nsp, id, data }) {
    return [`${type} ${nsp} ${id ?? ""} ${data === undefined ? "" : JSON.stringify(data)}`];
  }
}

export class Decoder extends Emitter {
  add(packet) {
    const [, type, nsp, id, data] = /^(\d) (\S+) (\d*) (.*)$/s.exec(packet);
    this.emit("decoded", {
      type: Number(type),
      nsp,
      id: id === "" ? undefined : Number(id),
      data: data === "" ? undefined : JSON.parse(data),
    });
  }

  destroy() {}
}
