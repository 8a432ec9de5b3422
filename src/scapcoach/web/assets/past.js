// Past sessions, the newest first, with their reports.
import { make } from "/static/dom.js";

export async function showPast(root) {
  root.replaceChildren();
  const sessions = await (await fetch("/api/sessions")).json();
  if (!sessions.length) make("p", "None yet. Finished sessions are listed here.", root, "quiet");
  for (const session of sessions) {
    const card = document.createElement("article");
    card.className = "card";
    make("h2", when(session.name), card);
    for (const report of session.reports) reportLine(card, report);
    if (!session.reports.length) make("p", `This session was interrupted. To write its report: scapcoach replay ${session.name}`, card, "quiet");
    root.append(card);
  }
}

export function reportLine(card, report) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  link.href = report.address;
  link.target = "_blank";
  link.rel = "noopener";
  const minutes = report.seconds === null || report.seconds === undefined ? "" : `, ${Math.floor(report.seconds / 60)} min ${Math.round(report.seconds % 60)} s`;
  link.textContent = `Report${report.exercise ? `: ${report.exercise}` : ""}${minutes}`;
  line.append(link);
  card.append(line);
  for (const text of report.headline) make("p", text, card, "quiet");
}

function when(name) {
  const [day, time] = name.split("_");
  return `${day}, ${time.split("-").slice(0, 2).join(":")}`;
}
