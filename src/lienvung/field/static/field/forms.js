// Task forms: keeps what is submitted before anything is sent, then sends, and says what became of it.
import { all, keep } from "./queue.js";
import { askAgain, sendAll } from "./send.js";
import { language, make, words } from "./words.js";

const handed = new WeakSet(); // forms whose task was kept or sent: they are not for a second task
const NAMED = /(?:\/(?:10|00)\/|\((?:10|00)\))([^/?#(]+)/;

// The lots and boxes a form names: plain numbers, element strings "(10)…" and Digital Links "…/10/…" come to the same.
function lotsOf(form) {
  const typed = [...form.querySelectorAll("[data-lot], [data-code]")].flatMap((field) => (field.value ?? "").split(/[\s,;]+/));
  const chosen = [...form.querySelectorAll("select")].map((field) => field.value).filter((value) => NAMED.test(value));
  const bare = (text) => {
    const found = NAMED.exec(text)?.[1] ?? text;
    try {
      return decodeURIComponent(found);
    } catch {
      return found;
    }
  };
  return [...new Set([...typed, ...chosen].filter(Boolean).map(bare))];
}

// A number is proposed by the server; offline the same page proposes it twice, so the running part moves on.
async function renumber(form) {
  const field = form.querySelector("[data-lot-number]");
  const parts = /^(.*?)(\d+)(\D?)$/.exec(field?.value ?? "");
  if (!parts || field.value !== field.defaultValue) return;
  const taken = new Set((await all()).flatMap((task) => task.lots));
  let running = Number(parts[2]);
  const number = () => parts[1] + String(running).padStart(parts[2].length, "0") + parts[3];
  while (taken.has(number())) running += 1;
  field.value = number();
}

// A kept page proposes the day and time at which it was made; the fields that mean "now" get the phone's.
function setClock(form) {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  const values = { date: now.slice(0, 10), time: now.slice(11, 16) };
  for (const field of form.querySelectorAll("[data-now]")) field.value = values[field.type] ?? field.value;
}

export async function takeOver(form, work) {
  const ready = prepare(form, work);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (handed.has(form)) return;
    handed.add(form);
    const id = await ready.catch(() => form.dataset.taskId);
    await submit(form, id, work, event.submitter);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && handed.has(form)) location.reload();
  });
  await ready;
}

// Gives the id of the task that the form is about.
async function prepare(form, work) {
  if (work.old) setClock(form);
  const shown = form.dataset.taskId;
  // A form that the server gave back with its faults goes on with its task; any other is a new one
  const mended = (await all()).some((task) => task.task === shown && task.state === "refused");
  await renumber(form);
  return mended ? shown : crypto.randomUUID();
}

function read(form, id, work, submitter) {
  const { task, labelVi, labelEn } = form.dataset;
  const made = new Date().toISOString();
  const ours = ["csrfmiddlewaretoken", "task_id", "made"];
  const fields = [...new FormData(form, submitter)].filter(([name]) => !ours.includes(name));
  fields.push(["made", made]); // when it was done, where the form does not say: not when it is sent
  return {
    task: id,
    account: work.account,
    name: work.name,
    url: new URL(form.action).pathname,
    kind: task,
    label: { vi: labelVi ?? task, en: labelEn ?? task },
    made,
    fields,
    lots: lotsOf(form),
    state: "waiting",
    tries: 0,
  };
}

async function submit(form, id, work, submitter) {
  const say = (...what) => tell(form, ...what);
  const task = read(form, id, work, submitter);
  say("notice", words.sending);
  try {
    if (!(await keep(task))) return say("notice notice-warning", words.begun, [], [[words.open, work.outbox]]);
  } catch {
    if (navigator.onLine) return form.submit(); // a browser that keeps nothing: as without script
    handed.delete(form);
    return say("notice notice-error", words.full);
  }
  const { sent, stop } = await sendAll(work.token);
  const answer = sent[id];
  if (answer) return location.assign(inside(answer.page) ?? work.outbox);
  const now = (await all()).find((one) => one.task === id && one.account === work.account);
  if (!now) { // the worker or another page sent it meanwhile: the server still knows what came of it
    const done = await askAgain(task, work.token);
    return location.assign(inside(done?.page) ?? work.outbox);
  }
  if (now.state === "refused" && now.status === 422) return askServer(form, id);
  const links = [[words.open, work.outbox], [words.again, location.pathname]];
  if (now.state === "refused") {
    handed.delete(form);
    return say("error-summary", words.refused, now.errors.map((fault) => fault[language]), links.slice(0, 1));
  }
  if (now.state === "stopped") return say("notice notice-warning", words.kept, [`${words.stopped} ${now.by[language]}`], links);
  if (stop === "signed-out") links[0] = [words.signIn, work.signIn];
  const why = words[stop] ?? (stop ? words.keptWhy : words.other);
  form.hidden = true;
  say("notice notice-warning", `${words.kept}: ${task.label[language]}`, [why], links);
}

// The page with its faults beside its fields is the server's to draw: the form goes there the plain way.
function askServer(form, id) {
  form.querySelector("[name=task_id]")?.remove();
  form.append(make("input", { type: "hidden", name: "task_id", value: id }));
  form.submit();
}

const inside = (page) => {
  const url = page && new URL(page, location.href);
  return url && url.origin === location.origin ? url.href : null;
};

function tell(form, kind, title, lines = [], links = []) {
  document.querySelector("#work-said")?.remove();
  const box = make("div", { id: "work-said", class: kind, role: "status", tabindex: "-1" }, make("p", {}, make("strong", {}, title)));
  lines.forEach((line) => box.append(make("p", {}, line)));
  if (links.length) box.append(make("p", { class: "actions" }, ...links.map(([text, href]) => make("a", { href, class: "button secondary" }, text))));
  form.before(box);
  box.focus();
}
