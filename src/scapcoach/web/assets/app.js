// The page: what the buttons and keys do, and what is shown of each reading.
import { Camera } from "/static/camera.js";
import { Gauges } from "/static/gauges.js";
import { Link } from "/static/link.js";
import { Profiles } from "/static/profiles.js";
import { Plots } from "/static/plots.js";
import { reportLine, showPast } from "/static/past.js";
import { Sound } from "/static/sound.js";
import { Stage } from "/static/stage.js";
import { Wizard } from "/static/wizard.js";

const byId = (id) => document.getElementById(id);
const setup = await (await fetch("/api/setup")).json();
const stage = new Stage(byId("canvas"), setup.body);
const gauges = new Gauges(byId("gauges"), setup);
const plots = new Plots(byId("plots"), setup.cards);
const camera = new Camera(byId("video"));
const sound = new Sound();
const LIVE_BUTTONS = ["pause", "calibrate", "calibrate-exercise", "mute", "finish"];
const shots = new Map(); // sent pictures by time: landmarks are drawn on their own picture
const state = { live: false, paused: false, muted: false, taking: false, seen: false, cue: 0, finished: false };
const wizard = new Wizard(steer);
const profiles = new Profiles(byId("profiles"), { changed: listProfiles, use: useProfile });

const link = new Link({
  ready: () => { begun(); },
  sight: (message, jpeg) => { if (state.live && !state.paused) draw(message, jpeg); },
  reading: (message) => { if (state.live && !state.paused) show(message); },
  trouble: (message) => notice(message.message),
  problem: (message) => notice(message.message),
  saved: (message) => { notice(`Saved as profile “${message.profile}”.`); addProfile(message.profile); profiles.refresh(); },
  finished: (message) => finished(message),
  failed: (message) => { stop(); cover("That did not work", message.message); },
  closed: (code, reason) => {
    if (state.finished) return;
    stop();
    if (code === setup.taken) cover("This session goes on in another tab", "Only one page at a time can be coached.", "Continue here");
    else if (code !== 1000) cover("The connection was lost", reason || "Is 'scapcoach serve' still running?", "Start again");
  },
});

function cover(title, text, button = "Start the camera", reports = []) {
  byId("cover").hidden = false;
  byId("cover-title").textContent = title;
  byId("cover-text").textContent = text;
  byId("start").textContent = button;
  byId("start").hidden = !button;
  byId("reports").replaceChildren();
  for (const report of reports) reportLine(byId("reports"), report);
}

function notice(text) {
  byId("notice").hidden = !text;
  if (byId("notice").textContent !== text) byId("notice").textContent = text;
  clearTimeout(notice.timer);
  if (text) notice.timer = setTimeout(() => { byId("notice").hidden = true; }, 6000);
}

async function start() {
  sound.wake();
  byId("start").disabled = true;
  try {
    if (setup.camera) await camera.open(byId("camera").value);
  } catch (error) {
    cover("No camera", error.message, "Try again");
    return;
  } finally {
    byId("start").disabled = false;
  }
  camera.onlost = () => { notice("The camera is gone: is it plugged in?"); };
  Object.assign(state, { live: true, paused: false, finished: false, seen: false });
  cover("Getting ready", "The model is being loaded.", "");
  link.open();
}

function begun() {
  for (const id of LIVE_BUTTONS) byId(id).disabled = false;
  byId("cover").hidden = true;
  plots.clear();
  if (state.muted) link.say({ do: "mute", on: true });
  chooseExercise();
  if (byId("profile").value) chooseProfile();
  if (setup.camera) { camera.follow(take); listCameras(); }
}

// One new frame of the browser's camera: sent if the engine is free, shown when it is answered.
async function take() {
  const { videoWidth: w, videoHeight: h } = camera.video;
  if (w && !state.paused && !state.seen) stage.draw(camera.video, w, h, null);
  if (state.taking || state.paused || !link.free) return;
  state.taking = true;
  const t = performance.now() / 1000;
  try {
    const shot = await camera.shoot();
    if (!shot) return;
    if (shots.size > 6) forget(t - 1); // answers are missing: drop old pictures
    shots.set(t, shot.bitmap);
    await link.picture(shot.blob, t);
  } finally {
    state.taking = false;
  }
}

