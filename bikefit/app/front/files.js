// What is dropped or chosen, as plain files; of a folder each with its path inside it.
const HIDDEN = /(^|\/)[._]/;
const MOST_FILES = 5000;

async function inside(entry, path, found) {
  if (found.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: path + entry.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const one of some) await inside(one, `${path}${entry.name}/`, found);
  }
}

/** Return {files} of a drop, and {folder, inside} where a folder was dropped. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const loose = [...transfer.files];
  const folders = entries.filter((entry) => entry.isDirectory);
  if (!folders.length) return { files: loose };
  const found = [];
  for (const folder of folders) await inside(folder, "", found);
  return { files: loose.filter((_, place) => entries[place]?.isFile), folder: folders[0].name, inside: visible(found) };
}

/** The same of a folder that was chosen. */
export function chosenFolder(list) {
  const found = [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return { files: [], folder: found[0]?.path.split("/")[0] ?? "", inside: visible(found) };
}

const visible = (found) => found.filter(({ path }) => !HIDDEN.test(path));
