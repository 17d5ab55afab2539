// The tasks kept on this phone, in the order in which they were made (IndexedDB).
//
// A task: n (order), task (its id), account, name (of the person), url, kind, label {vi, en}, made, fields [[name, value]],
// lots [numbers and codes it names], state "waiting" | "refused" | "stopped", tries, errors [{vi, en}].
// Whoever changes the queue tells the other pages and the worker on the channel "work".
const channel = new BroadcastChannel("work");
let opened;

export function onChange(act) {
  channel.addEventListener("message", act);
}

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("lienvung-work", 1);
    request.onupgradeneeded = () => {
      const tasks = request.result.createObjectStore("tasks", { keyPath: "n", autoIncrement: true });
      tasks.createIndex("task", ["account", "task"], { unique: true });
    };
    request.onerror = request.onblocked = () => {
      opened = undefined;
      fail(request.error);
    };
    request.onsuccess = () => {
      request.result.onversionchange = request.result.onclose = () => {
        request.result.close();
        opened = undefined;
      };
      done(request.result);
    };
  });
  return opened;
}

// Runs act(store, give) in one transaction; settles when it is on disk, with what was given.
async function within(mode, act) {
  const base = await open();
  const result = await new Promise((done, fail) => {
    const transaction = base.transaction("tasks", mode, { durability: "strict" });
    let value;
    transaction.oncomplete = () => done(value);
    transaction.onabort = transaction.onerror = () => fail(transaction.error);
    act(transaction.objectStore("tasks"), (given) => (value = given));
  });
  if (mode === "readwrite") {
    channel.postMessage("changed");
    dispatchEvent(new Event("work"));
  }
  return result;
}

export const all = () =>
  within("readonly", (store, give) => {
    store.getAll().onsuccess = (event) => give(event.target.result);
  });

// Keeps a task. The same task again takes the place of the first, unless that may have reached the server: gives false.
export const keep = (task) =>
  within("readwrite", (store, give) => {
    store.index("task").get([task.account, task.task]).onsuccess = (event) => {
      const before = event.target.result;
      const free = !before || !before.tries || before.state === "refused";
      if (free) store.put(before ? { ...task, n: before.n } : task);
      give(free);
    };
  });

export const change = (n, values) =>
  within("readwrite", (store) => {
    store.get(n).onsuccess = (event) => {
      if (event.target.result) store.put({ ...event.target.result, ...values });
    };
  });

export const remove = (n) => within("readwrite", (store) => store.delete(n));
