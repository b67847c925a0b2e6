// What the parts of the page share: its engine, what that says about itself, and how the page is drawn anew.
export const page = {
  engine: null,
  about: null,
  draw: () => {},
  drawSettings: () => {},
};
