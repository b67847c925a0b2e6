// Small things that every part of the page needs: words, elements, downloads.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
export const config = read("config");
const WORDS = read("words");

/** Say a text of the catalogue, its places filled. */
export function say(key, values = {}) {
  if (!(key in WORDS)) throw new Error(`no words for ${key}`);
  return WORDS[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Say how many: `<key>_one` or `<key>_many`. */
export const count = (key, n, values = {}) => say(`${key}_${n === 1 ? "one" : "many"}`, { n, ...values });

export const byId = (id) => document.getElementById(id);

/** Make an element; text is always text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Put one of the project's own drawings, which escape the words in them. */
export function drawing(svg) {
  const holder = document.createElement("template");
  holder.innerHTML = svg;
  return holder.content;
}

/** A labelled field. */
export const field = (label, control, extra = {}) => make("label", { class: "field", ...extra }, label, control);

/** A drop-down of [value, words] pairs. */
export function choose(pairs, chosen, onchange, attributes = {}) {
  const options = pairs.map(([value, words]) => make("option", { value, selected: value === chosen }, words));
  return make("select", { ...attributes, onchange: (event) => onchange(event.target.value) }, options);
}

/** Hand a file to the browser's downloads. */
export function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function clock(seconds) {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Name signed wedges shortly: "2 varus". */
export function wedgesWords(n) {
  if (n === 0) return say("wedges_none");
  return count(n > 0 ? "total" : "total_minus", Math.abs(n));
}
