// Sends what waits: one by one, in the order of making, never two senders at a time.
//
// A task leaves the queue only when the server has said "done". An answer that is lost is asked for again with the same
// task id, to which the server gives its first answer. What the server refuses stays, with its reasons, and stops the
// tasks after it that name one of its lots; whatever else goes wrong (no network, no session) stops all until later.
import { all, change, remove } from "./queue.js";

const TOKEN_MS = 10_000;
const SEND_MS = 45_000;
const LOCK_MS = 90_000;
const FAILURES = 5; // times the server broke on a task before that task is set aside
const BROKE = [{ vi: "Máy chủ gặp lỗi với việc này.", en: "The server fails on this task." }];

// Gives {sent: {task id: answer}, stop: "" | "offline" | "server" | "signed-out"}
export async function sendAll(tokenUrl) {
  try {
    if (!navigator.locks) return await run(tokenUrl);
    return await navigator.locks.request("work", { signal: within(LOCK_MS) }, () => run(tokenUrl));
  } catch {
    return { sent: {}, stop: "server" };
  }
}

// No wait without an end; also where there is no AbortSignal.timeout
function within(most) {
  const ending = new AbortController();
  setTimeout(() => ending.abort(), most);
  return ending.signal;
}

async function run(tokenUrl) {
  const sent = {};
  const held = new Map(); // lot -> the refused task that stops it
  if (!(await all()).some((task) => task.state !== "refused")) return { sent, stop: "" };
  const who = await token(tokenUrl);
  if (who.stop) return { sent, stop: who.stop };
  for (const task of (await all()).filter((one) => one.account === who.account)) {
    const by = task.state === "refused" ? task : task.lots.map((lot) => held.get(lot)).find(Boolean);
    let refused = by;
    if (by && by !== task) await change(task.n, { state: "stopped", by: by.label });
    if (!by) {
      await change(task.n, { state: "waiting", tries: task.tries + 1 });
      const answer = await post(task, who.token);
      const failures = (task.failures ?? 0) + (answer.broke ? 1 : 0);
      const errors = answer.errors ?? (failures < FAILURES ? null : BROKE);
      if (answer.done) {
        sent[task.task] = answer.done;
        await remove(task.n);
      } else if (errors) {
        refused = task;
        await change(task.n, { state: "refused", errors, status: answer.status, failures: 0 });
      } else {
        await change(task.n, { failures });
        return { sent, stop: answer.stop };
      }
    }
    if (refused) task.lots.forEach((lot) => held.set(lot, refused));
  }
  return { sent, stop: "" };
}

// What came of a task that somebody else has sent: the server gives its first answer again
export async function askAgain(task, tokenUrl) {
  const who = await token(tokenUrl);
  return who.account === task.account ? (await post(task, who.token)).done : undefined;
}

// {account, name, token} of whoever is signed in now, or {stop}
export async function token(url) {
  try {
    const answer = await ask(url, {}, TOKEN_MS);
    if (answer.status === 401) return { stop: "signed-out" };
    return answer.ok ? await answer.json() : { stop: "server" };
  } catch {
    return { stop: "offline" };
  }
}

const ask = (url, options, most) =>
  fetch(url, {
    ...options,
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "manual",
    signal: within(most),
  });

async function post(task, csrf) {
  const body = new FormData();
  task.fields.forEach(([name, value]) => body.append(name, value));
  body.set("task_id", task.task);
  body.set("csrfmiddlewaretoken", csrf);
  try {
    const answer = await ask(task.url, { method: "POST", body }, SEND_MS);
    const { status } = answer;
    const json = (answer.headers.get("Content-Type") ?? "").includes("json");
    const said = json ? await answer.json() : null;
    if (answer.ok && said?.done) return { done: said };
    if (status === 401) return { stop: "signed-out" };
    // What is not in our words is not our server (a portal of the network), or another sign-in made the token void
    const refused = said && status >= 400 && status < 500 && ![408, 425, 429].includes(status);
    return refused ? { errors: reasons(said), status } : { stop: "server", broke: status === 500 || answer.type === "opaqueredirect" };
  } catch {
    return { stop: "offline" };
  }
}

// RFC 7807, with `errors` of a form or `faults` of a document
function reasons(said) {
  const list = said.errors ?? said.faults ?? [];
  return (list.length ? list : [said]).map((fault) => ({
    vi: fault.vi ?? fault.detail_vi ?? fault.title ?? "",
    en: fault.en ?? fault.detail ?? fault.title ?? "",
  }));
}
