// A whole folder at once: typed where the computer is at hand, or dropped; progress session by session.
import { byId, config, count, field, make, say } from "./dom.js";
import { commonOptions } from "./session.js";

export function drawBatch(engine, act) {
  byId("batch").hidden = !engine.can.folder;
  if (!engine.can.folder) return;
  const path = make("input", { type: "text", id: "batch-path", spellcheck: "false" });
  const run = () => path.value.trim() && act.work((signal, onStage) => runBatch(engine, { source: path.value }, signal, onStage));
  path.addEventListener("keydown", (event) => event.key === "Enter" && run());
  byId("batch-body").replaceChildren(
    make("p", {}, say("folder_why")),
    field(say("folder_path"), path),
    make("p", { class: "fine" }, say("folder_hint")),
    make("div", { class: "from" }, make("button", { type: "button", onclick: run }, say("folder_run"))),
    make("div", { id: "batch-result", "aria-live": "polite" }),
  );
}

/** Ask what a folder is: sessions of many riders, or recordings of one. */
export function askFolder(engine, { folder, inside }, act) {
  const section = byId("folder-ask");
  const close = () => (section.hidden = true);
  const batch = () => {
    close();
    act.work((signal, onStage) => sendBatch(engine, inside, signal, onStage));
  };
  const recordings = () => {
    close();
    act.add(inside.map(({ file }) => file));
  };
  section.hidden = false;
  section.replaceChildren(
    make("p", {}, count("folder_dropped", inside.length, { name: folder })),
    make("div", { class: "buttons" },
      engine.can.folder && make("button", { type: "button", class: "strong", onclick: batch }, say("folder_as_batch")),
      make("button", { type: "button", onclick: recordings }, say("folder_as_recordings"))),
  );
  section.querySelector("button").focus();
}

async function sendBatch(engine, inside, signal, onStage) {
  const folder = crypto.randomUUID?.() ?? String(Date.now());
  for (const [done, { file, path }] of inside.entries()) {
    if (config.max_bytes && file.size > config.max_bytes) continue;
    onStage("reading", { name: path, done, total: inside.length });
    await engine.add({ name: file.name, path, blob: file }, { signal, folder });
  }
  await runBatch(engine, { folder }, signal, onStage);
}

async function runBatch(engine, request, signal, onStage) {
  byId("batch").open = true;
  byId("batch-result").replaceChildren();
  const answer = await engine.batch({ ...request, options: commonOptions() }, { signal, onStage });
  const counts = Object.entries(answer.counts).map(([status, n]) => `${n} ${say(`status_${status}`)}`).join(", ");
  const failed = answer.failed.map(({ name, message }) => make("li", {}, `${name}: ${message}`));
  byId("batch-result").replaceChildren(
    make("p", {}, make("strong", {}, count("folder_done", answer.total, { counts }))),
    !request.folder ? make("p", { class: "fine" }, say("folder_in", { out: answer.out })) : "",
    make("div", { class: "buttons" },
      make("a", { class: "button strong", href: answer.pages, target: "_blank", rel: "noopener" }, say("folder_open")),
      make("a", { class: "button", href: answer.packed, download: "bikefit-results.zip" }, say("folder_pack"))),
    failed.length ? make("ul", { class: "trouble" }, failed) : "",
    answer.notes.length ? make("ul", { class: "fine" }, answer.notes.map((note) => make("li", {}, note))) : "",
  );
  byId("batch-result").scrollIntoView({ block: "nearest" });
}
