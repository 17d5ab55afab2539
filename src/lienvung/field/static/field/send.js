// Sends what waits: one by one, in the order of making, never two senders at a time.
//
// A task leaves the queue only when the server has said "done". An answer that is lost is asked for again with the same
// task id, to which the server gives its first answer. What the server refuses stays with its reasons, and stops the
// tasks after it that name one of its lots; whatever else goes wrong (no network, no session) stops all until later.
import { all, change, remove } from "./queue.js";

const TOKEN_MS = 10_000;
const SEND_MS = 45_000;
const LOCK_MS = 60_000;
const TRIES = 5; // answers "the server failed" before a task is set aside

// {sent: {task id: answer}, stop: "" | "offline" | "server" | "signed-out" | "busy"}
export async function sendAll(tokenUrl) {
  if (!navigator.locks) return run(tokenUrl);
  try {
    return await navigator.locks.request("work", { signal: AbortSignal.timeout(LOCK_MS) }, () => run(tokenUrl));
  } catch (fault) {
    return { sent: {}, stop: "busy" };
  }
}

async function run(tokenUrl) {
  const sent = {};
  const held = new Map(); // lot -> the refused task that stops it
  if (!(await all()).some((task) => task.state !== "refused")) return { sent, stop: "" };
  const who = await token(tokenUrl);
  if (who.stop) return { sent, stop: who.stop };
  const tasks = (await all()).filter((task) => task.account === who.account);
  for (const task of tasks) {
    const by = task.lots.map((lot) => held.get(lot)).find(Boolean);
    const refused = task.state === "refused" ? task : by;
    if (refused) {
      task.lots.forEach((lot) => held.set(lot, refused));
      if (by && task.state !== "refused") await change(task.n, { state: "stopped", by: by.label });
      continue;
    }
    await change(task.n, { state: "waiting", tries: task.tries + 1 });
    const answer = await post(task, who.token);
    if (answer.done) {
      await remove(task.n);
      sent[task.task] = answer.done;
    } else if (answer.errors || task.tries + 1 >= TRIES * (answer.stop === "server" ? 1 : Infinity)) {
      const errors = answer.errors ?? [{ vi: "Máy chủ gặp lỗi với việc này.", en: "The server fails on this task." }];
      await change(task.n, { state: "refused", errors, status: answer.status });
      task.lots.forEach((lot) => held.set(lot, task));
    } else {
      if (!answer.reached) await change(task.n, { seen: answer.stop });
      return { sent, stop: answer.stop };
    }
  }
  return { sent, stop: "" };
}

export async function token(url) {
  try {
    const answer = await ask(url, {}, TOKEN_MS);
    if (answer.status === 401 || answer.type === "opaqueredirect") return { stop: "signed-out" };
    return answer.ok ? await answer.json() : { stop: "server" };
  } catch (fault) {
    return { stop: "offline" };
  }
}

const ask = (url, options, most) =>
  fetch(url, {
    ...options,
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(most),
  });

async function post(task, csrf) {
  const body = new FormData();
  task.fields.forEach(([name, value]) => body.append(name, value));
  body.set("task_id", task.task);
  body.set("csrfmiddlewaretoken", csrf);
  let answer;
  let said;
  try {
    answer = await ask(task.url, { method: "POST", body }, SEND_MS);
    const json = (answer.headers.get("Content-Type") ?? "").includes("json");
    said = json ? await answer.json() : null;
  } catch (fault) {
    return { stop: "offline" };
  }
  const { status } = answer;
  if (answer.ok && said?.done) return { done: said };
  if (status === 401 || answer.type === "opaqueredirect") return { stop: "signed-out" };
  // What is not in our words is not our server (a portal of the network), or a form token that another sign-in made void
  if (said && status >= 400 && status < 500 && ![408, 425, 429].includes(status)) return { errors: reasons(said), status };
  return { stop: "server" };
}

// RFC 7807, with `errors` of a form or `faults` of a document.
function reasons(said) {
  const list = said.errors ?? said.faults ?? [];
  const one = (fault) => ({
    vi: fault.vi ?? fault.detail_vi ?? fault.title ?? "",
    en: fault.en ?? fault.detail ?? fault.title ?? "",
  });
  return (list.length ? list : [said]).map(one);
}
