// The camera beside a code field, where the browser can read codes (BarcodeDetector); elsewhere one types.
import { make, words } from "./words.js";

const FORMATS = ["qr_code", "data_matrix", "code_128", "ean_13", "ean_8", "itf"];
const LOOK_MS = 200;
const MOST_MS = 60_000;

export async function offerCamera(fields) {
  if (!fields.length || !("BarcodeDetector" in self) || !navigator.mediaDevices) return;
  const known = await BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((format) => known.includes(format));
  if (!formats.length) return;
  const detector = new BarcodeDetector({ formats });
  for (const field of fields) {
    field.after(make("button", { type: "button", class: "secondary scan", click: () => scan(field, detector) }, words.scan));
  }
}

async function scan(field, detector) {
  const video = make("video", { playsinline: "", muted: "", autoplay: "" });
  const said = make("p", { role: "status" }, words.aim);
  const dialog = make("dialog", { class: "scan", "aria-label": words.scan }, video, said);
  dialog.append(make("button", { type: "button", class: "secondary", click: () => dialog.close() }, words.close));
  document.body.append(dialog);
  dialog.showModal();
  let stream;
  let open = true;
  const end = () => {
    open = false;
    stream?.getTracks().forEach((track) => track.stop());
    dialog.remove();
    field.focus();
  };
  dialog.addEventListener("close", end);
  document.addEventListener("visibilitychange", () => dialog.close(), { once: true }); // no camera behind one's back
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!open) return end();
    video.srcObject = stream;
    const until = Date.now() + MOST_MS;
    while (open && Date.now() < until) {
      const [code] = video.readyState > 1 ? await detector.detect(video) : [];
      if (open && code?.rawValue) {
        put(field, code.rawValue);
        return dialog.close();
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    said.textContent = words.notFound;
  } catch {
    said.textContent = words.noCamera;
  }
  stream?.getTracks().forEach((track) => track.stop());
}

// A field of one line gets the code; one of several lines gets one more line.
function put(field, code) {
  const lines = field.localName === "textarea" ? field.value.split("\n").filter(Boolean) : [];
  field.value = lines.includes(code) ? field.value : [...lines, code].join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
