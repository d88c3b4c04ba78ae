// Gives a socket of socket.io-client 1 or 2 what the driver uses of a newer one.

export function modernize(socket) {
  socket.onAny = (listener) => {
    socket.onevent = ({ id, data }) => listener(...data, ...(id === undefined || id === null ? [] : [socket.ack(id)]));
  };
  socket.offAny = () => delete socket.onevent;
  socket.timeout = (milliseconds) => ({
    emit(event, ...args) {
      const done = args.pop();
      const timer = setTimeout(() => done(new Error("operation has timed out")), milliseconds);
      socket.emit(event, ...args, (...reply) => {
        clearTimeout(timer);
        done(null, ...reply);
      });
    },
  });

  // a refusal: a text, or the data of the server's error
  socket.on("error", (error) => socket.emit("connect_error", typeof error === "string" ? { message: error } : { data: error }));
}
