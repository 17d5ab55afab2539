// The page of what waits on this phone: what, why, and what its person can do about it.
import { all, change, onChange, remove } from "./queue.js";
import { token } from "./send.js";
import { clock, language, make, words } from "./words.js";

export function showOutbox(place, work, send) {
  const draw = async () => {
    const tasks = await all();
    const mine = tasks.filter((task) => task.account === work.account);
    const names = new Map(); // of others who worked on this phone -> how many of their tasks wait
    tasks.filter((task) => task.account !== work.account).forEach(({ name }) => names.set(name, (names.get(name) ?? 0) + 1));
    place.replaceChildren(
      mine.length ? make("ul", { class: "rows" }, ...mine.map(row)) : make("p", { class: "empty" }, words.none),
      ...[...names].map(([name, count]) => make("p", { class: "notice notice-warning" }, words.others(count, name))),
    );
  };
  const button = (text, kind, act) => make("button", { type: "button", class: kind, click: act }, text);

  function row(task) {
    const label = task.label[language];
    const item = make("li", { "data-state": task.state }, make("strong", {}, label), " ", make("span", { class: "muted" }, clock(task.made)));
    const why = { waiting: words.waiting, refused: words.refused, stopped: `${words.stopped} ${task.by?.[language]}` }[task.state];
    item.append(make("p", {}, why));
    if (task.state === "refused") {
      item.append(make("ul", { class: "errorlist" }, ...task.errors.map((fault) => make("li", {}, fault[language]))));
    }
    const acts = make("p", { class: "actions" });
    if (task.state === "refused") {
      acts.append(
        button(words.mend, "", () => mend(task)),
        button(words.retry, "secondary", async () => {
          await change(task.n, { state: "waiting" });
          await send();
        }),
      );
    }
    // What may already have reached the server cannot be dropped: it would be recorded and forgotten
    if (task.state === "refused" || !task.tries) {
      acts.append(button(words.drop, "secondary", () => confirm(words.sure(label)) && remove(task.n)));
    }
    item.append(acts);
    return item;
  }

  // Sends the task as a plain form, so that the server shows its page with the faults beside the fields.
  async function mend(task) {
    const who = await token(work.token);
    if (who.account !== task.account) return send();
    const form = make("form", { method: "post", action: task.url, enctype: "multipart/form-data", hidden: "" });
    const values = [...task.fields, ["task_id", task.task], ["csrfmiddlewaretoken", who.token]];
    for (const [name, value] of values) {
      const input = make("input", { name, type: value instanceof File ? "file" : "hidden" });
      if (value instanceof File) {
        const files = new DataTransfer();
        if (value.size) files.items.add(value);
        input.files = files.files;
      } else input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }

  onChange(draw);
  addEventListener("work", draw);
  return draw();
}
