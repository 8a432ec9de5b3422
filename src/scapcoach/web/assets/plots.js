// The last 30 seconds of three measures; gaps are gaps.
import { number } from "/static/gauges.js";

const SPAN = 30;
const PLOTS = [["retraction", [-120, 120]], ["elevation", [-120, 120]], ["hunch", [0, 100]]];

export class Plots {
  constructor(root, setup) {
    this.plots = PLOTS.map(([name, percent]) => {
      const { short: title, degrees } = setup.measures[name];
      const node = document.createElement("div");
      node.className = "plot card";
      const head = document.createElement("h3");
      head.append(title);
      const unit = document.createElement("span");
      head.append(unit);
      const canvas = document.createElement("canvas");
      canvas.setAttribute("aria-label", `${title}, the last 30 seconds`);
      canvas.setAttribute("role", "img");
      node.append(head, canvas);
      root.append(node);
      return { name, percent, degrees, unit, canvas, points: [], inDegrees: false };
    });
    this.drawn = 0;
  }

  clear() { for (const plot of this.plots) plot.points = []; }

  add(reading) {
    for (const plot of this.plots) {
      const found = number(reading.measures[plot.name]);
      if (found && found.degrees !== plot.inDegrees) { plot.points = []; plot.inDegrees = found.degrees; }
      plot.points.push([reading.t, found ? found.value : null, found ? found.sigma : 0]);
      while (plot.points[0][0] < reading.t - SPAN) plot.points.shift();
    }
    const now = performance.now();
    if (now - this.drawn < 100) return; // ten times a second is as much as an eye follows
    this.drawn = now;
    for (const plot of this.plots) this.#draw(plot, reading.t);
  }

  #draw(plot, now) {
    const ratio = devicePixelRatio || 1, box = plot.canvas.getBoundingClientRect();
    if (!box.width) return;
    const width = plot.canvas.width = Math.round(box.width * ratio), height = plot.canvas.height = Math.round(box.height * ratio);
    const c = plot.canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const [low, high] = plot.inDegrees && plot.degrees || plot.percent;
    plot.unit.textContent = plot.name === "hunch" ? "0 to 100" : plot.inDegrees ? "degrees from rest" : "% of your range";
    const x = (t) => width * (1 - (now - t) / SPAN), y = (v) => height * (1 - (v - low) / (high - low));
    c.strokeStyle = style.getPropertyValue("--line");
    c.lineWidth = ratio;
    for (const v of plot.inDegrees ? [0] : plot.name === "hunch" ? [33, 67] : [-100, 0, 100]) {
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
