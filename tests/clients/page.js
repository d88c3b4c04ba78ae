// One socket of whichever client the page has loaded, for the C# tests. Bytes are base64 to and from the tests.

const client = (() => {
  let socket, first;

  const call = (event, argument) => new Promise((resolve) => socket.emit(event, argument, resolve));
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
  const toBase64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

  // what happens at most once in a test, and perhaps before the test asks
  const watch = (name) => [name, new Promise((resolve) => socket.on(name, resolve))];

  return {
    open(options) {
      socket = io({ forceNew: true, reconnection: false, ...options });
      first = Object.fromEntries(["connect", "connect_error", "error", "disconnect", "news"].map(watch));
      for (const event of ["text", "bytes"]) socket.on(event, (argument, ack) => ack(argument));
    },

    async connected() {
      const message = await Promise.race([first.connect, this.refused()]);
      if (message) throw new Error(message);
    },

    // before 3.0 a refusal is an "error" that is the text
    refused: () => Promise.race([first.connect_error.then((error) => error.message), first.error]),

    echo: (text) => call("echo", text),
    reverse: async (text) => toBase64(await call("reverse", fromBase64(text))),
    firstNews: () => first.news,
    disconnect: () => void socket.disconnect(),
    disconnected: () => first.disconnect,
  };
})();
