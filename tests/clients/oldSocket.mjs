// Gives a socket of an older socket.io-client what the driver uses of a newer one.

export function modernize(socket) {
  if (!socket.onAny) watchAll(socket);
  if (!socket.timeout) giveUpInTime(socket);
}

// before 3.0
function watchAll(socket) {
  socket.onAny = (listener) => {
    socket.onevent = ({ id, data }) => listener(...data, ...(id === undefined || id === null ? [] : [socket.ack(id)]));
  };
  socket.offAny = () => delete socket.onevent;

  // a refusal: a text, or the data of the server's error
  socket.on("error", (error) => socket.emit("connect_error", typeof error === "string" ? { message: error } : { data: error }));
}

// before 4.4
function giveUpInTime(socket) {
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
}
