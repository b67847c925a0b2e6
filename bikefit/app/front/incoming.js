// What comes in: files, samples, laps of a recording, and a session that was kept.
import { config, say } from "./dom.js";
import { Refused } from "./engine.js";
import { imported } from "./memory.js";
import { page } from "./page.js";
import { newRecording, session } from "./session.js";
import { lookInto, update } from "./update.js";
import { freePlace, planVisit, takePlaces } from "./visit.js";
import { tell, trouble, work } from "./work.js";

export async function addFiles(files) {
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
      const name = await page.engine.add(file, { signal });
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
export function split(one) {
  const place = session.recordings.indexOf(one);
  freePlace(one);
  if (session.visit) Object.assign(one, { left: "", right: "" }); // each lap gets those of its place
  const { name, size, blob, sample, side, left, right, file } = one;
  const laps = file.laps.map(({ number }) => newRecording({ name, size, blob, sample, side, left, right, file, part: `lap${number}` }));
  session.recordings.splice(place, 1, ...laps);
  takePlaces(laps);
}

export async function addSample(name) {
  let copied = [];
  await work(async (signal) => {
    copied = (await page.engine.ask("sample", { name }, { signal })).recordings;
  });
  const known = new Set(session.recordings.map((one) => one.name));
  await take(copied.filter((one) => !known.has(one.name)).map((one) => newRecording({
    name: one.name, size: one.size, sample: name, left: one.options["left-wedges"] ?? "", right: one.options["right-wedges"] ?? "",
  })));
}

/** Take up a session that was remembered or exported. */
export async function restore(told) {
  Object.assign(session.settings, told.settings, { brand: "" }); // the files of a brand are not kept
  page.drawSettings();
  const places = new Map();
  const samples = new Map();
  await work(async (signal, onStage) => {
    for (const { id, blob, ...given } of told.recordings) {
      const one = newRecording(given);
      if (given.sample) {
        if (!samples.has(given.sample)) samples.set(given.sample, await page.engine.ask("sample", { name: given.sample }, { signal }));
      } else if (given.parts) {
        for (const part of one.parts) if (part.blob) await page.engine.add({ name: part.name, blob: part.blob }, { signal });
      } else if (blob) {
        onStage("reading", { name: given.name });
        one.blob = blob;
        one.name = await page.engine.add({ name: given.name, blob }, { signal });
      } else continue;
      places.set(id, one.id);
      session.recordings.push(one);
    }
    if (told.visit) {
      await planVisit(page.engine, told.visit.request.file, told.visit.request.options.laps);
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