// A picture with its landmarks: it does not wait for the measures.
async function draw(sight, jpeg) {
  state.seen = true;
  if (jpeg) {
    const picture = await createImageBitmap(jpeg);
    stage.draw(picture, picture.width, picture.height, sight.points);
    picture.close();
    return;
  }
  const shot = shots.get(sight.sent);
  if (shot) stage.draw(shot, shot.width, shot.height, sight.points);
  document.body.dataset.lag = Math.round(performance.now() - 1000 * sight.sent);
  forget(sight.sent);
}

function show(reading) {
  document.body.dataset.frames = reading.frame + 1;
  document.body.dataset.calibration = reading.calibration ?? "";
  gauges.show(reading);
  plots.add(reading);
  wizard.mirrored = stage.mirrored;
  wizard.show(reading.guide);
  byId("badge").hidden = !reading.view;
  byId("badge").textContent = `${reading.view.toUpperCase()} ${reading.yaw === null ? "" : `${Math.round(Math.abs(reading.yaw))}\u00b0`}`;
  byId("rec").hidden = !reading.recording;
  byId("rec").textContent = reading.filming ? "REC + VIDEO" : "REC";
  byId("counter").hidden = !byId("exercise").value;
  byId("count").textContent = reading.count;
  byId("phase").textContent = reading.phase || (reading.count === 1 ? "rep" : "reps");
  if (reading.notice) notice(reading.notice);
  showCue(wizard.open ? null : reading.cue);
}

function forget(until) {
  for (const [t, shot] of shots) if (t <= until) { shot.close(); shots.delete(t); }
}

function showCue(cue) {
  byId("cue").hidden = !cue;
  if (!cue) return;
  if (byId("cue").textContent !== cue.text) byId("cue").textContent = cue.text;
  byId("cue").classList.toggle("praise", cue.kind === "praise");
  if (cue.time !== state.cue) { state.cue = cue.time; sound.cue(cue); }
}

function press(button, on, words) {
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("span").textContent = words;
}

async function pause() {
  if (!state.live) return;
  state.paused = !state.paused;
  link.say({ do: "pause", on: state.paused });
  press(byId("pause"), state.paused, state.paused ? "Go on" : "Pause");
  if (state.paused) {
    camera.close();
    cover("Paused", "The camera is off.", "Go on");
    return;
  }
  byId("cover").hidden = true;
  if (!setup.camera) return;
  try { await camera.open(byId("camera").value); camera.follow(take); }
  catch (error) { state.paused = true; press(byId("pause"), true, "Go on"); cover("No camera", error.message, "Go on"); }
}

function mute() {
  state.muted = sound.muted = !state.muted;
  if (state.muted) sound.silence();
  link.say({ do: "mute", on: state.muted });
  press(byId("mute"), state.muted, state.muted ? "Unmute" : "Mute");
}

function calibrate(what = "posture") {
  link.say({ do: "calibrate", what, slump: byId("slump").checked, name: byId("save-as").value.trim(), camera: camera.label });
}

// A command for the guided calibration, from its buttons and keys.
function steer(command) {
  if (command === "more") { calibrate("exercise"); return; }
  link.say({ do: "guide", command });
  if (command === "leave") wizard.show(null);
}

function finish() {
  if (!state.live) return;
  state.finished = true;
  link.say({ do: "finish" });
  stop();
  cover("Writing the report", "A moment.", "");
}

function finished(message) {
  state.finished = true;
  stop();
  cover("Session finished", message.message ?? (message.reports.length ? "" : "Nothing was recorded."), "Start another", message.reports);
}

function stop() {
  state.live = state.paused = false;
  camera.close();
  forget(Infinity);
  wizard.show(null);
  for (const id of LIVE_BUTTONS) byId(id).disabled = true;
  for (const id of ["badge", "rec", "counter", "cue", "notice"]) byId(id).hidden = true;
  press(byId("pause"), false, "Pause");
}

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else byId("stage").requestFullscreen?.();
}

