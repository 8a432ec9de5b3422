// The browser's camera: opened on request, released on pause, pictures as JPEG.
const WIDE = 1280, HIGH = 720, QUALITY = 0.82;

export class Camera {
  constructor(video) {
    this.video = video;
    this.stream = null;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.awake = null;
    document.addEventListener("visibilitychange", () => this.keepAwake());
  }

  // During training nobody touches a key for minutes: the screen must stay on with the camera.
  // The browser takes this back whenever the page is hidden.
  async keepAwake() {
    if (!this.on || document.visibilityState !== "visible") return;
    try {
      const awake = await navigator.wakeLock?.request("screen");
      await this.awake?.release();
      this.awake = awake ?? null;
      if (!this.on) this.letSleep(); // closed meanwhile
    } catch { /* not allowed: the screen goes dark as usual */ }
  }

  letSleep() {
    this.awake?.release();
    this.awake = null;
  }

  async open(id) {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new Error("This browser gives the page no camera: open it at 127.0.0.1, or start the server with --source.");
    const video = { width: { ideal: WIDE }, height: { ideal: HIGH }, frameRate: { ideal: 30 } };
    if (id) video.deviceId = { exact: id };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      throw new Error(words(error));
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.keepAwake();
    this.stream.getVideoTracks()[0].addEventListener("ended", () => this.onlost?.());
  }

  get on() { return this.stream !== null; }

  // What the system calls the camera in use.
  get label() { return this.stream?.getVideoTracks()[0]?.label ?? ""; }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.letSleep();
  }

  // Calls back with every new frame while the camera is on.
  follow(callback) {
    const stream = this.stream;
    const next = () => {
      if (this.stream !== stream) return;
      callback();
      if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(next);
      else requestAnimationFrame(next);
    };
    next();
  }

  // The newest frame as a JPEG, and as a bitmap to draw its landmarks on.
  async shoot() {
    const { videoWidth: w, videoHeight: h } = this.video;
    if (!w || !h) return null;
    const shrink = Math.min(1, WIDE / Math.max(w, h));
    this.canvas.width = Math.round(w * shrink);
    this.canvas.height = Math.round(h * shrink);
    this.context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const [bitmap, blob] = await Promise.all([
      createImageBitmap(this.canvas),
      new Promise((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY)),
    ]);
    return blob ? { blob, bitmap } : null;
  }

  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((d) => d.kind === "videoinput");
  }
}

function words(error) {
  const said = {
    NotAllowedError: "The camera is not allowed: allow it for this page (the icon beside the address), then start again.",
    NotFoundError: "There is no camera: connect one, then start again.",
    NotReadableError: "The camera is in use by another program (a video call?): close that, then start again.",
    OverconstrainedError: "That camera has gone: choose another.",
  };
  return said[error.name] ?? `The camera cannot be opened: ${error.message}`;
}
