// The service worker of the task pages: keeps the pages last seen (each account its own) and the code they need,
// and sends what waits when the network is back and no page is open (Background Sync).
//
// Pages: network first; the kept one where the network fails or is slow. Code and looks: from the release that this
// worker belongs to; a new release has a new worker, which takes over at once. Whose pages may be shown is said by a
// cookie, which the server takes back at sign-out.
import { sendAll } from "./send.js";

const CODE = "work-code-";
const PAGES = "work-pages-";
const SLOW_MS = 3000;
const MOST_PAGES = 60;
const FRESH_MS = 3_600_000;

export function start(release) {
  const code = CODE + release.version;
  const who = async () => (await self.cookieStore?.get(release.cookie))?.value;

  // Kept pages of everybody but `account` go.
  const forget = async (account) => {
    const names = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== PAGES + account);
    await Promise.all(names.map((name) => caches.delete(name)));
  };

  async function keepPage(url, response) {
    const account = response.headers.get("Lienvung-Account");
    const html = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
    if (response.status !== 200 || response.redirected || !html || !account || account !== (await who())) return;
    await forget(account);
    const pages = await caches.open(PAGES + account);
    await pages.put(url, response); // in the place of the older one, as the newest
    const kept = await pages.keys();
    await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST_PAGES)).map((old) => pages.delete(old)));
  }

  async function keptPage(url) {
    const account = await who();
    if (!account) return undefined;
    const pages = await caches.open(PAGES + account);
    return (await pages.match(url, { ignoreVary: true })) ?? pages.match(url, { ignoreVary: true, ignoreSearch: true });
  }

  async function page(event) {
    const { url } = event.request;
    const asked = fetch(event.request).then(async (response) => {
      if (response.status >= 502 && response.status <= 504) throw new Error("no server");
      const copy = response.clone();
      event.waitUntil(keepPage(url, copy).catch(() => {}));
      return response;
    });
    event.waitUntil(asked.catch(() => {}));
    const slow = new Promise((done) => setTimeout(done, SLOW_MS)).then(() => keptPage(url));
    const first = await Promise.race([asked.catch(() => undefined), slow]);
    return first ?? (await keptPage(url)) ?? asked.catch(() => nothingKept(release));
  }

  async function asset(path) {
    const own = await caches.open(code);
    return (await own.match(path)) ?? (await caches.match(path, { ignoreVary: true })) ?? fetch(path);
  }

  // Code has the release in its address; this worker gives its own release's, whatever release a kept page asks for.
  const codeFor = (path) => {
    const name = path.startsWith(release.code) ? path.split("/").pop() : "";
    return release.assets.find((one) => one === path || (name && one.startsWith(release.code) && one.endsWith(`/${name}`)));
  };

  self.addEventListener("install", (event) => {
    const fresh = release.assets.map((path) => new Request(path, { cache: "reload" }));
    event.waitUntil(caches.open(code).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
  });

  self.addEventListener("activate", (event) => {
    const tidy = async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(CODE) && name !== code);
      await Promise.all(old.map((name) => caches.delete(name)));
      await forget(await who());
      await self.registration.cookies?.subscribe([{ name: release.cookie, url: self.registration.scope }]).catch(() => {});
      await self.clients.claim();
    };
    event.waitUntil(tidy());
  });

  self.addEventListener("cookiechange", (event) => event.waitUntil(who().then(forget)));

  self.addEventListener("fetch", (event) => {
    const { pathname, origin } = new URL(event.request.url);
    if (event.request.method !== "GET" || origin !== location.origin) return;
    const path = codeFor(pathname);
    if (event.request.mode === "navigate") event.respondWith(page(event));
    else if (path) event.respondWith(asset(path));
  });

  // {keep: [addresses]}: pages to keep before anybody opens them; {forget: true}: at sign-out
  self.addEventListener("message", (event) => {
    const { keep = [], forget: all } = event.data ?? {};
    const fetchOne = async (url) => {
      const kept = await keptPage(url);
      if (kept && Date.now() - kept.headers.get("Lienvung-Made") < FRESH_MS) return;
      await keepPage(url, await fetch(url, { headers: { Accept: "text/html" } }));
    };
    const work = all ? forget("") : keep.reduce((before, url) => before.then(() => fetchOne(url)).catch(() => {}), Promise.resolve());
    event.waitUntil(work);
  });

  self.addEventListener("sync", (event) => {
    if (event.tag !== "work") return;
    const send = async () => {
      const { stop } = await sendAll(release.token);
      if (stop === "offline" || stop === "server") throw new Error(stop); // the browser tries again later
    };
    event.waitUntil(send());
  });
}

function nothingKept({ outbox }) {
  const body = `<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Không có mạng / No network</title><h1>Không có mạng</h1><p>Trang này chưa được lưu trong máy. Việc đã làm vẫn nằm trong
<a href="${outbox}">các việc đang chờ</a>.</p><p lang="en">No network, and this page is not kept on this phone.
Your tasks are safe in <a href="${outbox}">what is waiting</a>.</p>`;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" };
  return new Response(body, { status: 503, headers });
}
