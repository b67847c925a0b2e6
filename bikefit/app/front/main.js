// The page: what comes in is added, asked about, answered, and shown; one thing after another.
import { drawAnswer, drawReport } from "./answer.js";
import { askFolder, drawBatch } from "./batch.js";
import { byId, config, make, save, say } from "./dom.js";
import { Refused, openEngine } from "./engine.js";
import { chosenFolder, dropped } from "./files.js";
import { exported, forget, imported, recall, remember } from "./memory.js";
import { drawRows } from "./rows.js";
import { analyzeRequest, compareRequest, compared, inspectRequest, labelOf, newRecording, rides, session } from "./session.js";
import { drawSettings } from "./settings.js";
import { answerAsked, askAnew, drawVisit, freePlace, offerPlaces, planVisit, setPlace, takePlaces } from "./visit.js";

const SHOW_BUSY_MS = 250;
let engine;
let about;
let working = null; // {abort, promise} of what is being done
let updating = false;
let again = false;

// ---- saying what goes on -----------------------------------------------------------------------------------

function tell(words) {
  const box = byId("message");
  box.textContent = words;
  box.hidden = !words;
}

function trouble(error) {
  if (error.name === "AbortError") tell(say("stopped"));
  else {
    tell(error.message);
    if (!(error instanceof Refused)) console.error(error);
  }
}

/** Show what is being done, for how long, and a button that stops it. */
function busyWith(abort) {
  const since = performance.now();
  const box = byId("busy");
  const words = make("span", {}, say("analysing"));
  const bar = make("progress", { hidden: true, "aria-label": say("analysing") });
  const time = make("span", { class: "fine", "aria-hidden": "true" });
  box.replaceChildren(make("span", { class: "spin", "aria-hidden": "true" }), words, bar, time,
    make("button", { type: "button", onclick: () => abort.abort() }, say("cancel")));
  const ticking = setInterval(() => {
    const passed = performance.now() - since;
    if (passed > SHOW_BUSY_MS) box.hidden = false;
    time.textContent = say("seconds", { seconds: Math.floor(passed / 1000) });
  }, 100);
  const onStage = (stage, { name = "", done = 0, total = 0 } = {}) => {
    words.textContent = stage === "batch" ? say("folder_progress", { done, total }) : stage === "reading" ? say("reading", { name }) : say(stage);
    bar.hidden = !total;
    if (total) Object.assign(bar, { max: total, value: done });
  };
  const end = () => {
    clearInterval(ticking);
    box.hidden = true;
  };
  return { onStage, end };
}

/** Tell whoever cannot see it that the page is about to change, or that all is done. */
function busy(is) {
  document.querySelector("main").setAttribute("aria-busy", String(is));
}

/** Do one thing at a time; what is asked meanwhile waits. Gives back what went wrong, or null. */
async function work(act) {
  busy(true);
  while (working) await working.promise;
  const abort = new AbortController();
  const { onStage, end } = busyWith(abort);
  tell("");
  const promise = (async () => {
    try {
      await act(abort.signal, onStage);
      return null;
    } catch (error) {
      trouble(error);
      return error;
    } finally {
      end();
      working = null;
      busy(updating);
    }
  })();
  working = { abort, promise };
  return promise;
}

// ---- from recordings to answers ----------------------------------------------------------------------------

/** Bring every answer up to date; a change in the middle begins anew. */
async function update() {
  if (updating) {
    again = true;
    return;
  }
  updating = true;
  busy(true);
  do {
    again = false;
    draw();
    await work(async (signal, onStage) => {
      try {
        for (const one of rides()) await answerOf(one, signal, onStage);
      } catch (error) {
        if (error.name === "AbortError") leaveOff();
        throw error;
      }
      await compareAll(signal, onStage);
      draw();
      onStage("report_made");
      await drawReport(engine, signal);
    });
  } while (again);
  draw();
  await remember(session);
  updating = false;
  busy(false);
  if (again) await update();
}

