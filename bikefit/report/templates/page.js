"use strict";
// Reading values off the curves: hover, tap, or the slider below each panel. The page is complete without it.
// Panels with single strokes are read together, both feet at one place of the crank; the arrows up and down choose
// another stroke.
const NS = "http://www.w3.org/2000/svg";
const panels = [];
for (const element of document.querySelectorAll(".panel")) {
  const data = element.querySelector("script[type='application/json']");
  if (!data) continue;
  const panel = { ...JSON.parse(data.textContent), element, svg: element.querySelector("svg"), stroke: null };
  panels.push(panel);
  const { x, top, bottom } = panel;
  panel.cursor = document.createElementNS(NS, "line");
  panel.cursor.setAttribute("class", "cursor");
  panel.cursor.setAttribute("y1", top);
  panel.cursor.setAttribute("y2", bottom);
  if (panel.fan) {
    panel.chosen = document.createElementNS(NS, "path");
    panel.chosen.setAttribute("class", "chosen");
  }
  const reader = document.createElement("div");
  reader.className = "reader";
  panel.slider = document.createElement("input");
  Object.assign(panel.slider, { type: "range", min: 0, max: x.length - 1, value: Math.floor(x.length / 2) });
  panel.slider.setAttribute("aria-label", element.dataset.read);
  panel.output = document.createElement("output");
  panel.output.textContent = element.dataset.hint;
  reader.append(panel.slider, panel.output);
  element.append(reader);
  panel.svg.addEventListener("pointermove", (event) => point(panel, event));
  panel.svg.addEventListener("pointerdown", (event) => point(panel, event));
  panel.slider.addEventListener("input", () => together(panel, Number(panel.slider.value)));
  panel.slider.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step || !panel.fan) return;
    event.preventDefault();
    const count = panel.fan.strokes.length;
    panel.stroke = panel.stroke === null ? (step > 0 ? 0 : count - 1) : (panel.stroke + step + count) % count;
    together(panel, Number(panel.slider.value));
  });
}

function together(panel, index) {
  show(panel, index);
  if (!panel.fan) return;
  for (const other of panels)
    if (other !== panel && other.fan && other.x.length === panel.x.length) show(other, index);
}

function show(panel, index) {
  const { x, words, cursor, slider, output, svg, fan } = panel;
  cursor.setAttribute("x1", x[index]);
  cursor.setAttribute("x2", x[index]);
  if (!cursor.isConnected) svg.append(cursor);
  let said = words[index];
  if (fan && panel.stroke !== null) {
    const stroke = fan.tenths[panel.stroke];
    panel.chosen.setAttribute("d", along(x, stroke, fan));
    if (!panel.chosen.isConnected) svg.append(panel.chosen);
    if (stroke[index] !== null)
      said += "; " + fan.said.replace("{n}", fan.strokes[panel.stroke]).replace("{a}", angle(stroke[index], fan));
  }
  slider.value = index;
  slider.setAttribute("aria-valuetext", said);
  output.textContent = said;
}

function along(x, stroke, fan) {
  let path = "";
  let pen = "M";
  for (let k = 0; k < x.length; k++) {
    if (stroke[k] === null) { pen = "M"; continue; }
    path += `${pen}${x[k]} ${(fan.level + (fan.per_deg * stroke[k]) / 10).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

function angle(tenths, fan) {
  const sign = tenths > 0 ? "+" : tenths < 0 ? fan.minus : "";
  return sign + (Math.abs(tenths) / 10).toFixed(1).replace(".", fan.decimal) + "°";
}

function point(panel, event) {
  const { x, svg, fan } = panel;
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  const at = (event.clientX - box.left) * scale;
  let best = 0;
  for (let k = 1; k < x.length; k++) if (Math.abs(x[k] - at) < Math.abs(x[best] - at)) best = k;
  if (fan) {
    const height = (event.clientY - box.top) * scale;
    let least = Infinity;
    fan.tenths.forEach((stroke, number) => {
      if (stroke[best] === null) return;
      const away = Math.abs(fan.level + (fan.per_deg * stroke[best]) / 10 - height);
      if (away < least) { least = away; panel.stroke = number; }
    });
  }
  together(panel, best);
}
// Inside a frame that may not look in, the frame is told how high the page is.
if (parent !== self) {
  new ResizeObserver(() => parent.postMessage({ height: document.documentElement.scrollHeight }, "*")).observe(document.body);
}
