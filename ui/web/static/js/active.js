// Counts the seconds that a person is active on a summary: the page is in sight and something was touched within a minute.
// They go to the server as whole seconds, which bounds them by the time that passed; nobody is asked for any.

import { post } from "./api.js";

const TELL_S = 30;
const REST_MS = 60_000;
const OPEN = ["draft", "returned", "submitted"];
const TOUCHES = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

export class ActiveTime {
  constructor() {
    Object.assign(this, { id: "", seconds: 0, waiting: false, touched: Date.now() });
    for (const name of TOUCHES) document.addEventListener(name, () => { this.touched = Date.now(); }, { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.tell(); });
    window.addEventListener("pagehide", () => this.tell());
    setInterval(() => this.tick(), 1000);
  }

  tick() {
    if (document.hidden || Date.now() - this.touched >= REST_MS || !(this.id || this.waiting)) return;
    this.seconds += 1;
    if (this.seconds >= TELL_S) this.tell();
  }

  // A summary is being written: its seconds count from here, and are told once it has a name.
  begin() {
    this.tell();
    Object.assign(this, { id: "", seconds: 0, waiting: true });
  }

  // Another summary is on the screen, or none (null).
  follow(summary) {
    const id = OPEN.includes(summary?.status) ? summary.summary_id : "";
    if (id === this.id && !this.waiting) return;
    const written = this.waiting && id;
    if (!this.waiting) this.tell();
    if (!written) this.seconds = 0;
    Object.assign(this, { id, waiting: false });
    if (id) this.tell(!written);
  }

  // Tell what was counted since the last time; `opened` also says that the count begins anew. Before a sign-off it is waited
  // for: what comes later is not counted.
  tell(opened = false) {
    if (!this.id || (!this.seconds && !opened)) return null;
    const { seconds } = this;
    this.seconds = 0;
    return post(`/api/summaries/${this.id}/active`, { seconds }, { background: true }).catch(() => {});
  }
}