/** Mark what was stopped before its answer, so that nothing begins it again but a hand. */
function leaveOff() {
  for (const one of rides()) {
    const key = JSON.stringify(analyzeRequest(one));
    if (one.done !== key) Object.assign(one, { done: key, error: say("stopped"), answer: null, document: null, stopped: true });
  }
}

async function answerOf(one, signal, onStage) {
  const request = analyzeRequest(one);
  const key = JSON.stringify(request);
  if (one.done === key || again) return;
  const stage = (what) => onStage(what, { name: labelOf(one) });
  try {
    const { answer, document, file } = await engine.ask("analyze", request, { signal, onStage: stage });
    Object.assign(one, { answer, document, file, request, what: "analyze", error: "", missing: null, stopped: false });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    Object.assign(one, { answer: null, document: null, error: error.message, stopped: false });
    if (!one.names) await lookInto(one, signal);
  }
  one.done = key;
  draw();
}

/** Find out what a recording that gives no answer holds, and what it lacks. */
async function lookInto(one, signal) {
  try {
    const found = await engine.ask("inspect", inspectRequest(one), { signal });
    Object.assign(one, { missing: found.answer, file: found.file });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    one.missing = null;
  }
}

async function compareAll(signal, onStage) {
  const together = compared();
  session.compareError = "";
  if (together.why) {
    session.comparison = null;
    return;
  }
  const request = compareRequest(together);
  if (session.comparison && JSON.stringify(session.comparison.request) === JSON.stringify(request)) return;
  try {
    onStage("analysing");
    const { answer, document } = await engine.ask("compare", request, { signal });
    session.comparison = { answer, document, request, what: "compare" };
    session.shown = "all";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.comparison = null;
    session.compareError = error.message;
  }
}

// ---- what comes in -----------------------------------------------------------------------------------------

async function addFiles(files) {
  if (!files.length) {
    tell(say("nothing_dropped"));
    return;
  }
  const exports = files.filter((file) => /\.bikefit\.json$/i.test(file.name));
  for (const file of exports) {
    const told = await imported(file);
    if (told) await restore(told);
    else tell(say("session_unreadable", { name: file.name }));
  }
  const news = [];
  const known = []; // in the list already, but not in the visit
  const wrong = await work(async (signal, onStage) => {
    for (const file of files.filter((each) => !exports.includes(each))) {
      if (config.max_bytes && file.size > config.max_bytes) {
        throw new Refused({ message: say("too_large", { name: file.name, size: Math.round(file.size / 1e6), limit: Math.round(config.max_bytes / 1e6) }) });
      }
      onStage("reading", { name: file.name });
      const name = await engine.add(file, { signal });
      const listed = session.recordings.find((one) => one.name === name && !one.part);
      if (!listed) news.push(newRecording({ name, size: file.size, blob: file }));
      else if (session.visit && !listed.names && !session.visit.slots.includes(listed.id)) known.push(listed);
    }
  });
  if (wrong?.name === "AbortError") return;
  await take(news, known);
  if (wrong) trouble(wrong);
}

async function take(news, known = []) {
  session.recordings.push(...news);
  if (session.visit?.request.options.laps && news.length === 1) await splitOnceRead(news[0]);
  else if (session.visit) {
    const coming = [...news, ...known];
    await work(async (signal) => {
      for (const one of coming) if (!one.file) await lookInto(one, signal);
    });
    takePlaces(coming);
  }
  if (news.length === 1) session.shown = news[0].id;
  await update();
}

async function splitOnceRead(one) {
  await work(async (signal) => lookInto(one, signal));
  if (one.file?.laps.length >= session.visit.slots.length) split(one);
  else takePlaces([one]);
}

/** Put the laps of a recording in its place, each by itself. */
function split(one) {
  const place = session.recordings.indexOf(one);
  freePlace(one);
  if (session.visit) Object.assign(one, { left: "", right: "" }); // each lap gets those of its place
  const { name, size, blob, sample, side, left, right, file } = one;
  const laps = file.laps.map(({ number }) => newRecording({ name, size, blob, sample, side, left, right, file, part: `lap${number}` }));
  session.recordings.splice(place, 1, ...laps);
  takePlaces(laps);
}

