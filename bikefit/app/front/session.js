// What the page knows: recordings in order, settings, the visit. Everything that is shown follows from it.
let lastId = 0;

export const session = {
  recordings: [],
  settings: {},
  visit: null,
  shown: "all",
  systems: [],
};

/** How many wedges of the chosen system may be stacked. */
export function mostWedges() {
  const { systems, settings } = session;
  return (systems.find(({ id }) => id === settings.system) ?? systems[0])?.most ?? 0;
}

/** A recording as it was dropped; `part` is "", or "lap2". `options` are those of the command line. */
export function newRecording(given) {
  lastId += 1;
  return {
    id: `r${lastId}`, name: "", names: null, parts: null, size: 0, blob: null, sample: "", part: "", side: "", left: "", right: "",
    file: null, answer: null, document: null, error: "", missing: null, done: "", ...given,
  };
}

const REPORT_WORDS = ["rider", "fitter", "title", "paper", "pages"];
const OWN = ["neutral-kind", "left-neutral", "right-neutral", "static", "remounted"];

/** The options that hold for every recording. */
export function commonOptions() {
  const told = Object.entries(session.settings).filter(([word, value]) => {
    return value && !REPORT_WORDS.includes(word) && !OWN.includes(word);
  });
  const options = Object.fromEntries(told);
  const kind = session.settings["neutral-kind"];
  if (kind === "recovery" || kind === "zero") options.neutral = kind;
  if (kind === "static" && session.settings.static) Object.assign(options, { static: session.settings.static, neutral: "static" });
  if (kind === "angle") {
    for (const side of ["left", "right"]) {
      const angle = session.settings[`${side}-neutral`];
      if (angle) options[`${side}-neutral`] = angle;
    }
  }
  return options;
}

export function reportOptions() {
  return Object.fromEntries(REPORT_WORDS.map((word) => [word, session.settings[word] ?? ""]));
}

/** Recordings that are rides, not the still trial. */
export function rides() {
  const still = session.settings["neutral-kind"] === "static" ? session.settings.static : "";
  return session.recordings.filter((one) => one.name !== still || one.names);
}

const sourceOf = (one) => one.name + (one.part ? `@${one.part}` : "");
export const labelOf = (one) => (one.names ? Object.values(one.names).flat().join(" + ") : sourceOf(one));

export function analyzeRequest(one) {
  const options = { ...commonOptions(), side: one.side, "left-wedges": one.left, "right-wedges": one.right };
  return one.names ? { ...one.names, options: { ...options, side: "" } } : { file: sourceOf(one), options };
}

export function inspectRequest(one) {
  return { file: sourceOf(one), options: { ...commonOptions(), side: one.side } };
}

/** The recordings that can be compared, and why there is no comparison where there is none. */
export function compared() {
  const usable = (one) => one.answer && !one.names;
  const visited = session.visit ? session.visit.slots.map((id) => session.recordings.find((one) => one.id === id)) : [];
  const inVisit = visited.filter((one) => one && usable(one));
  const all = visited.some(Boolean) ? inVisit : rides().filter(usable);
  if (session.visit?.asked) return { recordings: all, why: "asked" };
  if (all.length < 2) return { recordings: all, why: "few" };
  const told = ["left", "right"].filter((side) => all.some((one) => one[side] !== ""));
  if (!told.length) return { recordings: all, why: "counts" };
  const differs = told.some((side) => new Set(all.map((one) => one[side] || "0")).size > 1);
  return { recordings: all, why: differs ? "" : "same", told };
}

export function compareRequest({ recordings, told }) {
  const options = { ...commonOptions(), remounted: Boolean(session.settings.remounted) };
  for (const side of told) options[`${side}-wedges`] = recordings.map((one) => one[side] || "0").join(",");
  const sides = new Set(recordings.map((one) => one.side));
  if (sides.size === 1) options.side = recordings[0].side;
  return { files: recordings.map(sourceOf), options };
}
