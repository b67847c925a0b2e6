// The visit as a list that ticks itself: each recording that comes in takes the next place, with the wedges planned for it.
import { byId, make, save, say } from "./dom.js";
import { commonOptions, labelOf, reportOptions, session } from "./session.js";

const recorded = (visit) => visit.answer.steps.filter((step) => step.kind === "record");

export async function planVisit(engine, from, laps) {
  const options = { ...commonOptions(), laps: Boolean(laps) };
  const request = from ? { file: from, options } : { options };
  const { answer, document } = await engine.ask("plan", request);
  const slots = recorded({ answer }).map((_, place) => session.visit?.slots[place] ?? null);
  session.visit = { request, answer, document, slots, ticks: session.visit?.ticks ?? {} };
}

/** Give recordings that just came in the next places of the visit, with the wedges that were planned. */
export function takePlaces(news) {
  const { visit } = session;
  if (!visit) return;
  const steps = recorded(visit);
  for (const one of news) {
    const place = visit.slots.findIndex((id) => id === null);
    if (place < 0) return;
    visit.slots[place] = one.id;
    for (const side of visit.document.sides) one[side] = String(steps[place].wedges[side]);
  }
}

export function freePlace(one) {
  if (session.visit) session.visit.slots = session.visit.slots.map((id) => (id === one.id ? null : id));
}

export function drawVisit(engine, act) {
  const { visit } = session;
  const section = byId("visit");
  section.hidden = !visit;
  if (!visit) return;
  const { answer } = visit;
  const places = recorded(visit);
  const next = visit.slots.findIndex((id) => id === null);
  let place = -1;
  let before = true;
  let following = "";
  const steps = answer.steps.map((step, index) => {
    const records = step.kind === "record";
    if (records) place += 1;
    const one = records && session.recordings.find(({ id }) => id === visit.slots[place]);
    const done = Boolean(one) || Boolean(visit.ticks[index]) || (!records && place < lastDone(visit));
    const now = before && !done;
    if (now) {
      before = false;
      following = step.title;
    }
    const box = one
      ? make("span", { class: "tick", "aria-hidden": "true" }, "✓")
      : make("input", { type: "checkbox", id: `step-${index}`, onchange: () => act.tick(index, box.checked) });
    if (!one) box.checked = done;
    return make("li", { class: `${step.kind}${done ? " done" : ""}${now ? " now" : ""}`, "aria-current": now && "step" },
      box,
      one ? make("span", { class: "title" }, step.title) : make("label", { for: `step-${index}` }, step.title),
      make("span", { class: "fine minutes" }, step.minutes),
      make("span", { class: "detail fine" }, one ? make("span", { class: "source" }, say("plan_source", { name: labelOf(one) })) : step.detail));
  });
  const asks = next < 0
    ? make("p", {}, make("strong", {}, say("plan_done")))
    : make("p", {}, make("strong", {}, say("plan_next", { step: following })), " ", say("plan_drop", { number: next + 1 }));
  const sheet = make("button", { type: "button" }, say("plan_sheet"));
  sheet.addEventListener("click", async () => {
    const kind = engine.can.formats.includes("pdf") ? "pdf" : "html";
    save(await engine.report("plan", visit.request, kind, reportOptions()), `visit.${kind}`);
  });
  const laps = make("input", { type: "checkbox", onchange: () => act.plan(visit.request.file, laps.checked) });
  laps.checked = Boolean(visit.request.options.laps);
  section.replaceChildren(...[
    make("h2", { id: "visit-title" }, say("plan_title")),
    make("p", {}, answer.title),
    places.length > 0 && asks,
    make("ol", { class: "steps" }, steps),
    make("p", { class: "fine" }, `${answer.total} ${answer.sees}`),
    details("plan_about", answer.about),
    details("plan_same", answer.same),
    answer.bolts.length > 0 && make("details", {}, make("summary", {}, answer.bolts_title), list(answer.bolts)),
    make("div", { class: "from" }, sheet, make("label", {}, laps, say("plan_laps")),
      make("button", { type: "button", class: "quiet", onclick: act.leavePlan }, say("plan_close"))),
  ].filter(Boolean));
}

const list = (lines) => make("ul", {}, lines.map((line) => make("li", {}, line)));
const details = (title, lines) => lines.length > 0 && make("details", {}, make("summary", {}, say(title)), list(lines));

/** The place of the last recording that is in; what comes before it has been done. */
function lastDone(visit) {
  return visit.slots.reduce((last, id, place) => (id === null ? last : place), -1);
}