async function addSample(name) {
  let copied = [];
  await work(async (signal) => {
    copied = (await engine.ask("sample", { name }, { signal })).recordings;
  });
  const known = new Set(session.recordings.map((one) => one.name));
  await take(copied.filter((one) => !known.has(one.name)).map((one) => newRecording({
    name: one.name, size: one.size, sample: name, left: one.options["left-wedges"] ?? "", right: one.options["right-wedges"] ?? "",
  })));
}

/** Take up a session that was remembered or exported. */
async function restore(told) {
  Object.assign(session.settings, told.settings, { brand: "" }); // the files of a brand are not kept
  drawSettings(about, act);
  const places = new Map();
  const samples = new Map();
  await work(async (signal, onStage) => {
    for (const { id, blob, ...given } of told.recordings) {
      const one = newRecording(given);
      if (given.sample) {
        if (!samples.has(given.sample)) samples.set(given.sample, await engine.ask("sample", { name: given.sample }, { signal }));
      } else if (given.parts) {
        for (const part of one.parts) if (part.blob) await engine.add({ name: part.name, blob: part.blob }, { signal });
      } else if (blob) {
        onStage("reading", { name: given.name });
        one.blob = blob;
        one.name = await engine.add({ name: given.name, blob }, { signal });
      } else continue;
      places.set(id, one.id);
      session.recordings.push(one);
    }
    if (told.visit) {
      await planVisit(engine, told.visit.request.file, told.visit.request.options.laps);
      const { visit } = session;
      visit.slots = told.visit.slots.map((id) => places.get(id) ?? null);
      const asked = (told.visit.asked ?? []).map((id) => places.get(id)).filter(Boolean);
      visit.asked = asked.length ? asked : null;
      visit.labelled = visit.asked ? {} : Object.fromEntries(visit.slots.map((id, place) => [id, place]).filter(([id]) => id));
      visit.ticks = told.visit.ticks;
    }
  });
  await update();
}

// ---- what is clicked ---------------------------------------------------------------------------------------

const act = {
  changed: () => {
    askAnew();
    update();
  },
  place: (one, to) => {
    setPlace(one, to);
    update();
  },
  answerAsked: (yes) => {
    answerAsked(yes);
    update();
  },
  again: (one) => {
    one.done = "";
    update();
  },
  choose: (id) => {
    session.shown = id;
    update();
  },
  remove: async (one) => {
    session.recordings = session.recordings.filter((each) => each !== one);
    freePlace(one);
    for (const name of one.names ? Object.values(one.names).flat() : [one.name]) {
      if (!session.recordings.some((each) => each.name === name)) await engine.remove(name).catch(trouble);
    }
    byId(session.recordings.length ? "recordings-title" : "files").focus();
    await update();
  },
  move: (one, by) => {
    const place = session.recordings.indexOf(one);
    session.recordings.splice(place, 1);
    session.recordings.splice(place + by, 0, one);
    update();
  },
  split: (one) => {
    split(one);
    update();
  },
  join: (bySide) => {
    const names = {};
    const wedges = {};
    for (const [side, files] of Object.entries(bySide).filter(([, each]) => each.length)) {
      names[side] = files.map((one) => one.name);
      wedges[side] = files.map((one) => one[side]).find(Boolean) ?? "";
    }
    const all = Object.values(bySide).flat();
    const one = newRecording({ name: all[0].name, names, parts: all.map(({ name, blob, size }) => ({ name, blob, size })), ...wedges });
    session.recordings = session.recordings.map((each) => (each === all[0] ? one : each)).filter((each) => !all.includes(each));
    session.shown = one.id;
    update();
  },
  plan: async (from, laps) => {
    const file = from && typeof from === "object" ? labelOf(from) : from;
    const begins = !session.visit;
    const wrong = await work(() => planVisit(engine, file, laps));
    if (begins && !wrong) offerPlaces();
    await update();
    byId("visit").scrollIntoView({ block: "start", behavior: "smooth" });
  },
  tick: (index, done) => {
    session.visit.ticks[index] = done;
    draw();
    remember(session);
  },
  leavePlan: () => {
    session.visit = null;
    update();
  },
  brand: async (files) => {
    await work(async (signal) => {
      for (const file of files) {
        await engine.remove(file.name);
        await engine.add(file, { signal });
      }
    });
    session.settings.brand = files.find((file) => file.name.endsWith(".toml"))?.name ?? "";
    drawSettings(about, act);
    await update();
  },
  settingsChanged,
  work,
  add: addFiles,
};

