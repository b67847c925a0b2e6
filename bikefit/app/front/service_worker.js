// Keeps the page's own files, so that it works without a connection once it was open: the front end at once, the rest as it
// is fetched. Each is kept under its sha256, and only where it has it; a new export takes over when the page was closed.
"use strict";
importScripts("site_files.js");

const STORE = `bikefit ${new URL("./", self.location).pathname}`;
const LIST = new Map(self.BIKEFIT_SITE.files.map((file) => [new URL(file.path, self.location).href, file]));
const key = (url) => `${url}?sha256=${LIST.get(url).sha256}`;

self.addEventListener("install", (event) => {
  const front = [...LIST.keys()].filter((url) => !LIST.get(url).path.includes("/"));
  event.waitUntil(Promise.all(front.map(async (url) => (await kept(url)) ?? fetchAndKeep(url, true))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  address.search = address.hash = "";
  if (event.request.method !== "GET") return;
  if (address.href === new URL("site_files.js", self.location).href) {
    // the list that goes with what is kept here, whatever the server has by now
    const text = `self.BIKEFIT_SITE = ${JSON.stringify(self.BIKEFIT_SITE)};`;
    event.respondWith(new Response(text, { headers: { "Content-Type": "text/javascript" } }));
    return;
  }
  if (address.href.endsWith("/")) address.href += "index.html";
  if (LIST.has(address.href)) {
    event.respondWith(kept(address.href).then((reply) => reply ?? fetchAndKeep(address.href, false, event)));
  }
});

async function kept(url) {
  return (await caches.open(STORE)).match(key(url));
}

async function fetchAndKeep(url, wait, event) {
  const reply = await fetch(url, { cache: "no-cache" });
  if (!reply.ok) {
    if (wait) throw new TypeError(`${url}: ${reply.status}`);
    return reply;
  }
  const keeping = keep(url, reply.clone());
  if (wait) await keeping;
  else event.waitUntil(keeping.catch(() => {}));
  return reply;
}

async function keep(url, reply) {
  const bytes = await reply.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== LIST.get(url).sha256) throw new TypeError(`${url} is of another version of this site`);
  await (await caches.open(STORE)).put(key(url), new Response(bytes, { headers: reply.headers }));
}

async function tidy() {
  const store = await caches.open(STORE);
  const current = new Set([...LIST.keys()].map(key));
  const old = (await store.keys()).filter((request) => !current.has(request.url));
  await Promise.all(old.map((request) => store.delete(request)));
}
