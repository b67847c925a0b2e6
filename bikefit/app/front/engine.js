// The one small interface between the page and whatever does the work. `openEngine(config)` gives an engine by the
// configuration that the host page carries (<script type="application/json" id="config">): {"engine": "local"} or
// {"engine": "browser", ...whatever the browser's engine needs}. Both engines pass requests on to bikefit/app/engine.py,
// whose docstring says what is asked and answered; a request says all itself.
//
//   engine.can                           {formats: ["html", ...], folder: bool, quit: bool}
//   engine.open(onStage)                 -> about: version, systems, samples; once, before anything else
//   engine.add(file, {signal})           -> name; a File or {name, blob} goes into the engine's folder
//   engine.remove(name)                  -> nothing
//   engine.ask(what, request, options)   -> the answer of analyze, inspect, compare, plan, sample
//                                           options: {signal, onStage}; onStage("reading" | "analysing")
//   engine.report(of, request, format, options, {signal}) -> Blob
//   engine.quit()                        -> nothing; where can.quit
//   engine.batch(request, {signal, onStage}), engine.addToFolder(...)   where can.folder (local_engine.js)
//
// Whatever cannot be done rejects with `Refused`: its message is the project's sentence. An aborted signal rejects with
// an AbortError and ends the work. Requests that come while one is worked on wait for it, in order.

export class Refused extends Error {
  constructor({ message, exit_code: exitCode = 1 }) {
    super(message);
    this.name = "Refused";
    this.exitCode = exitCode;
  }
}

/** Give an answer back, or refuse what it refuses. */
export function settled(answer) {
  if (answer && answer.error) throw new Refused(answer.error);
  return answer;
}

export const TYPES = {
  html: "text/html",
  pdf: "application/pdf",
  png: "image/png",
  json: "application/json",
};

export async function openEngine(config) {
  if (config.engine === "local") {
    const { LocalEngine } = await import("./local_engine.js");
    return new LocalEngine(config);
  }
  const { PyodideEngine } = await import("./pyodide_engine.js");
  return new PyodideEngine(config);
}
