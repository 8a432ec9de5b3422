// The socket to the engine. Pictures: at most two on their way, always the newest.
const MAGIC = [0x53, 0x43, 0x46, 0x31]; // SCF1
const IN_FLIGHT = 2;
const STALLED_S = 1.5; // an answer that takes longer is not waited for

export class Link {
  constructor(handlers) {
    this.handlers = handlers;
    this.waiting = [];
    this.socket = null;
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/live`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => {
      if (this.socket === socket) this.socket = null;
      this.handlers.closed?.(event.code, event.reason);
    };
    this.socket = socket;
    this.waiting = [];
  }

  get ready() { return this.socket !== null && this.socket.readyState === WebSocket.OPEN; }

  say(command) {
    if (this.ready) this.socket.send(JSON.stringify(command));
  }

  // Whether a picture taken now would be processed soon.
  get free() {
    const now = performance.now() / 1000;
    this.waiting = this.waiting.filter((t) => now - t < STALLED_S);
    return this.ready && this.waiting.length < IN_FLIGHT && this.socket.bufferedAmount < 500_000;
  }

  async picture(blob, t) {
    this.waiting.push(t);
    const jpeg = new Uint8Array(await blob.arrayBuffer());
    const data = new Uint8Array(12 + jpeg.length);
    data.set(MAGIC, 0);
    new DataView(data.buffer).setFloat64(4, t, true);
    data.set(jpeg, 12);
    if (this.ready) this.socket.send(data);
  }

  close() { this.socket?.close(1000); this.socket = null; }

  #take(data) {
    if (typeof data === "string") { this.#handle(JSON.parse(data), null); return; }
    const length = new DataView(data).getUint32(0, true);
    const text = new TextDecoder().decode(new Uint8Array(data, 4, length));
    this.#handle(JSON.parse(text), new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }));
  }

  #handle(message, jpeg) {
    if (typeof message.sent === "number") this.waiting = this.waiting.filter((t) => t > message.sent);
    this.handlers[message.type]?.(message, jpeg);
  }
}
