// Python in a worker of the page: Pyodide with bikefit in it, one request after the other. Files that were dropped are
// read where they lie, piece by piece, and nothing leaves the page.
"use strict";
importScripts("site_files.js", "engine/pyodide.js");

const LIST = new Map(self.BIKEFIT_SITE.files.map((file) => [new URL(file.path, self.location).href, file]));
const FOLDER = "/recordings";
const READ_BYTES = 4 << 20;
const START = `
import sys
from pathlib import Path
from bikefit.app.engine import Engine, place

class WantsScipy:
    "Notes that scipy was asked for while it is not here; it is fetched then, and the request done again."
    asked = False

    def find_spec(self, name, path=None, target=None):
        if name == "scipy":
            self.asked = True

wants_scipy = WantsScipy()
sys.meta_path.append(wants_scipy)
folder, trial = Path("${FOLDER}"), Path("/trial")
folder.mkdir(), trial.mkdir()
engine = Engine(folder)

def warm_up():
    "Import all that a first answer needs, by giving one."
    tried = Engine(trial)
    ride = {"file": tried.call("sample", {"name": "first"})["recordings"][0]["name"]}
    tried.call("analyze", ride)
    tried.call("report", {"of": "analyze", "request": ride})
`;

let python = null;
let hasScipy = false;
let mounts = 0;
const places = new Map();
let fetched = 0;
let wanted = 0;

const fetchPlainly = self.fetch.bind(self);
self.fetch = async (address, how) => {
  const reply = await fetchPlainly(address, how);
  if (!LIST.has(new URL(address.url ?? address, self.location).href) || !reply.ok) return reply;
  const count = new TransformStream({
    transform(piece, out) {
      fetched += piece.byteLength;
      self.postMessage({ stage: "loading", done: Math.min(fetched, wanted), total: wanted });
      out.enqueue(piece);
    },
  });
  return new Response(reply.body.pipeThrough(count), { status: reply.status, headers: reply.headers });
};

function toFetch(part) {
  fetched = 0;
  const counted = (file) => file.part === part && /\.(wasm|zip|whl)$/.test(file.path);
  wanted = self.BIKEFIT_SITE.files.filter(counted).reduce((sum, file) => sum + file.bytes, 0);
}

class NotFetched extends Error {}

async function load(names) {
  let failed = "";
  const quiet = { messageCallback() {}, errorCallback: (message) => (failed = message) };
  const loaded = await python.loadPackage(names, quiet);
  if (failed || !names.every((name) => loaded.some((each) => each.name === name))) throw new NotFetched(failed);
  emptyLibraries();
}

const DO = {
  async open({ files }) {
    toFetch("first");
    python = await self.loadPyodide({ indexURL: new URL("engine/", self.location).href });
    readInParts(python.FS.filesystems.WORKERFS);
    await load(["bikefit"]);
    python.runPython(START);
    for (const { name, blob } of files) mount(name, blob);
    return null;
  },

  add({ file, name }) {
    const place = python.globals.get("place");
    const path = place(python.globals.get("folder"), name);
    const free = path.name;
    path.destroy();
    mount(free, file);
    return free;
  },

  remove({ name }) {
    const at = places.get(name);
    if (!at) return null;
    python.FS.unlink(`${FOLDER}/${name}`);
    if (at !== FOLDER) python.FS.unmount(at);
    places.delete(name);
    return null;
  },

  async ask({ what, request }) {
    const answer = JSON.parse(await call(what, request));
    if (what !== "sample" || answer.error) return answer;
    const copies = answer.recordings.map(({ name }) => {
      places.set(name, FOLDER);
      return { name, blob: new Blob([python.FS.readFile(`${FOLDER}/${name}`)]) };
    });
    return { answer, copies };
  },

  async report({ request }) {
    const given = await call("report", request);
    return typeof given === "string" ? JSON.parse(given) : given;
  },

  warmUp() {
    python.runPython("warm_up()");
    return null;
  },
};

/** Let go of compiled libraries' files once they are loaded; nothing reads them again. */
function emptyLibraries() {
  const lib = "/lib";
  for (const path of Object.keys(python._module.LDSO.loadedLibsByName)) {
    if (path.startsWith(lib) && python.FS.analyzePath(path).exists) python.FS.truncate(path, 0);
  }
}

/** Let no read of a dropped file be large: what it reads lies in the memory of the page for a while. */
function readInParts(system) {
  const { read } = system.stream_ops;
  system.stream_ops.read = (stream, buffer, offset, length, position) =>
    read(stream, buffer, offset, Math.min(length, READ_BYTES), position);
}

/** Put a file of the page into the engine's folder without copying it. */
function mount(name, blob) {
  const at = `/files_${(mounts += 1)}`;
  python.FS.mkdir(at);
  python.FS.mount(python.FS.filesystems.WORKERFS, { files: [new File([blob], name)] }, at);
  python.FS.symlink(`${at}/${name}`, `${FOLDER}/${name}`);
  places.set(name, at);
}

/** Ask Python; where scipy turns out to be needed, fetch it and ask again. */
async function call(what, request) {
  const engine = python.globals.get("engine");
  const wants = python.globals.get("wants_scipy");
  const ask = () => {
    const given = engine.call_json(what, JSON.stringify(request));
    if (typeof given === "string") return given;
    const bytes = given.toJs();
    given.destroy();
    return bytes;
  };
  self.postMessage({ stage: "analysing" });
  const given = ask();
  if (hasScipy || !wants.asked) return given;
  wants.asked = false;
  toFetch("scipy");
  await load(["scipy"]);
  hasScipy = true;
  self.postMessage({ stage: "analysing" });
  return ask();
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ answer: await DO[data.do](data) });
  } catch (error) {
    // what the project can say comes as an answer; this is a part that cannot be fetched, or the end of Python
    const fetching = error instanceof NotFetched || !python;
    self.postMessage(fetching ? { notFetched: true } : { failed: String(error.message ?? error).trim().split("\n").pop() });
  }
};
