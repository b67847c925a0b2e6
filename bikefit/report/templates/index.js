"use strict";
// Sorting, filtering and showing the table piece by piece; without it every row is simply there.
const table = document.getElementById("sessions"), body = table.tBodies[0];
const now = new Date(), two = (number) => String(number).padStart(2, "0");
const today = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
const rows = [...body.rows].map((row) => ({
  row,
  text: row.textContent.toLowerCase(),
  states: [...row.dataset.states.split(" "), ...(row.dataset.due && row.dataset.due <= today ? ["due"] : [])],
  keys: [...row.cells].map((cell) => cell.dataset.key ?? cell.textContent),
}));
const words = document.getElementById("words"), state = document.getElementById("state");
const shown = document.getElementById("shown"), more = document.getElementById("more");
const STEP = 200;
let order = rows, limit = STEP;
function draw() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = order.filter((item) =>
    (!state.value || item.states.includes(state.value)) && wanted.every((word) => item.text.includes(word)));
  body.replaceChildren(...hits.slice(0, limit).map((item) => item.row));
  shown.textContent = shown.dataset.words.replace("{shown}", hits.length).replace("{all}", rows.length);
  more.hidden = hits.length <= limit;
}
function compare(a, b) {
  const x = Number(a), y = Number(b);
  return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b);
}
[...table.tHead.rows[0].cells].forEach((head, column) => {
  if (rows.every((item) => item.keys[column] === "")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.title = table.dataset.sort.replace("{column}", head.textContent);
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    order = [...rows].sort((a, b) => (down ? -1 : 1) * compare(a.keys[column], b.keys[column]));
    limit = STEP;
    draw();
  });
});
words.addEventListener("input", () => { limit = STEP; draw(); });
state.addEventListener("change", () => { limit = STEP; draw(); });
more.addEventListener("click", () => { limit += STEP; draw(); });
words.form.addEventListener("submit", (event) => event.preventDefault());
words.form.hidden = false;
draw();
table.classList.add("ready");