function chooseExercise() {
  const name = byId("exercise").value;
  link.say({ do: "exercise", name, focus: byId("focus").value });
  byId("film").textContent = setup.exercises.find((e) => e.name === name)?.film ?? "";
}

function nextExercise() {
  const select = byId("exercise");
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  chooseExercise();
}

// A later calibration is saved in the profile in use, unless another name is given.
function chooseProfile() {
  const name = byId("profile").value;
  link.say({ do: "profile", name, camera: camera.label });
  byId("save-as").value = name;
}

function useProfile(name) {
  addProfile(name);
  chooseProfile();
  tab("live");
}

function listProfiles(names) {
  const select = byId("profile"), chosen = select.value;
  for (const option of [...select.options].slice(1)) option.remove();
  for (const name of names) select.add(new Option(name, name));
  select.value = names.includes(chosen) ? chosen : "";
}

function addProfile(name) {
  const select = byId("profile");
  if (![...select.options].some((o) => o.value === name)) select.add(new Option(name, name));
  select.value = name;
}

async function listCameras() {
  const select = byId("camera"), chosen = select.value;
  const found = await camera.list();
  select.replaceChildren(new Option("Default", ""), ...found.map((d, k) => new Option(d.label || `Camera ${k + 1}`, d.deviceId)));
  select.value = chosen;
}

async function otherCamera() {
  if (!state.live || state.paused) return;
  camera.close();
  try { await camera.open(byId("camera").value); camera.follow(take); }
  catch (error) { notice(error.message); }
}

function tab(name) {
  for (const page of ["live", "profiles", "past"]) {
    byId(page).hidden = page !== name;
    byId(`tab-${page}`).setAttribute("aria-pressed", String(page === name));
  }
  if (name === "past") showPast(byId("past-list"));
  if (name === "profiles") { profiles.say(""); profiles.refresh(); }
}

for (const e of setup.exercises) byId("exercise").add(new Option(e.title, e.name));
for (const name of setup.profiles) addProfile(name);
byId("profile").value = "";
byId("camera-row").hidden = !setup.camera;
if (setup.film) byId("cover-text").textContent = "The camera\u2019s pictures go to this computer only, and are kept there: the server was started with --record-video.";
if (!setup.camera) { byId("cover-text").textContent = "The camera of the computer that serves this page is used." + (setup.film ? " Its pictures are kept there." : ""); byId("mirror").checked = true; }
byId("start").onclick = () => (state.live && state.paused ? pause() : start());
byId("pause").onclick = pause;
byId("mute").onclick = mute;
byId("calibrate").onclick = () => calibrate();
byId("calibrate-exercise").onclick = () => calibrate("exercise");
byId("finish").onclick = finish;
byId("full").onclick = full;
byId("exercise").onchange = byId("focus").onchange = chooseExercise;
byId("profile").onchange = chooseProfile;
byId("camera").onchange = otherCamera;
byId("mirror").onchange = () => { stage.mirrored = byId("mirror").checked; };
byId("tones").onchange = () => { sound.tones = byId("tones").checked; };
byId("voice").onchange = () => { sound.voice = byId("voice").checked; };
for (const name of ["live", "profiles", "past"]) byId(`tab-${name}`).onclick = () => tab(name);

const KEYS = { p: pause, m: mute, c: () => calibrate(), x: () => calibrate("exercise"), e: nextExercise, f: full, q: finish };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const key = event.key.toLowerCase();
  if (wizard.open) {
    const command = wizard.key(key);
    if (command && !(key === "enter" && event.target.closest("button"))) {
      event.preventDefault();
      steer(command);
      return;
    }
    if (key === "c" || key === "x") return; // one calibration at a time
  }
  const needsLive = key !== "f" && key !== "e";
  if (KEYS[key] && (state.live || !needsLive)) { event.preventDefault(); KEYS[key](); }
});
addEventListener("beforeunload", () => link.close());
document.body.dataset.ready = "yes";
