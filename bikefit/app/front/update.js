// From recordings to answers: each ride's, their comparison's, and the report below.
import { drawReport } from "./answer.js";
import { say } from "./dom.js";
import { Refused } from "./engine.js";
import { remember } from "./memory.js";
import { page } from "./page.js";
import { analyzeRequest, compareRequest, compared, inspectRequest, labelOf, rides, session } from "./session.js";
import { hold, work } from "./work.js";

let updating = false;
let again = false;

/** Bring every answer up to date; a change in the middle begins anew. */
export async function update() {
  if (updating) {
    again = true;
    return;
  }
  updating = true;
  hold(true);
  do {
    again = false;
    page.draw();
    await work(async (signal, onStage) => {
      try {
        for (const one of rides()) await answerOf(one, signal, onStage);
      } catch (error) {
        if (error.name === "AbortError") leaveOff();
        throw error;
      }
      await compareAll(signal, onStage);
      page.draw();
      onStage("report_made");
      await drawReport(page.engine, signal);
    });
  } while (again);
  page.draw();
  await remember(session);
  updating = false;
  hold(false);
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
    const { answer, document, file } = await page.engine.ask("analyze", request, { signal, onStage: stage });
    Object.assign(one, { answer, document, file, request, what: "analyze", error: "", missing: null, stopped: false });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    Object.assign(one, { answer: null, document: null, error: error.message, stopped: false });
    if (!one.names) await lookInto(one, signal);
  }
  one.done = key;
  page.draw();
}

/** Find out what a recording that gives no answer holds, and what it lacks. */
export async function lookInto(one, signal) {
  try {
    const found = await page.engine.ask("inspect", inspectRequest(one), { signal });
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
    const { answer, document } = await page.engine.ask("compare", request, { signal });
    session.comparison = { answer, document, request, what: "compare" };
    session.shown = "all";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.comparison = null;
    session.compareError = error.message;
  }
}
