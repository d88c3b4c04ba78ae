// Makes the messages of another parser unreadable: a random byte, and the message mixed with it.

import { Emitter } from "@socket.io/component-emitter";

function mix(bytes, key) {
  return Buffer.from(bytes.map((byte) => byte ^ key));
}

function seal(message) {
  const key = 1 + Math.floor(Math.random() * 255);
  return Buffer.concat([Buffer.from([key]), mix(Buffer.from(message), key)]);
}

function unseal(message) {
  const bytes = Buffer.from(message);
  return mix(bytes.subarray(1), bytes[0]);
}

// isText: whether the inner parser's packets are text; its attachments never are.
export function sealing(inner, isText) {
  class Encoder {
    #inner = new inner.Encoder();

    encode(packet) {
      return this.#inner.encode(packet).map(seal);
    }
  }

  class Decoder extends Emitter {
    #inner = new inner.Decoder();
    #attachments = 0;

    constructor() {
      super();
      this.#inner.on("decoded", (packet) => this.emit("decoded", packet));
    }

    add(message) {
      const plain = unseal(message);
      if (!isText || this.#attachments > 0) {
        this.#attachments--;
        this.#inner.add(plain);
        return;
      }
      const text = plain.toString();
      this.#attachments = Number(/^[56](\d+)-/.exec(text)?.[1] ?? 0);
      this.#inner.add(text);
    }

    destroy() {
      this.#inner.destroy();
    }
  }

  return { protocol: 5, Encoder, Decoder };
}
