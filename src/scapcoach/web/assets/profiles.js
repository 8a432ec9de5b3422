// Saved profiles: their content, and buttons to use, export, import and delete them.
import { make } from "/static/dom.js";

export class Profiles {
  // changed: called with the names after every refresh; use: called with the chosen name.
  constructor(root, { changed, use }) {
    Object.assign(this, { root, changed, use });
    this.list = root.querySelector("#profile-list");
    this.said = root.querySelector("#profile-said");
    this.file = root.querySelector("#profile-file");
    this.file.onchange = () => this.#import(this.file.files[0]);
    root.querySelector("#profile-import").onclick = () => this.file.click();
  }

  async refresh() {
    const cards = await (await fetch("/api/profiles")).json();
    this.list.replaceChildren(...cards.map((card) => this.#card(card)));
    if (!cards.length) make("p", "None yet. A calibration is kept under the name given in \u201cSave calibrations as\u201d.", this.list, "quiet");
    this.changed(cards.map((card) => card.name));
  }

  say(text) { this.said.hidden = !text; this.said.textContent = text; }

  #card(card) {
    const node = document.createElement("article");
    node.className = "card profile";
    make("h2", card.name, node);
    if (card.damaged) make("p", card.damaged, node, "why");
    else {
      const held = card.posture ? card.exercise ? "Poses and an exercise" : "Poses" : card.exercise ? "An exercise" : "A resting pose";
      make("p", `${held}; view: ${card.view}${card.camera && `; camera: ${card.camera}`}; saved ${card.saved}`, node, "quiet");
      for (const line of card.lines) make("p", line, node);
    }
    const choices = make("p", "", node, "choices");
    if (!card.damaged) {
      button("Use", choices, () => this.use(card.name));
      const link = make("a", "Export", choices, "button");
      link.href = `/api/profiles/${encodeURIComponent(card.name)}`;
      link.download = `${card.name}.json`;
    }
    const remove = button("Delete", choices, () => {
      choices.hidden = true;
      sure.hidden = false;
      keep.focus();
    });
    const sure = make("p", "", node, "choices");
    sure.hidden = true;
    make("strong", `Delete \u201c${card.name}\u201d for good?`, sure);
    const keep = button("Keep it", sure, () => { sure.hidden = true; choices.hidden = false; remove.focus(); });
    button("Delete it", sure, () => this.#delete(card.name), "danger");
    return node;
  }

  async #delete(name) {
    const answer = await fetch(`/api/profiles/${encodeURIComponent(name)}`, { method: "DELETE" });
    await this.refresh();
    this.say(answer.ok ? `Deleted \u201c${name}\u201d.` : (await answer.json()).message);
  }

  async #import(file, replace = false) {
    if (!file) return;
    this.file.value = "";
    const answer = await fetch(`/api/profiles${replace ? "?replace=yes" : ""}`, { method: "POST", body: file });
    const result = await answer.json();
    await this.refresh();
    if (answer.status !== 409) { this.say(answer.ok ? `Imported \u201c${result.name}\u201d.` : result.message); return; }
    this.say(`${result.message} `);
    button("Replace it", this.said, () => this.#import(file, true), "danger");
  }
}

function button(text, parent, act, name = "") {
  const node = make("button", text, parent, name);
  node.type = "button";
  node.onclick = act;
  return node;
}
