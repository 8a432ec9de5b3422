// Gauges: numbers with their uncertainty where there are any, and the reason where there are none.
import { make } from "/static/dom.js";

export class Gauges {
  constructor(root, setup) {
    this.setup = setup;
    this.cards = setup.cards.map((card) => this.#card(root, card));
  }

  #card(root, card) {
    const node = make("div", "", root, "gauge card");
    const head = make("h3", card.title, node);
    const note = make("small", "", head);
    const rows = card.rows.map(([name, side]) => {
      const row = make("div", "", node, `row ${side ? side.toLowerCase() : "one"}`);
      if (side) make("b", side, row);
      const scale = make("div", "", row, "scale");
      const part = (name) => make("i", "", scale, name);
      const parts = { target: part("target"), band: part(""), zero: part("zero"), mark: part("mark") };
      const output = make("output", "", row);
      row.hidden = true; // until there is something to say
      return { name, row, scale, parts, output, why: make("p", "", row, "why") };
    });
    node.hidden = card.leads && card !== this.setup.cards[0];
    const both = { row: make("div", "", node, "row one") };
    both.why = make("p", "Waiting for the camera.", both.row, "why");
    return { ...card, node, note, rows, both };
  }

  show(reading) {
    for (const card of this.cards) {
      card.node.hidden = card.leads && card.name !== reading.leading;
      const states = card.rows.map((row) => reading.measures[row.name]);
      const reasons = new Set(states.map((s) => number(s) === null ? s.reason || s.status : ""));
      const one = reasons.size === 1 && !reasons.has("");
      card.both.row.hidden = !one;
      if (one) card.both.why.textContent = this.#reason(states[0], reading);
      card.rows.forEach((row, k) => { row.row.hidden = one; if (!one) this.#row(card, row, states[k], reading); });
      const shown = states.filter((s) => number(s) !== null);
      card.note.textContent = !shown.length ? "" : shown.some((s) => s.status === "relative") ? card.relative : card.range;
    }
  }

  #reason(state, reading) {
    if (state.reason === "not_calibrated" && !reading.calibration) return "Rest for a moment, or press Calibrate.";
    return this.setup.advice[state.status] ?? this.setup.advice[state.reason] ?? "";
  }

  #row(card, row, state, reading) {
    const found = number(state);
    row.why.hidden = found !== null;
    row.scale.hidden = row.output.hidden = found === null;
    if (found === null) { row.why.textContent = this.#reason(state, reading); return; }
    const spec = this.setup.measures[row.name];
    const [low, high] = found.degrees && spec.degrees || [spec.low, spec.high];
    const at = (v) => `${100 * Math.min(1, Math.max(0, (v - low) / (high - low)))}%`;
    const { target, band, zero, mark } = row.parts;
    mark.style.left = at(found.value);
    mark.classList.toggle("rel", state.status === "relative");
    zero.style.left = at(0);
    zero.hidden = low >= 0;
    band.style.left = at(found.value - found.sigma);
    band.style.right = `calc(100% - ${at(found.value + found.sigma)})`;
    const goal = state.status === "ok" ? reading.targets[row.name] ?? reading.targets[card.name] : undefined;
    target.hidden = !goal;
    if (goal) {
      target.style.left = at(goal[0] ?? low);
      target.style.right = `calc(100% - ${at(goal[1] ?? high)})`;
    }
    row.output.textContent = words(card, found, low, found.degrees ? this.setup.degree : spec.suffix);
  }
}

// The number that may be shown with this status, else null.
export function number(state) {
  if (!state || (state.status !== "ok" && state.status !== "relative")) return null;
  const degrees = state.status === "relative" && state.deg !== null;
  const value = degrees ? state.deg : state.value;
  if (value === null) return null;
  return { value, sigma: (degrees ? state.deg_sigma : state.sigma) ?? 0, degrees };
}

function words(card, found, low, suffix) {
  const rounded = Math.round(found.value);
  if (card.zones.length) return `${rounded} ${card.zones.find(([edge]) => found.value < edge)?.[1] ?? card.above}`;
  const sign = low < 0 && rounded > 0 ? "+" : rounded < 0 ? "\u2212" : "";
  return `${sign}${Math.abs(rounded)}${suffix}`;
}
