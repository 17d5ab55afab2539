// What the scripts say, in both languages (pages and their words come from the server).
const vi = {
  kept: "Đã giữ trong máy này",
  keptWhy: "Chưa gửi được vì không có mạng. Việc sẽ tự gửi khi có mạng, theo đúng thứ tự đã làm.",
  server: "Máy chủ chưa nhận được. Việc vẫn nằm trong máy và sẽ tự gửi lại.",
  "signed-out": "Phiên đăng nhập đã hết. Việc vẫn nằm trong máy; hãy đăng nhập lại để gửi.",
  other: "Đang đăng nhập bằng tài khoản khác. Việc vẫn nằm trong máy; hãy đăng nhập lại bằng tài khoản đã làm việc này.",
  stopped: "Chưa gửi: việc trước cùng lô đã bị từ chối:",
  refused: "Máy chủ không nhận việc này",
  begun: "Việc này đã gửi đi một phần và đang chờ trả lời. Hãy mở lại biểu mẫu để làm việc mới.",
  full: "Máy này không giữ được việc. Đừng đóng trang; hãy thử lại khi có mạng.",
  sending: "Đang gửi…",
  waits: (n) => `${n} việc đang chờ gửi`,
  refusals: (n) => `${n} việc bị từ chối`,
  open: "Xem các việc đang chờ",
  again: "Làm việc khác",
  signIn: "Đăng nhập lại",
  old: (at) => `Trang lưu trong máy lúc ${at}; số liệu có thể đã cũ.`,
  none: "Không có việc nào đang chờ. Mọi việc đã gửi.",
  waiting: "Chờ gửi",
  mend: "Sửa và gửi lại",
  retry: "Gửi lại như cũ",
  drop: "Bỏ việc này",
  sure: (label) => `Bỏ hẳn “${label}”? Việc này chưa được ghi vào sổ và sẽ mất khỏi máy.`,
  others: (n, name) => `${n} việc của ${name} chờ trên máy này. Đăng nhập bằng tài khoản của ${name} để gửi.`,
  leave: (n) => `Còn ${n} việc chưa gửi. Chúng nằm lại trong máy này đến khi bạn đăng nhập lại. Đăng xuất?`,
  scan: "Quét mã bằng camera",
  close: "Đóng",
  aim: "Đưa mã vào giữa khung hình.",
  noCamera: "Không mở được camera. Hãy cho phép dùng camera, hoặc gõ mã vào ô.",
  notFound: "Chưa đọc được mã. Hãy thử lại nơi sáng hơn, hoặc gõ mã vào ô.",
};
const en = {
  kept: "Kept on this phone",
  keptWhy: "Not sent: there is no network. It will be sent by itself when there is, in the order of the work.",
  server: "The server has not taken it yet. It stays on this phone and will be sent again.",
  "signed-out": "You are signed out. The task stays on this phone; sign in again to send it.",
  other: "Another account is signed in. The task stays on this phone; sign in with the account that did it.",
  stopped: "Not sent: an earlier task with the same lot was refused:",
  refused: "The server refused this task",
  begun: "This task has been sent and waits for its answer. Open the form afresh for a new one.",
  full: "This phone cannot keep the task. Do not close the page; try again with network.",
  sending: "Sending…",
  waits: (n) => `${n} waiting to be sent`,
  refusals: (n) => `${n} refused`,
  open: "See what is waiting",
  again: "Do another task",
  signIn: "Sign in again",
  old: (at) => `Page kept on this phone at ${at}; its figures may be old.`,
  none: "Nothing is waiting. All tasks were sent.",
  waiting: "Waiting to be sent",
  mend: "Correct and send",
  retry: "Send again as it is",
  drop: "Drop this task",
  sure: (label) => `Drop “${label}” for good? It was not recorded, and will be gone from this phone.`,
  others: (n, name) => `${n} of ${name} waiting on this phone. Sign in as ${name} to send.`,
  leave: (n) => `${n} not sent yet. They stay on this phone until you sign in again. Sign out?`,
  scan: "Scan a code with the camera",
  close: "Close",
  aim: "Hold the code in the middle of the picture.",
  noCamera: "The camera does not open. Allow it, or type the code.",
  notFound: "No code was read. Try in better light, or type the code.",
};
export const language = document.documentElement.lang === "en" ? "en" : "vi";
export const words = language === "en" ? en : vi;
export const clock = (iso) =>
  new Date(iso).toLocaleString(language === "en" ? "en-GB" : "vi-VN", { dateStyle: "short", timeStyle: "short" });

// An element with its attributes and children; text stays text.
export function make(tag, values = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
