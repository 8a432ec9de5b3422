// The last seconds of the main measures; no line is drawn across gaps.
import { make } from "/static/dom.js";
import { number } from "/static/gauges.js";

const SPAN = 30;

export class Plots {
  // cards: name, title and the scale of the plot in each unit, as the setup gives them.
  constructor(root, cards) {
    root.setAttribute("aria-label", `The last ${SPAN} seconds`);
    this.plots = cards.map(({ name, title, leads, plots }, k) => {
      const node = make("div", "", root, "plot card");
      node.hidden = leads && k > 0;
      const unit = make("span", "", make("h3", title, node));
      const canvas = make("canvas", "", node);
      canvas.setAttribute("aria-label", `${title}, the last ${SPAN} seconds`);
      canvas.setAttribute("role", "img");
      return { name, leads, node, scales: plots, unit, canvas, points: [], inDegrees: false };
    });
    this.drawn = 0;
  }

  clear() { for (const plot of this.plots) plot.points = []; }

  add(reading) {
    for (const plot of this.plots) {
      plot.node.hidden = plot.leads && plot.name !== reading.leading;
      const found = number(reading.measures[plot.name]);
      if (found && found.degrees !== plot.inDegrees) { plot.points = []; plot.inDegrees = found.degrees; }
      plot.points.push([reading.t, found ? found.value : null, found ? found.sigma : 0]);
      while (plot.points[0][0] < reading.t - SPAN) plot.points.shift();
    }
    const now = performance.now();
    if (now - this.drawn < 100) return; // people cannot read faster changes
    this.drawn = now;
    for (const plot of this.plots) this.#draw(plot, reading.t);
  }

  #draw(plot, now) {
    const ratio = devicePixelRatio || 1, box = plot.canvas.getBoundingClientRect();
    if (!box.width) return;
    const width = plot.canvas.width = Math.round(box.width * ratio), height = plot.canvas.height = Math.round(box.height * ratio);
    const c = plot.canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const { low, high, lines, words } = plot.inDegrees ? plot.scales.degrees : plot.scales.own;
    plot.unit.textContent = words;
    const x = (t) => width * (1 - (now - t) / SPAN), y = (v) => height * (1 - (v - low) / (high - low));
    c.strokeStyle = style.getPropertyValue("--line");
    c.lineWidth = ratio;
    for (const v of lines) {
      c.beginPath(); c.moveTo(0, y(v)); c.lineTo(width, y(v)); c.stroke();
    }
    c.fillStyle = style.getPropertyValue("--band");
    c.strokeStyle = style.getPropertyValue("--accent");
    for (const run of runs(plot.points)) {
      c.beginPath();
      run.forEach(([t, v, s]) => c.lineTo(x(t), y(v + s)));
      [...run].reverse().forEach(([t, v, s]) => c.lineTo(x(t), y(v - s)));
      c.fill();
      c.lineWidth = 2.5 * ratio;
      c.beginPath();
      run.forEach(([t, v]) => c.lineTo(x(t), y(v)));
      c.stroke();
    }
  }
}

function* runs(points) {
  let run = [];
  for (const point of points) {
    if (point[1] === null) { if (run.length) yield run; run = []; } else run.push(point);
  }
  if (run.length) yield run;
}
