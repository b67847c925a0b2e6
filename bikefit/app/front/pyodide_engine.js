// The engine inside the browser: a worker with Python in it (worker.js). One request at a time goes to the worker; to end
// one, the worker is ended and begun anew with the same files.
import { say } from "./dom.js";
import { Refused, TYPES, settled } from "./engine.js";

const CLAIM_MS = 8000;
const failure = (reason) => say("program_stopped", { reason });

export class PyodideEngine {
  can = { formats: ["html", "json"], folder: false, quit: false };
  #worker = null;
  #files = new Map();
  #last = Promise.resolve();

  async open(onStage) {
    await keepForOffline();
    const inMb = (bytes) => (bytes / 1e6).toFixed(0);
    const told = (stage, { done, total }) => {
      if (total) onStage?.(say("loading_part", { done: inMb(done), total: inMb(total) }));
    };
    const about = await this.ask("about", {}, { onStage: told });
    this.#post({ do: "warmUp" }).catch(() => {});
    return about;
  }

  async add(file, { signal } = {}) {
    const blob = file.blob ?? file;
    const name = await this.#post({ do: "add", file: blob, name: file.name }, { signal });
    this.#files.set(name, blob);
    return name;
  }

  async remove(name) {
    this.#files.delete(name);
    await this.#post({ do: "remove", name });
  }

  async ask(what, request, options = {}) {
    const given = settled(await this.#post({ do: "ask", what, request }, options));
    for (const { name, blob } of given.copies ?? []) this.#files.set(name, blob);
    return given.copies ? given.answer : given;
  }

  async report(of, request, format, options = {}, { signal } = {}) {
    const asked = { of, request, format, options };
    const given = settled(await this.#post({ do: "report", request: asked }, { signal }));
    return new Blob([given], { type: TYPES[format] });
  }

  /** Hand a message to the worker when it is its turn. */
  #post(message, { signal, onStage } = {}) {
    const turn = this.#last.then(async () => {
      signal?.throwIfAborted();
      if (!this.#worker) await this.#begin(signal, onStage);
      return this.#exchange(message, signal, onStage);
    });
    this.#last = turn.catch(() => {});
    return signal ? Promise.race([turn, aborted(signal)]) : turn;
  }

  async #begin(signal, onStage) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url));
    const files = [...this.#files].map(([name, blob]) => ({ name, blob }));
    await this.#exchange({ do: "open", files }, signal, onStage);
  }

  #exchange(message, signal, onStage) {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const end = (error) => {
        worker.terminate();
        this.#worker = null;
        reject(error);
      };
      const stop = () => end(signal.reason);
      signal?.addEventListener("abort", stop, { once: true });
      worker.onmessage = ({ data }) => {
        if (data.stage) {
          onStage?.(data.stage, data);
          return;
        }
        signal?.removeEventListener("abort", stop);
        const notFetched = new Refused({ message: say("not_fetched") });
        if (data.notFetched) message.do === "open" ? end(notFetched) : reject(notFetched);
        else if (data.failed) end(new Refused({ message: failure(data.failed) }));
        else resolve(data.answer);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        signal?.removeEventListener("abort", stop);
        end(new Refused({ message: event.message ? failure(event.message) : say("not_fetched") }));
      };
      worker.postMessage(message);
    });
  }
}

function aborted(signal) {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Let the service worker keep what is fetched; where a browser has none, the page works while there is a connection. */
async function keepForOffline() {
  if (!navigator.serviceWorker) return;
  try {
    const claimed = new Promise((done) => {
      navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
      setTimeout(done, CLAIM_MS);
    });
    const address = new URL("./service_worker.js", import.meta.url);
    const registration = await navigator.serviceWorker.register(address, { updateViaCache: "none" });
    if (!registration.active) await claimed;
  } catch {
    // refused by the browser's settings: then nothing is kept
  }
}
