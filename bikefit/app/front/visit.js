// The visit as a list that ticks itself: each recording that comes in takes the next place, with the wedges planned for it.
import { byId, make, save, say } from "./dom.js";
import { commonOptions, labelOf, reportOptions, rides, session } from "./session.js";

const recorded = (visit) => visit.answer.steps.filter((step) => step.kind === "record");

export async function planVisit(engine, from, laps) {
  const options = { ...commonOptions(), laps: Boolean(laps) };
  const request = from ? { file: from, options } : { options };
  const { answer, document } = await engine.ask("plan", request);
  const slots = recorded({ answer }).map((_, place) => session.visit?.slots[place] ?? null);
  const { ticks = {}, asked = null, labelled = {} } = session.visit ?? {};
  session.visit = { request, answer, document, slots, ticks, asked, labelled };
}

const SHOES = ["left", "right"];
const byTheirId = (id) => session.recordings.find((one) => one.id === id);
const plannedFrom = () => session.recordings.find((one) => !one.names && labelOf(one) === session.visit.request.file);

/** The places of the visit as pairs for a drop-down, each with its step's title. */
export const placeNames = () => recorded(session.visit).map((step, place) => [String(place), step.title]);

/** Recordings in the order in which they were made; by name where a file does not say when. */
function inOrder(some) {
  const byName = (a, b) => labelOf(a).localeCompare(labelOf(b), "en", { numeric: true });
  const dated = some.every((one) => Number.isFinite(one.file?.start_s));
  return [...some].sort((a, b) => (dated && a.file.start_s - b.file.start_s) || byName(a, b));
}

/** Whether the wedges that were told of a recording are those of a place: yes, no, or not told (null). */
function fits(one, place) {
  const { wedges } = recorded(session.visit)[place];
  if (SHOES.some((side) => one[side] !== "" && one[side] !== String(wedges[side]))) return false;
  return session.visit.document.sides.every((side) => one[side] !== "") ? true : null;
}

/** Give recordings the first places where it is plain that they belong there; else ask. */
function offer(some) {
  const { visit } = session;
  const each = some.map(fits);
  if (!some.length || each.includes(false)) return;
  const named = some.length === 1 && /(^|_)visit_1\.[^.]+$/.test(labelOf(some[0]));
  visit.asked = some.map(({ id }) => id);
  if (named || !each.includes(null)) answerAsked(true);
}

/** When a visit begins: what is in the list already may belong to it. */
export function offerPlaces() {
  const all = rides().filter((one) => !one.names);
  const from = plannedFrom();
  if (all.length > 1 && all.length <= session.visit.slots.length) offer(inOrder(all));
  else if (from) offer([from]);
}

/** Take the answer to the question whether recordings are the visit's first; the others move up behind them. */
export function answerAsked(yes) {
  const { visit } = session;
  const { asked } = visit;
  visit.asked = null;
  if (yes) {
    const others = visit.slots.filter((id) => id !== null && !asked.includes(id));
    const all = [...asked, ...others];
    visit.slots = visit.slots.map((_, place) => all[place] ?? null);
  } else if (asked.length > 1 && plannedFrom()) offer([plannedFrom()]);
  settle();
}

/** Put a recording at a place of the visit (-1: at none); whatever is there changes places with it. */
export function setPlace(one, place) {
  const { visit } = session;
  const before = visit.slots.indexOf(one.id);
  if (before >= 0) visit.slots[before] = place < 0 ? null : visit.slots[place];
  if (place >= 0) visit.slots[place] = one.id;
  if (visit.asked?.includes(one.id)) visit.asked = null;
  settle();
}

/** What was told of a recording's wedges may have answered the question. */
export function askAnew() {
  const { visit } = session;
  if (!visit?.asked) return;
  const some = visit.asked.map(byTheirId).filter(Boolean);
  visit.asked = null;
  offer(some);
  settle();
}

/** Write the planned wedges to the recordings, unless their order is still being asked about. */
function settle() {
  const { visit } = session;
  if (!visit.slots.includes(null)) visit.asked = null;
  for (const id of Object.keys(visit.labelled).filter((each) => !visit.slots.includes(each))) {
    delete visit.labelled[id];
    const one = byTheirId(id);
    if (one) Object.assign(one, { left: "", right: "" });
  }
  if (visit.asked) return;
  const steps = recorded(visit);
  visit.slots.forEach((id, place) => {
    const one = id && byTheirId(id);
    if (!one || visit.labelled[id] === place) return;
    visit.labelled[id] = place;
    const has = (side) => (one.file?.feet.length ? one.file.feet.includes(side) : visit.document.sides.includes(side));
    for (const side of SHOES.filter((each) => (one.side ? one.side === each : has(each)))) {
      one[side] = String(steps[place].wedges[side]);
    }
  });
}

/** Give recordings that just came in the next places of the visit; the one it was planned from is asked about. */
export function takePlaces(news) {
  const { visit } = session;
  if (!visit) return;
  const from = plannedFrom();
  for (const one of inOrder(news)) {
    const place = visit.slots.indexOf(null);
    if (place < 0) break;
    if (one === from && !visit.asked) offer([one]);
    else if (one !== from && fits(one, place) !== false) visit.slots[place] = one.id;
  }
  settle();
}

export function freePlace(one) {
  const { visit } = session;
  if (!visit) return;
  visit.slots = visit.slots.map((id) => (id === one.id ? null : id));
  if (visit.asked?.includes(one.id)) visit.asked = null;
  settle();
}

/** The question whose answer the visit waits for. */
function question(act) {
  const some = session.visit.asked.map(byTheirId).filter(Boolean);
  const names = placeNames();
  const alone = some.length === 1;
  const words = say(alone ? "plan_ask_first" : "plan_ask_all", { name: labelOf(some[0]), step: names[0][1] });
  const answer = (yes, key) => make("button", { type: "button", onclick: () => act.answerAsked(yes) }, say(key));
  return make("div", { class: "message ask", role: "group", "aria-label": words },
    make("p", {}, make("strong", {}, words)),
    !alone && list(some.map((one, place) => `${names[place][1]}: ${labelOf(one)}`)),
    make("p", {}, say("plan_ask_why")),
    make("div", { class: "from" }, answer(true, "yes"), answer(false, "no")));
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
    visit.asked && question(act),
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
