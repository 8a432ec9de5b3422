"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const video = document.querySelector("video");
  const board = document.getElementById("plots");
  const now = document.getElementById("now");
  const scrub = document.getElementById("scrub");
  const frames = data.frames;                       // in 0.1 ms
  const end = data.end;
  const NS = "http://www.w3.org/2000/svg";
  let time = 0, wanted = null;

  const make = (tag, className, parent, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const draw = (tag, className, attributes, parent) => {
    const node = document.createElementNS(NS, tag);
    node.setAttribute("class", className);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    parent.append(node);
  };
  const signed = (v, unit) => (unit && v > 0.49 ? "+" : "") + Math.round(v).toString().replace("-", "\u2212");
  const sides = { Left: "l", Right: "r" };

  // ---- pictures to data -------------------------------------------------
  const embedded = document.getElementById("video-data").textContent.trim();
  if (video && embedded) {
    const bytes = Uint8Array.from(atob(embedded), (c) => c.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  }

  // ---- one plot ---------------------------------------------------------
  const runs = (trace) => {                         // stretches without a gap and of one kind
    const found = [];
    let from = -1;
    for (let i = 0; i <= trace.v.length; i++) {
      const here = i < trace.v.length && trace.v[i] !== null;
      if (from >= 0 && (!here || trace.k[i] !== trace.k[from])) {
        found.push([from, i, trace.k[from]]);
        from = -1;
      }
      if (here && from < 0) from = i;
    }
    return found;
  };

  function plot(group) {
    const node = make("div", "plot", board);
    const head = make("div", "head", node);
    make("span", "name", head, group.title);
    const about = make("span", "about", head, "+ " + group.about);
    const traces = group.modes.length ? group.modes[0].traces : [];
    if (traces.length > 2) for (const { label } of traces) make("span", "key " + (sides[label] || ""), head, label);
    let button = null;
    if (group.modes.length > 1) {
      button = make("button", "unit", head);
      button.type = "button";
    }
    const read = make("span", "read", head);
    const area = make("div", "area" + (group.modes.length ? "" : " small"), node);
    const state = { group, area, read, mode: 0, cursor: null };
    if (!group.modes.length) about.remove();
    const show = () => {
      area.replaceChildren();
      const mode = group.modes[state.mode];
      if (mode) curves(area, group, mode);
      for (const [a, b] of mode ? mode.hint : [])
        withheld(area, [a, b, "relative only", "Only relative here: switch to degrees to see it."], "hint");
      for (const span of group.spans) withheld(area, span, "");
      if (mode && group.below) make("span", "below", area, "\u2193 " + group.below);
      state.cursor = make("div", "cursor", area);
      if (button) {
        const other = group.modes[(state.mode + 1) % group.modes.length].unit;
        button.textContent = "show " + (other === "%" ? "% of range" : "degrees");
      }
    };
    if (button) button.addEventListener("click", () => { state.mode = 1 - state.mode; show(); render(); });
    show();
    return state;
  }

  function curves(area, group, mode) {
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", "0 0 1000 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    area.append(svg);
    const x = (i) => ((1000 * group.t[i]) / end).toFixed(2);
    const y = (v) => 100 - (100 * (v - mode.low)) / (mode.high - mode.low);
    const edges = [mode.low, ...group.zones, mode.high];
    if (group.zones.length) for (let z = 0; z + 1 < edges.length; z++)
      draw("rect", "zone z" + z, { x: 0, width: 1000, y: y(edges[z + 1]), height: y(edges[z]) - y(edges[z + 1]) }, svg);
    for (const [v, words] of mode.ticks) {
      draw("line", "grid" + (v === 0 ? " zero" : ""), { x1: 0, x2: 1000, y1: y(v), y2: y(v) }, svg);
      make("span", "tick", area, words).style.top = y(v) + "%";
    }
    for (const trace of mode.traces) {
      const side = sides[trace.label] ? " " + sides[trace.label] : "";
      for (const [a, b, kind] of runs(trace)) {
        const rel = kind ? " rel" : "";
        let up = "", down = "", line = "";
        for (let i = a; i < b; i++) {
          const s = trace.s[i] || 0;
          line += (i === a ? "M" : "L") + x(i) + " " + y(trace.v[i]).toFixed(2);
          up += (i === a ? "M" : "L") + x(i) + " " + y(trace.v[i] + s).toFixed(2);
          down = "L" + x(i) + " " + y(trace.v[i] - s).toFixed(2) + down;
        }
        draw("path", "sigma" + side + rel, { d: up + down + "Z" }, svg);
        draw("path", "curve" + side + rel, { d: b - a > 1 ? line : line + "h.5" }, svg);
      }
    }
  }

  function withheld(area, [from, to, short, sentence], kind) {
    const span = make("div", "span " + kind, area);
    span.style.left = (100 * from) / end + "%";
    span.style.width = Math.max(0.1, (100 * (Math.min(to, end) - from)) / end) + "%";
    span.title = sentence;
    span.setAttribute("role", "note");
    span.setAttribute("aria-label", from.toFixed(1) + " to " + to.toFixed(1) + " seconds: " + sentence);
    make("b", "", span, short);
  }

  const plots = data.groups.map(plot);
  const axis = make("div", "axis", board);
  for (const [t, words] of data.axis) make("span", "", axis, words).style.left = (100 * t) / end + "%";
  scrub.max = end;

  // ---- the cursor -------------------------------------------------------
  const nearest = (list, value) => {
    let low = 0, high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle] <= value) low = middle; else high = middle - 1;
    }
    return low + 1 < list.length && list[low + 1] - value < value - list[low] ? low + 1 : low;
  };

  function reading(state) {
    const { group } = state, mode = group.modes[state.mode];
    state.read.replaceChildren();
    const span = group.spans.find((s) => time >= s[0] && time < s[1]);
    if (!mode || span) {
      make("span", "why", state.read, (span || group.spans[0] || [0, 0, "", "Not judged."])[3]);
      return;
    }
    const i = nearest(group.t, time);
    for (const trace of mode.traces) {
      const v = trace.v[i], label = trace.label ? trace.label[0] + " " : "";
      if (v === null || v === undefined) {
        const hinted = mode.hint.some(([a, b]) => time >= a && time < b);
        make("span", "why", state.read, label + (hinted ? "relative only" : "\u2013"));
        continue;
      }
      const sigma = trace.s[i] === null ? "" : " \u00b1 " + Math.round(trace.s[i]);
      const text = label + signed(v, mode.unit) + mode.suffix + sigma + (trace.k[i] ? ", relative" : "");
      make("span", sides[trace.label] || "", state.read, text);
    }
  }

  function render() {
    const left = (100 * Math.min(time, end)) / end + "%";
    for (const state of plots) {
      state.cursor.style.left = left;
      reading(state);
    }
    now.textContent = time.toFixed(2) + " s";
    scrub.value = time;
    scrub.setAttribute("aria-valuetext", time.toFixed(2) + " seconds");
  }

  // ---- video and plots, both ways ---------------------------------------
  function seek(t) {
    time = Math.min(Math.max(t, 0), end);
    render();
    if (!video) return;
    if (video.seeking) { wanted = time; return; }
    video.currentTime = time + 0.0005;             // just inside the frame
  }
  if (video) {
    const follow = (t) => { if (!video.seeking && wanted === null) { time = Math.min(t, end); render(); } };
    video.addEventListener("seeked", () => {
      if (wanted !== null) { const t = wanted; wanted = null; seek(t); } else follow(video.currentTime - 0.0005);
    });
    video.addEventListener("timeupdate", () => follow(video.currentTime - 0.0005));
    if (video.requestVideoFrameCallback) {
      const each = (_, info) => { if (!video.paused) follow(info.mediaTime); video.requestVideoFrameCallback(each); };
      video.requestVideoFrameCallback(each);
    }
  }
  const pressed = (id, on, label) => {
    const button = document.getElementById(id);
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", label);
  };
  const toggle = () => (video.paused ? video.play() : video.pause());
  if (video) {
    const speeds = [1, 0.5, 0.25];
    const speed = document.getElementById("speed");
    video.addEventListener("click", toggle);
    video.addEventListener("play", () => pressed("play", true, "Pause"));
    video.addEventListener("pause", () => pressed("play", false, "Play"));
    document.getElementById("play").addEventListener("click", toggle);
    document.getElementById("sound").addEventListener("click", () => {
      video.muted = !video.muted;
      pressed("sound", !video.muted, video.muted ? "Sound on" : "Sound off");
    });
    document.getElementById("full").addEventListener("click", () => video.requestFullscreen && video.requestFullscreen());
    speed.addEventListener("click", () => {
      video.playbackRate = speeds[(speeds.indexOf(video.playbackRate) + 1) % speeds.length];
      speed.textContent = { 1: "1", 0.5: "\u00bd", 0.25: "\u00bc" }[video.playbackRate] + "\u00d7";
    });
  }
  const at = (area, event) => {
    const box = area.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * end;
  };
  for (const { area } of plots) {
    area.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      area.setPointerCapture(event.pointerId);
      if (video) video.pause();
      seek(at(area, event));
    });
    area.addEventListener("pointermove", (event) => {
      if (area.hasPointerCapture(event.pointerId)) seek(at(area, event));
    });
  }
  scrub.addEventListener("input", () => { if (video) video.pause(); seek(Number(scrub.value)); });
  for (const button of document.querySelectorAll("button[data-t]"))
    button.addEventListener("click", () => {
      seek(Number(button.dataset.t));
      if (button.closest(".set")) document.querySelector(".player").scrollIntoView({ block: "start" });
    });

  const stepBy = (count) => {
    if (video) video.pause();
    const i = Math.min(Math.max(nearest(frames, time * 1e4) + count, 0), frames.length - 1);
    seek(frames[i] / 1e4);
  };
  document.getElementById("back").addEventListener("click", () => stepBy(-1));
  document.getElementById("forward").addEventListener("click", () => stepBy(1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("button, summary, input, a") && event.key === " ") return;
    const actions = {
      ArrowLeft: () => (event.shiftKey ? seek(time - 1) : stepBy(-1)),
      ArrowRight: () => (event.shiftKey ? seek(time + 1) : stepBy(1)),
      Home: () => seek(0),
      End: () => seek(end),
      " ": () => video && toggle(),
    };
    const act = actions[event.key];
    const paging = event.key === "Home" || event.key === "End";
    if (!act || (paging && document.activeElement !== scrub)) return;   // else they scroll the page
    event.preventDefault();
    act();
  }, true);
  render();
})();
