// The page: what is clicked, dropped and chosen, and how all of it is drawn.
import { drawAnswer } from "./answer.js";
import { askFolder, drawBatch } from "./batch.js";
import { byId, config, make, save, say } from "./dom.js";
import { openEngine } from "./engine.js";
import { chosenFolder, dropped } from "./files.js";
import { addFiles, addSample, restore, split } from "./incoming.js";
import { exported, forget, recall, remember } from "./memory.js";
import { page } from "./page.js";
import { drawRows } from "./rows.js";
import { labelOf, newRecording, session } from "./session.js";
import { drawSettings } from "./settings.js";
import { update } from "./update.js";
import { answerAsked, askAnew, drawVisit, freePlace, offerPlaces, planVisit, setPlace } from "./visit.js";
import { tell, trouble, waitFor, work } from "./work.js";

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
      if (!session.recordings.some((each) => each.name === name)) await page.engine.remove(name).catch(trouble);
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
    const wrong = await work(() => planVisit(page.engine, file, laps));
    if (begins && !wrong) offerPlaces();
    await update();
    byId("visit").scrollIntoView({ block: "start", behavior: "smooth" });
  },
  tick: (index, done) => {
    session.visit.ticks[index] = done;
    page.draw();
    remember(session);
  },
  leavePlan: () => {
    session.visit = null;
    update();
  },
  brand: async (files) => {
    await work(async (signal) => {
      for (const file of files) {
        await page.engine.remove(file.name);
        await page.engine.add(file, { signal });
      }
    });
    session.settings.brand = files.find((file) => file.name.endsWith(".toml"))?.name ?? "";
    page.drawSettings();
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

page.drawSettings = () => drawSettings(page.about, act);
page.draw = () => {
  byId("drop").classList.toggle("small", session.recordings.length > 0);
  byId("drop-title").textContent = say(session.recordings.length ? "drop_more" : "drop_title");
  byId("session").hidden = !session.recordings.length;
  drawRows(act);
  drawAnswer(page.engine, act);
  drawVisit(page.engine, act);
};

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
    if (folder) askFolder(page.engine, { folder, inside }, act);
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
    if (found.inside.length) askFolder(page.engine, found, act);
  });
  byId("sample").addEventListener("click", () => addSample("first"));
  byId("sample-visit").addEventListener("click", () => addSample("visit"));
  byId("export").addEventListener("click", async () => save(await exported(session, page.about.version), "session.bikefit.json"));
  byId("forget").addEventListener("click", async () => {
    await forget();
    const names = new Set(session.recordings.flatMap((one) => (one.names ? Object.values(one.names).flat() : [one.name])));
    for (const name of names) await page.engine.remove(name).catch(trouble);
    Object.assign(session, { recordings: [], settings: { language: config.language }, visit: null, comparison: null, shown: "all" });
    page.drawSettings();
    byId("frame").replaceChildren();
    delete byId("frame").dataset.shows;
    page.draw();
    tell(say("session_forgotten"));
  });
  document.addEventListener("trouble", ({ detail }) => trouble(detail));
  byId("end").addEventListener("click", async () => {
    await page.engine.quit().catch(() => {});
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
  const engine = await openEngine(config);
  page.engine = engine;
  session.settings.language = config.language;
  const opening = waitFor(engine.open((words) => (byId("loading").textContent = words)));
  listen(); // what is dropped meanwhile waits
  page.about = await opening;
  byId("loading").hidden = true;
  byId("end").hidden = !engine.can.quit;
  session.systems = page.about.systems;
  page.drawSettings();
  drawBatch(engine, act);
  page.draw();
  await offerLast();
  document.body.dataset.ready = "true";
}

begin().catch((error) => {
  byId("loading").hidden = true;
  trouble(error);
});
