// Starts what a page of tasks or of a diary needs: the worker, its forms, the camera, the band of what waits.
import { takeOver } from "./forms.js";
import { showOutbox } from "./outbox.js";
import { all, onChange } from "./queue.js";
import { offerCamera } from "./scan.js";
import { sendAll } from "./send.js";
import { clock, make, words } from "./words.js";

const AGAIN_MS = 60_000;
const MOST_KEPT = 40;
const KEPT_AFTER_MS = 120_000;
const told = document.querySelector("meta[name=work]")?.dataset;
const work = told && { ...told, old: Date.now() - Date.parse(told.made) > KEPT_AFTER_MS };
const main = document.querySelector("main");
let pause = AGAIN_MS;

const mine = async () => (await all()).filter((task) => task.account === work.account);

async function send() {
  const waiting = (await mine()).some((task) => task.state !== "refused");
  if (!waiting || !navigator.onLine) return band();
  const { stop } = await sendAll(work.token);
  return band(stop);
}

// One line on top of the page: what waits, and why.
async function band(stop = "") {
  const tasks = await mine();
  const refused = tasks.filter((task) => task.state === "refused").length;
  const waiting = tasks.length - refused;
  document.querySelector("#work-band")?.remove();
  if (!tasks.length) return;
  const parts = [waiting && words.waits(waiting), refused && words.refusals(refused)].filter(Boolean).join(" · ");
  const line = make("p", { id: "work-band", class: `notice notice-${refused ? "error" : "warning"}`, role: "status" });
  line.append(make("a", { href: work.outbox }, parts));
  if (stop === "signed-out") line.append(" — ", make("a", { href: work.signIn }, words.signIn));
  main.prepend(line);
}

// From a list of tasks or of plots the pages it leads to, from another page those under it; no files.
const worthKeeping = (scopes) => {
  const root = scopes.includes(location.pathname);
  const under = `${location.pathname}/`;
  const ours = (path) => (root ? scopes.some((scope) => path.startsWith(scope)) : path.startsWith(under));
  return (url) => url.origin === location.origin && ours(url.pathname) && !url.pathname.includes(".");
};

async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  const options = { type: "module", updateViaCache: "none" };
  const scopes = work.scopes.split(" ");
  const all = await Promise.all(scopes.map((scope) => navigator.serviceWorker.register(work.worker, { ...options, scope })));
  const here = all[scopes.findIndex((scope) => location.pathname.startsWith(scope))] ?? all[0];
  const links = [...main.querySelectorAll("a[href]")].map((link) => new URL(link.href)).filter(worthKeeping(scopes));
  const keep = [location, work.outbox, ...scopes, ...links].map((href) => new URL(href, location.href));
  await navigator.serviceWorker.ready;
  here.active?.postMessage({ keep: [...new Set(keep.map((url) => url.pathname + url.search))].slice(0, MOST_KEPT) });
  if ((await mine()).length) await here.sync?.register("work");
  addEventListener("work", () => here.sync?.register("work").catch(() => {}));
}

// Before somebody signs out: say what is not sent, and take the kept pages away.
function watchSignOut() {
  const form = document.querySelector(`form[action="${work.signOut}"]`);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { length } = await mine();
    if (length && !confirm(words.leave(length))) return;
    navigator.serviceWorker?.controller?.postMessage({ forget: true });
    form.submit();
  });
}

async function begin() {
  if (work.old) {
    main.prepend(make("p", { class: "notice notice-warning", role: "note" }, words.old(clock(work.made))));
  }
  const forms = [...document.querySelectorAll("form[data-task]")];
  offerCamera(document.querySelectorAll("[data-code]")).catch(() => {});
  await Promise.allSettled(forms.map((form) => takeOver(form, work)));
  const place = document.querySelector("#outbox");
  if (place) {
    await showOutbox(place, work, send);
    document.querySelector("#send-now")?.addEventListener("click", send);
  }
  watchSignOut();
  startWorker().catch(() => {});
  addEventListener("online", send);
  addEventListener("work", () => band());
  onChange(() => band());
  document.addEventListener("visibilitychange", () => document.hidden || send());
  const later = () => setTimeout(() => send().finally(later), (pause = Math.min(pause * 1.5, 10 * AGAIN_MS)));
  later();
  await send();
  document.documentElement.dataset.work = "ready";
}

if (work) begin();