function settingsChanged(word) {
  if (session.visit && ["system", "language"].includes(word)) act.plan(session.visit.request.file, session.visit.request.options.laps);
  update();
}

function draw() {
  byId("drop").classList.toggle("small", session.recordings.length > 0);
  byId("drop-title").textContent = say(session.recordings.length ? "drop_more" : "drop_title");
  byId("session").hidden = !session.recordings.length;
  drawRows(act);
  drawAnswer(engine, act);
  drawVisit(engine, act);
}

function listen() {
  const zone = byId("drop");
  let depth = 0;
  addEventListener("dragenter", () => zone.classList.toggle("over", (depth += 1) > 0));
  addEventListener("dragleave", () => zone.classList.toggle("over", (depth -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    const { files, folder, inside } = await dropped(event.dataTransfer);
    if (folder) askFolder(engine, { folder, inside }, act);
    if (files.length || !folder) await addFiles(files);
  });
  byId("files").addEventListener("change", async ({ target }) => {
    const files = [...target.files];
    target.value = "";
    if (files.length) await addFiles(files);
  });
  byId("folder").addEventListener("change", ({ target }) => {
    const found = chosenFolder(target.files);
    target.value = "";
    if (found.inside.length) askFolder(engine, found, act);
  });
  byId("sample").addEventListener("click", () => addSample("first"));
  byId("sample-visit").addEventListener("click", () => addSample("visit"));
  byId("export").addEventListener("click", async () => save(await exported(session, about.version), "session.bikefit.json"));
  byId("forget").addEventListener("click", async () => {
    await forget();
    const names = new Set(session.recordings.flatMap((one) => (one.names ? Object.values(one.names).flat() : [one.name])));
    for (const name of names) await engine.remove(name).catch(trouble);
    Object.assign(session, { recordings: [], settings: { language: config.language }, visit: null, comparison: null, shown: "all" });
    drawSettings(about, act);
    byId("frame").replaceChildren();
    delete byId("frame").dataset.shows;
    draw();
    tell(say("session_forgotten"));
  });
  document.addEventListener("trouble", ({ detail }) => trouble(detail));
  byId("end").addEventListener("click", async () => {
    await engine.quit().catch(() => {});
    document.body.replaceChildren(make("main", {}, make("p", { class: "message", role: "status" }, say("ended"))));
  });
}

/** Offer the last session, where there is one. */
async function offerLast() {
  const told = await recall();
  if (!told?.recordings.length) return;
  const box = byId("last");
  const names = told.recordings.map((one) => one.name).join(", ");
  const close = () => (box.hidden = true);
  const goOn = async () => {
    close();
    await restore(told);
  };
  const drop = async () => {
    close();
    await forget();
  };
  box.replaceChildren(make("p", {}, say("session_last", { day: new Date(told.saved).toLocaleDateString(), names })),
    make("div", { class: "buttons" },
      make("button", { type: "button", class: "strong", onclick: goOn }, say("session_go_on")),
      make("button", { type: "button", onclick: drop }, say("session_forget"))));
  box.hidden = false;
}

async function begin() {
  engine = await openEngine(config);
  session.settings.language = config.language;
  const opening = engine.open((words) => (byId("loading").textContent = words));
  working = { promise: opening.catch(() => {}) }; // what is dropped meanwhile waits
  listen();
  about = await opening.finally(() => (working = null));
  byId("loading").hidden = true;
  byId("end").hidden = !engine.can.quit;
  session.systems = about.systems;
  drawSettings(about, act);
  drawBatch(engine, act);
  draw();
  await offerLast();
  document.body.dataset.ready = "true";
}

begin().catch((error) => {
  byId("loading").hidden = true;
  trouble(error);
});
