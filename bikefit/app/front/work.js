// One thing after another: what is being done is shown, can be stopped, and what went wrong is said.
import { byId, count, make, say } from "./dom.js";
import { Refused } from "./engine.js";

const SHOW_BUSY_MS = 250;
let working = null; // {abort, promise} of what is being done
let held = false; // several things belong together, and the page changes until the last

export function tell(words) {
  const box = byId("message");
  box.textContent = words;
  box.hidden = !words;
}

export function trouble(error) {
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
    words.textContent = stage === "batch" ? count("folder_progress", total, { done }) : stage === "reading" ? say("reading", { name }) : say(stage);
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

/** Say that the page goes on changing from one thing to the next, or no longer. */
export function hold(is) {
  held = is;
  busy(is);
}

/** Have whatever is asked wait until a promise is settled. */
export function waitFor(promise) {
  working = { promise: promise.catch(() => {}) };
  return promise.finally(() => (working = null));
}

/** Do one thing at a time; what is asked meanwhile waits. Gives back what went wrong, or null. */
export async function work(act) {
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
      busy(held);
    }
  })();
  working = { abort, promise };
  return promise;
}
