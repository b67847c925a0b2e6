// Settings of the fitter: options of the command line, under their own names.
import { byId, choose, config, field, make, say } from "./dom.js";
import { session } from "./session.js";

export function drawSettings(about, act) {
  const changed = act.settingsChanged;
  const { settings } = session;
  const set = (word) => (value) => {
    settings[word] = value;
    if (word === "neutral-kind") drawSettings(about, act);
    changed(word);
  };
  const named = (key, flag) => [say(key), " ", make("code", {}, flag)];
  const text = (word, type = "text", more = {}) => {
    const input = make("input", { type, value: settings[word] ?? "", ...more });
    input.addEventListener("change", () => set(word)(input.value.trim()));
    return input;
  };
  const systems = about.systems.map(({ id, name, cant }) => [id, say("system_option", { name, cant: cant[config.language] })]);
  const kind = settings["neutral-kind"] ?? "";
  const kinds = ["recovery", "zero", "static", "angle"].map((word) => [word, say(`neutral_${word}`)]);
  const parts = [
    field(named("system", "--system"), choose(systems, settings.system || systems[0][0], set("system"))),
    field(named("neutral", "--neutral"), choose([["", say("neutral_file")], ...kinds], kind, set("neutral-kind"))),
  ];
  if (kind === "static") {
    const names = [["", ""], ...session.recordings.map(({ name }) => [name, name])];
    parts.push(field(named("static_file", "--static"), choose(names, settings.static ?? "", set("static"))));
  }
  if (kind === "angle") {
    for (const side of ["left", "right"]) {
      parts.push(field(named(`neutral_${side}`, `--${side}-neutral`), text(`${side}-neutral`, "number", { step: "0.1", min: -60, max: 60 })));
    }
  }
  const taken = make("input", { type: "checkbox" });
  taken.checked = Boolean(settings.remounted);
  taken.addEventListener("change", () => set("remounted")(taken.checked));
  const positive = [["", say("positive_out")], ["heel-in", say("positive_in")]];
  const papers = [["", say("as_usual")], ["a4", say("paper_a4")], ["letter", say("paper_letter")]];
  const pages = [["", say("as_usual")], ["all", say("pages_all")], ["client", say("pages_client")]];
  const languages = about.languages.map(({ code, name }) => [code, name]);
  parts.push(
    field(named("cleat_float", "--cleat-float"), text("cleat-float", "number", { min: 0, max: 40, step: "0.5", placeholder: say("float_unknown") })),
    field(named("positive", "--positive"), choose(positive, settings.positive ?? "", set("positive"))),
    field(named("rider", "--rider"), text("rider", "text", { autocomplete: "off" })),
    field(named("fitter_name", "--fitter"), text("fitter")),
    field(named("report_title", "--title"), text("title")),
    field(named("notes", "--notes"), text("notes")),
    field(named("next_visit", "--next-visit"), text("next-visit", "date")),
    field(named("language", "--language"), choose(languages, settings.language || config.language, set("language"))),
    field(named("paper", "--paper"), choose(papers, settings.paper ?? "", set("paper"))),
    field(named("pages", "--pages"), choose(pages, settings.pages ?? "", set("pages"))),
    brandField(named("brand", "--brand"), act),
    make("label", { class: "check" }, taken, make("span", {}, say("remounted"), " ", make("code", {}, "--remounted"))),
  );
  const form = byId("settings");
  form.onsubmit = (event) => event.preventDefault();
  form.replaceChildren(...parts.filter(Boolean));
}

/** The studio's brand: its file, and the logo that the file names. */
function brandField(label, act) {
  const input = make("input", { type: "file", multiple: true, accept: ".toml,.svg,.png" });
  input.addEventListener("change", () => act.brand([...input.files]));
  const chosen = session.settings.brand || say("brand_none");
  return make("div", { class: "field" }, label, make("div", { class: "from" },
    make("span", {}, chosen),
    make("label", { class: "button quiet" }, say("brand_choose"), input),
    session.settings.brand && make("button", { type: "button", class: "quiet", onclick: () => act.brand([]) }, say("remove_short"))));
}
