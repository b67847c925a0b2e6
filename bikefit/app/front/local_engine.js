// The engine on this computer: the server that gave this page. Every address is relative, so the token in the page's
// own address goes along with each request.
import { Refused, TYPES, settled } from "./engine.js";

const GONE = "bikefit has ended, or its window was closed. Start it again: bikefit app.";

export class LocalEngine {
  can = { formats: ["html", "pdf", "png", "json"], folder: true, quit: true };

  async open() {
    return this.ask("about", {});
  }

  async add(file, { signal, folder } = {}) {
    const where = new URLSearchParams({ name: file.name, ...(folder ? { folder, path: file.path ?? file.name } : {}) });
    const reply = await this.#send(`api/files?${where}`, { method: "PUT", body: file.blob ?? file, signal });
    return settled(await reply.json()).name;
  }

  async remove(name) {
    await this.#send(`api/files?${new URLSearchParams({ name })}`, { method: "DELETE" });
  }

  /** Ask, and hand on what is said on the way: a line of JSON each, the last one the answer. */
  async ask(what, request, { signal, onStage } = {}) {
    const reply = await this.#send(`api/${what}`, { method: "POST", body: JSON.stringify(request), signal });
    const lines = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let last = null;
    let text = "";
    for (;;) {
      const { value, done } = await lines.read().catch((error) => {
        throw error.name === "AbortError" ? error : new Refused({ message: GONE });
      });
      text += value ?? "";
      const whole = text.split("\n");
      text = whole.pop();
      for (const line of whole) {
        last = JSON.parse(line);
        if (last.stage && onStage) onStage(last.stage, last);
      }
      if (done) break;
    }
    if (!last || last.stage) throw new Refused({ message: GONE });
    return settled(last.answer ?? last);
  }

  async report(of, request, format, options = {}, { signal } = {}) {
    const body = JSON.stringify({ of, request, format, options });
    const reply = await this.#send("api/report", { method: "POST", body, signal });
    if (reply.headers.get("content-type").startsWith("application/x-ndjson")) settled(JSON.parse(await reply.text()));
    return new Blob([await reply.arrayBuffer()], { type: TYPES[format] });
  }

  batch(request, options) {
    return this.ask("batch", request, options);
  }

  async quit() {
    await this.#send("api/quit", { method: "POST" });
  }

  async #send(address, request) {
    let reply;
    try {
      reply = await fetch(address, { cache: "no-store", ...request });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refused({ message: GONE });
    }
    if (!reply.ok) throw new Refused({ message: (await reply.text()).trim() || GONE });
    return reply;
  }
}
