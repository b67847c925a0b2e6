// The list of recordings: what each is, which shoe and part of it counts, and what was on the shoes.
import { byId, choose, clock, field, make, say, wedgesWords } from "./dom.js";
import { labelOf, mostWedges, session } from "./session.js";
import { placeNames } from "./visit.js";

/** What may be said of a shoe's wedges: up to the chosen system's most, and what was said already. */
const counts = (said) => {
  const most = Math.max(mostWedges(), Math.abs(Number(said)));
  const pairs = [["", say("wedges_unsaid")], ["0", wedgesWords(0)]];
  for (let n = 1; n <= most; n += 1) pairs.push([String(n), wedgesWords(n)]);
  for (let n = 1; n <= most; n += 1) pairs.push([String(-n), wedgesWords(-n)]);
  return pairs;
};

/** Draw the list; `act` holds what the rows can ask for: changed, remove, move, split, join. */
export function drawRows(act) {
  byId("recordings").hidden = session.recordings.length === 0;
  const focus = document.activeElement?.dataset?.key;
  byId("rows").replaceChildren(...session.recordings.map((one, place) => row(one, place, act)));
  if (focus) document.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  const together = joinable();
  if (together) {
    const button = make("button", { type: "button", onclick: () => act.join(together) }, say("join"));
    byId("rows").append(make("li", {}, button));
  }
}

function row(one, place, act) {
  const label = labelOf(one);
  const set = (name) => (value) => {
    one[name] = value;
    act.changed();
  };
  const key = (name) => ({ "data-key": `${one.id}-${name}` });
  const fields = [];
  const file = one.file;
  if (!one.names && (file?.side_unknown || one.side)) {
    const sides = [["", say("which_shoe")], ["left", say("left")], ["right", say("right")]];
    const needed = one.side ? {} : { class: "field needed" };
    fields.push(field(say("shoe"), choose(sides, one.side, set("side"), key("side")), needed));
  }
  if (file?.laps.length) {
    const laps = file.laps.map(({ number, from_s: from, to_s: to }) => {
      return [`lap${number}`, say("lap", { number, from: clock(from), to: clock(to) })];
    });
    const parts = [["", say("whole")], ...laps, ...(one.part ? [] : [["every", say("every_lap")]])];
    const chosen = (value) => (value === "every" ? act.split(one) : set("part")(value));
    fields.push(field(say("part"), choose(parts, one.part, chosen, key("part")), { class: "field part" }));
  }
  for (const side of ["left", "right"]) {
    if (one.error && !file?.feet.length && !one.side) continue; // there is nothing that wedges could be under
    if (file && file.feet.length && !file.feet.includes(side) && !(one.names?.[side])) continue;
    if (one.side && one.side !== side) continue;
    fields.push(field(say(`wedges_${side}`), choose(counts(one[side]), one[side], set(side), key(side))));
  }
  if (session.visit && !one.names) {
    const taken = session.visit.slots.indexOf(one.id);
    const places = [["-1", say("no_place")], ...placeNames()];
    fields.push(field(say("place"), choose(places, String(taken), (to) => act.place(one, Number(to)), key("place"))));
  }
  const about = [one.names ? say("joined") : "", file ? (one.part ? "" : clock(file.duration_s)) : one.error ? "" : say("waiting")];
  const many = session.recordings.length > 1;
  const does = [
    many && make("button", { type: "button", class: "quiet", "aria-label": say("earlier", { name: label }), disabled: place === 0, onclick: () => act.move(one, -1), ...key("up") }, "↑"),
    many && make("button", { type: "button", class: "quiet", "aria-label": say("later", { name: label }), disabled: place === session.recordings.length - 1, onclick: () => act.move(one, 1), ...key("down") }, "↓"),
    make("button", { type: "button", class: "quiet", "aria-label": say("remove", { name: label }), title: say("remove_short"), onclick: () => act.remove(one) }, "✕"),
  ];
  return make("li", { class: "row" },
    make("div", { class: "name" }, label.split(/(?=@)/).flatMap((part, place) => place ? [make("wbr"), part] : [part]), make("span", { class: "fine" }, about.filter(Boolean).join(" · "))),
    make("div", { class: "fields" }, fields),
    make("div", { class: "does" }, does),
    one.error && trouble(one, act),
  );
}

/** The sentence of what went wrong, up to what the list below it says as well. */
function shortened({ error, missing }) {
  const places = (missing?.missing_in_errors ?? []).map((line) => error.indexOf(line)).filter((at) => at > 0);
  return error.slice(0, Math.min(error.length, ...places)).trim();
}

/** What went wrong with a recording, what is missing, and what to do. */
function trouble(one, act) {
  const parts = [make("p", {}, one.file?.side_unknown && !one.side ? say("shoe_needed") : shortened(one))];
  const missing = one.missing;
  if (missing && !(one.file?.side_unknown && !one.side)) {
    const list = (title, lines) => lines.length > 0 && [make("p", {}, make("strong", {}, say(title))), make("ul", {}, lines.map((line) => make("li", {}, line)))];
    parts.push(list("missing_title", missing.missing), list("can_title", missing.can));
    if (missing.commands.length) {
      parts.push(make("details", {}, make("summary", {}, say("commands_title")), missing.commands.map((line) => make("pre", { class: "command" }, line))));
    }
  }
  if (one.stopped) parts.push(make("button", { type: "button", class: "quiet", onclick: () => act.again(one) }, say("again")));
  return make("div", { class: "trouble" }, parts.flat().filter(Boolean));
}

/** Files that may belong to one ride, by shoe: sensors recorded apart, or a gyroscope's file and an accelerometer's. */
function joinable() {
  const sideOf = (one) => one.side || (one.file?.feet.length === 1 ? one.file.feet[0] : "");
  const singles = session.recordings.filter((one) => !one.names && !one.part && sideOf(one));
  const names = Object.fromEntries(["left", "right"].map((side) => [side, singles.filter((one) => sideOf(one) === side)]));
  const few = names.left.length <= 2 && names.right.length <= 2;
  const apart = names.left.length && names.right.length;
  return few && singles.length > 1 && (apart || singles.some((one) => one.error)) ? names : null;
}
