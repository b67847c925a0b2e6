// The last session, remembered in this browser alone; exported as one file, forgotten with one button.
const BASE = "bikefit";
const SHELF = "session";
const KEY = "last";
const MOST_BYTES = 200_000_000;
const KEPT = ["name", "names", "parts", "size", "sample", "part", "side", "left", "right"];

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function shelf(mode, act) {
  try {
    const base = await open();
    const asked = act(base.transaction(SHELF, mode).objectStore(SHELF));
    const result = await new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    base.close();
    return result;
  } catch {
    return undefined; // a browser that remembers nothing, as in a private window
  }
}

/** What is kept of a session: files, options, the plan; results are worked out again. */
export function described(session) {
  const size = session.recordings.reduce((sum, one) => sum + (one.blob?.size ?? 0), 0);
  const recordings = session.recordings.map((one) => {
    const kept = Object.fromEntries(KEPT.map((name) => [name, one[name]]));
    return { ...kept, id: one.id, blob: size > MOST_BYTES ? null : one.blob };
  });
  const visit = session.visit && { request: session.visit.request, slots: session.visit.slots, ticks: session.visit.ticks, asked: session.visit.asked };
  return { saved: new Date().toISOString(), recordings, settings: { ...session.settings }, visit };
}

export const remember = (session) => shelf("readwrite", (store) => store.put(described(session), KEY));
export const recall = () => shelf("readonly", (store) => store.get(KEY));
export const forget = () => shelf("readwrite", (store) => store.delete(KEY));

const inText = (blob) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.readAsDataURL(blob);
});

/** One file with the recordings, the options and the results. */
export async function exported(session, version) {
  const told = described(session);
  for (const one of told.recordings) {
    one.parts = one.parts?.map((part) => ({ ...part })) ?? null;
    for (const file of [one, ...(one.parts ?? [])]) {
      file.data = file.blob ? await inText(file.blob) : null;
      delete file.blob;
    }
  }
  const results = session.recordings.filter((one) => one.document).map((one) => one.document);
  const whole = { schema: "bikefit.app-session/1", version, ...told, results, comparison: session.comparison?.document ?? null };
  return new Blob([JSON.stringify(whole, null, 1)], { type: "application/json" });
}

/** Read an exported session back; null where it is none. */
export async function imported(file) {
  try {
    const told = JSON.parse(await file.text());
    if (told.schema !== "bikefit.app-session/1" || !Array.isArray(told.recordings)) return null;
    for (const file of told.recordings.flatMap((one) => [one, ...(one.parts ?? [])])) {
      file.blob = file.data ? new Blob([Uint8Array.from(atob(file.data), (each) => each.charCodeAt(0))]) : null;
      delete file.data;
    }
    return told;
  } catch {
    return null;
  }
}
