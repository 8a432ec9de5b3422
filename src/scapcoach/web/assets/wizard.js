// The guided calibration: shows what the engine's own state machine says.
const byId = (id) => document.getElementById(id);

export class Wizard {
  constructor(command) {
    this.root = byId("wizard");
    this.guide = null;
    this.mirrored = true;
    byId("accept").onclick = () => command(this.over ? "leave" : "accept");
    byId("retry").onclick = () => command(this.over ? "again" : "retry");
    byId("leave").onclick = () => command("leave");
  }

  get open() { return this.guide !== null; }
  get over() { return this.guide !== null && (this.guide.step === "done" || this.guide.step === "failed"); }

  show(guide) {
    this.guide = guide ?? null;
    this.root.hidden = !guide;
    if (!guide) return;
    const { title, text, kind } = words(guide);
    this.root.className = `wizard ${kind}`;
    set("wizard-title", title);
    set("wizard-text", text);
    const counting = guide.step === "ready" || guide.step === "hold";
    set("left", counting ? String(Math.ceil(guide.left)) : "");
    byId("hold").style.width = guide.step === "hold" ? `${100 * (1 - guide.left / guide.hold)}%` : "0";
    byId("progress").style.width = `${100 * guide.progress}%`;
    this.#checks(guide);
    this.#trace(guide, counting);
    byId("accept").hidden = !(guide.step === "review" || this.over);
    byId("retry").hidden = byId("accept").hidden;
    byId("accept").firstChild.data = this.over ? "Go on " : "Accept ";
    byId("retry").firstChild.data = this.over ? "Once more " : "Repeat ";
    byId("leave").hidden = this.over;
  }

  #checks(guide) {
    const list = byId("checks"), framing = guide.step === "framing";
    const key = framing ? JSON.stringify(guide.checks) : "";
    if (list.dataset.key !== key) {
      list.dataset.key = key;
      list.replaceChildren(...(framing ? guide.checks : []).map((check) => {
        const item = document.createElement("li");
        item.textContent = check.title;
        item.className = check.good ? "yes" : "no";
        return item;
      }));
    }
    const way = framing ? guide.checks.find((c) => !c.good && (c.arrow === "left" || c.arrow === "right"))?.arrow : undefined;
    const arrow = byId("arrow"), left = (way === "left") === this.mirrored;
    arrow.hidden = !way;
    arrow.textContent = left ? "\u2190" : "\u2192";
    arrow.className = `arrow ${left ? "to-left" : "to-right"}`;
  }

  #trace(guide, counting) {
    const canvas = byId("trace");
    canvas.hidden = !(counting && guide.trace.length > 1);
    if (canvas.hidden) return;
    const c = canvas.getContext("2d"), { width, height } = canvas;
    c.clearRect(0, 0, width, height);
    c.strokeStyle = "#8592a3"; c.lineWidth = 1;
    c.beginPath(); c.moveTo(8, height / 2); c.lineTo(width - 8, height / 2); c.stroke();
    c.strokeStyle = "#40d6b0"; c.lineWidth = 3;
    c.beginPath();
    for (const [t, v] of guide.trace) c.lineTo(width - 8 + t / 8 * (width - 16), height / 2 - Math.max(-1, Math.min(1, v / 25)) * (height / 2 - 8));
    c.stroke();
  }
}

function words(guide) {
  if (guide.step === "framing") {
    const advice = guide.checks.find((c) => !c.good && c.advice)?.advice ?? "";
    return { title: advice ? "Let's look at the picture" : "Good. Stay like this.", text: advice, kind: "" };
  }
  if (guide.step === "hold") return { title: `Hold: ${guide.title.toLowerCase()}`, text: guide.text, kind: "hold" };
  if (guide.step === "review") return guide.fault ? { title: "Once more", text: guide.fault, kind: "bad" } : { title: "Good", text: "", kind: "good" };
  if (guide.step === "done") return { title: "Calibrated", text: guide.lines.join(" "), kind: "good" };
  if (guide.step === "failed") return { title: "This did not work", text: guide.fault, kind: "bad" };
  return { title: guide.title, text: guide.text, kind: "" };
}

// Only what changed, so that screen readers do not say it again and again.
function set(id, text) {
  const node = byId(id);
  if (node.textContent !== text) node.textContent = text;
}
