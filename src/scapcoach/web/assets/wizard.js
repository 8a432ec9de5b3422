// The guided calibration: shows the card that the engine's own state machine gives.
const byId = (id) => document.getElementById(id);
const ARROWS = { nearer: ["to-front", "closer"], back: ["to-back", "back"], turn: ["turn", "turn"], up: ["to-back", "up"], down: ["to-front", "down"] };

export class Wizard {
  constructor(command) {
    this.root = byId("wizard");
    this.guide = null;
    this.mirrored = true;
    byId("accept").onclick = () => command(this.over ? "leave" : "accept");
    byId("retry").onclick = () => command(this.over ? "again" : "retry");
    byId("more").onclick = () => command("more");
    byId("leave").onclick = () => command("leave");
  }

  get open() { return this.guide !== null; }
  get over() { return this.guide?.over ?? false; }
  // What a key asks for, or undefined.
  key(key) {
    const { accept, retry, more } = this.guide;
    const asked = { enter: accept && (this.over ? "leave" : "accept"), r: retry && (this.over ? "again" : "retry"), x: more && "more", escape: "leave" }[key];
    return asked || undefined;
  }

  show(guide) {
    this.guide = guide ?? null;
    this.root.hidden = !guide;
    if (!guide) { byId("trace").hidden = true; return; }
    this.root.className = `wizard ${guide.mood}`;
    set("wizard-title", guide.title);
    set("wizard-text", guide.text);
    set("left", guide.big);
    byId("hold").parentNode.hidden = guide.share === null;
    byId("hold").style.width = `${100 * (guide.share ?? 0)}%`;
    byId("progress").style.width = `${100 * guide.progress}%`;
    this.#checks(guide.checks);
    this.#arrow(guide.arrow);
    this.#trace(guide.trace);
    for (const id of ["accept", "retry", "more"]) {
      byId(id).hidden = !guide[id];
      if (guide[id]) byId(id).firstChild.data = `${guide[id]} `;
    }
    byId("leave").hidden = this.over;
  }

  #checks(checks) {
    const list = byId("checks"), key = JSON.stringify(checks);
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...checks.map((check) => {
      const item = document.createElement("li");
      item.textContent = check.title;
      item.className = check.good ? "yes" : "no";
      return item;
    }));
  }

  // Where to move: an arrow at that side, or an arrow with a word for other directions.
  #arrow(direction) {
    const arrow = byId("arrow"), aside = direction === "left" || direction === "right";
    const left = aside && (direction === "left") === this.mirrored;
    const [kind, word] = aside ? [left ? "to-left" : "to-right", ""] : ARROWS[direction] ?? ["", ""];
    arrow.hidden = !direction;
    arrow.className = `arrow ${kind}`;
    arrow.lastElementChild.textContent = word;
  }

  #trace(points) {
    const canvas = byId("trace");
    canvas.hidden = points.length < 2;
    if (canvas.hidden) return;
    const c = canvas.getContext("2d"), { width, height } = canvas;
    c.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    c.strokeStyle = style.getPropertyValue("--scale"); c.lineWidth = 2;
    c.beginPath(); c.moveTo(8, height / 2); c.lineTo(width - 8, height / 2); c.stroke();
    c.strokeStyle = style.getPropertyValue("--good"); c.lineWidth = 6;
    c.beginPath();
    for (const [t, v] of points) c.lineTo(width - 8 + t * (width - 16), height / 2 - v * (height / 2 - 8));
    c.stroke();
  }
}

// Only if it changed, so that screen readers do not repeat it.
function set(id, text) {
  const node = byId(id);
  if (node.textContent !== text) node.textContent = text;
}
