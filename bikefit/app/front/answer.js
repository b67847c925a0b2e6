// The answer: one card a shoe, the next step, what to know; then the whole report in a frame that may do nothing.
import { byId, choose, count, drawing, make, save, say } from "./dom.js";
import { compared, labelOf, reportOptions, rides, session } from "./session.js";

const SHOWN_NOTES = 3;
const MOST_BUTTONS = 3;

/** What can be shown: the comparison, and each recording with an answer. */
export function showable() {
  const each = rides().filter((one) => one.answer).map((one) => ({ id: one.id, words: labelOf(one), of: one }));
  const all = session.comparison ? [{ id: "all", words: say("all_together"), of: session.comparison }] : [];
  return [...all, ...each];
}

export function chosen() {
  const open = showable();
  return open.find(({ id }) => id === session.shown) ?? open[0];
}

/** Draw the answer; `act` has plan and choose. */
export function drawAnswer(engine, act) {
  const open = showable();
  const shown = chosen();
  byId("answer").hidden = byId("report").hidden = !shown;
  const free = session.visit?.slots.includes(null);
  const hints = free ? { asked: "compare_asked" } : { asked: "compare_asked", counts: "compare_needs_counts", same: "counts_all_same" };
  const hint = hints[compared().why];
  const choices = [];
  if (open.length > MOST_BUTTONS) {
    const pairs = open.map(({ id, words }) => [id, words]);
    choices.push(make("label", { class: "field chooser-list" }, say("show"), choose(pairs, shown.id, act.choose, { "data-key": "shown" })));
  } else if (open.length > 1) {
    const buttons = open.map(({ id, words }) => {
      const input = make("input", { type: "radio", name: "shown", value: id, onchange: () => act.choose(id) });
      input.checked = id === shown.id;
      return make("label", {}, input, words);
    });
    choices.push(make("fieldset", { class: "chooser" }, make("legend", {}, say("show")), buttons));
  }
  if (hint && rides().filter((one) => one.answer).length > 1) choices.push(make("p", { class: "message", role: "note" }, say(hint)));
  if (session.compareError) choices.push(make("p", { class: "message", role: "alert" }, session.compareError));
  byId("choices").replaceChildren(...choices);
  if (!shown) return;
  byId("answer-body").replaceChildren(...body(shown, act));
  byId("downloads").replaceChildren(...downloads(engine, shown));
}

function body({ id, of }, act) {
  const { answer } = of;
  const cards = answer.shoes.map((shoe) => make("article", { class: `card shoe-${shoe.side}` },
    make("h3", {}, shoe.name),
    make("p", { class: "headline" }, shoe.headline),
    shoe.advice && make("p", { class: "advice" }, shoe.advice),
    make("div", { class: "lines" }, shoe.lines.map((line) => make("p", {}, together(line)))),
    shoe.behind && make("div", { class: "picture" }, drawing(shoe.behind))));
  const parts = [make("div", { class: "cards" }, cards)];
  const actions = Object.values(of.document.feet).map((foot) => foot.recommendation.next_step?.action);
  const tests = id !== "all" && !session.visit && actions.some((action) => ["test", "compare"].includes(action));
  if (answer.next.length || tests) {
    const button = make("button", { type: "button", class: "strong", onclick: () => act.plan(of) }, say("plan_button"));
    const words = tests ? [...answer.next, say("plan_why")] : answer.next;
    parts.push(make("div", { class: "next-step" }, make("div", {}, words.map((line) => make("p", {}, line))), tests && button));
  }
  parts.push(...notes(answer.notes));
  parts.push(make("details", { class: "before" }, make("summary", {}, say("cautions")), make("ul", {}, answer.cautions.map((line) => make("li", {}, line)))));
  return parts;
}

/** Keep a number and its percent sign on one line. */
const together = (line) => line.replace(/(\d) %/g, "$1\u00a0%");

function notes(all) {
  if (!all.length) return [];
  const line = ({ level, message }) => make("li", { class: level }, message);
  const grave = all.filter(({ level }) => level !== "info").slice(0, SHOWN_NOTES);
  const rest = all.filter((note) => !grave.includes(note));
  const parts = [];
  if (grave.length) parts.push(make("div", { class: "notes" }, make("strong", {}, say("warnings")), make("ul", {}, grave.map(line))));
  if (rest.length) parts.push(make("details", { class: "notes" }, make("summary", {}, count("more_notes", rest.length)), make("ul", {}, rest.map(line))));
  return parts;
}

function downloads(engine, { id, of }) {
  const stem = id === "all" ? "comparison" : labelOf(of).replace(/\.[^.@]+(@|$)/, "$1").replaceAll("@", "_");
  return engine.can.formats.map((format) => {
    const button = make("button", { type: "button" }, say(`download_${format}`));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        save(await engine.report(of.what, of.request, format, reportOptions()), `${stem}.${format}`);
      } catch (error) {
        document.dispatchEvent(new CustomEvent("trouble", { detail: error }));
      } finally {
        button.disabled = false;
      }
    });
    return button;
  });
}

/** Show a report in a frame of its own origin, which runs the report's one script and nothing else. */
export async function drawReport(engine, signal) {
  const shown = chosen();
  if (!shown) return;
  const key = JSON.stringify([shown.of.what, shown.of.request, reportOptions()]);
  const holder = byId("frame");
  if (holder.dataset.shows === key) return;
  const blob = await engine.report(shown.of.what, shown.of.request, "html", reportOptions(), { signal });
  holder.replaceChildren(framed(await blob.text(), say("report_of", { name: shown.words })));
  holder.dataset.shows = key;
}

export function framed(html, title) {
  const frame = make("iframe", { sandbox: "allow-scripts allow-downloads", title, srcdoc: html });
  return frame;
}

// A report tells how high it is; the frame takes that height, so that only the page itself scrolls.
addEventListener("message", ({ source, data }) => {
  for (const frame of document.querySelectorAll("#frame iframe")) {
    if (frame.contentWindow === source && Number.isFinite(data?.height)) {
      frame.style.height = `${Math.min(Math.max(data.height, 200), 60_000) + 2}px`;
    }
  }
});
