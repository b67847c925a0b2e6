"use strict";
// Reading values off the curves: hover, tap, or the slider below each panel. The page is complete without it.
for (const panel of document.querySelectorAll(".panel")) {
  const data = panel.querySelector("script[type='application/json']");
  if (!data) continue;
  const { x, words, top, bottom } = JSON.parse(data.textContent);
  const svg = panel.querySelector("svg");
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
  cursor.setAttribute("class", "cursor");
  cursor.setAttribute("y1", top);
  cursor.setAttribute("y2", bottom);
  const reader = document.createElement("div");
  reader.className = "reader";
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: x.length - 1, value: Math.floor(x.length / 2) });
  slider.setAttribute("aria-label", panel.dataset.read);
  const output = document.createElement("output");
  output.textContent = panel.dataset.hint;
  reader.append(slider, output);
  panel.append(reader);
  const show = (index) => {
    cursor.setAttribute("x1", x[index]);
    cursor.setAttribute("x2", x[index]);
    if (!cursor.isConnected) svg.append(cursor);
    slider.value = index;
    slider.setAttribute("aria-valuetext", words[index]);
    output.textContent = words[index];
  };
  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    let best = 0;
    for (let k = 1; k < x.length; k++) if (Math.abs(x[k] - at) < Math.abs(x[best] - at)) best = k;
    show(best);
  };
  svg.addEventListener("pointermove", nearest);
  svg.addEventListener("pointerdown", nearest);
  slider.addEventListener("input", () => show(Number(slider.value)));
}
