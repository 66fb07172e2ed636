// The one way to the server: the session's token on every change, errors as one sentence and the next action.

import { find } from "./dom.js";

export class ServerError extends Error {
  constructor(status, data) {
    super([data?.error || "The server did not answer.", data?.do].filter(Boolean).join(" "));
    this.status = status;
  }
}

function headers(extra) {
  return { "X-CSRF-Token": find('meta[name="csrf"]')?.content || "", Accept: "application/json", ...extra };
}

async function send(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, { error: "The server cannot be reached.", do: "Check that it runs, then try again." });
  }
  if (response.ok) return response;
  const data = await response.json().catch(() => null);
  if (response.status === 401) location.assign("/login");
  throw new ServerError(response.status, data);
}

export async function get(address, { background = false, signal } = {}) {
  return (await send(address, { headers: headers(background ? { "X-Background": "1" } : {}), signal })).json();
}

export async function getBlob(address, signal) {
  return (await send(address, { headers: headers({ Accept: "image/png" }), signal })).blob();
}

export async function post(address, data = {}, { background = false } = {}) {
  const more = { "Content-Type": "application/json", ...(background ? { "X-Background": "1" } : {}) };
  return (await send(address, { method: "POST", headers: headers(more), body: JSON.stringify(data), keepalive: background })).json();
}

export async function remove(address) {
  return (await send(address, { method: "DELETE", headers: headers() })).json();
}

// Upload one file as the raw body; XMLHttpRequest because fetch tells no progress of a body.
export function upload(address, file, onProgress, password = "") {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers({ "X-File-Name": encodeURIComponent(file.name) }))) request.setRequestHeader(name, value);
    if (password) request.setRequestHeader("X-File-Password", encodeURIComponent(password));
    request.upload.onprogress = (event) => onProgress(event.loaded / Math.max(event.total, 1));
    request.onerror = () => reject(new ServerError(0, { error: "The upload was cut off.", do: "Add the file again." }));
    request.onload = () => {
      let data = null;
      try { data = JSON.parse(request.responseText); } catch { data = null; }
      if (request.status < 300) resolve(data);
      else reject(new ServerError(request.status, data));
    };
    request.send(file);
  });
}

// A stream of events, one JSON document a line. `stop()` asks the server to finish with what there is; if that takes
// too long, or the page goes away, the request is aborted, which stops the work too.
export function stream(address, data, onEvent) {
  const control = new AbortController();
  // Not randomUUID: browsers give it only to pages that came by TLS or from this machine.
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const ended = (async () => {
    const response = await send(address, {
      method: "POST", signal: control.signal, body: JSON.stringify({ ...data, stream_id: id }),
      headers: headers({ "Content-Type": "application/json", Accept: "application/x-ndjson" }),
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      const lines = (rest + (value || "")).split("\n");
      rest = done ? "" : lines.pop();
      for (const line of lines) if (line.trim()) onEvent(JSON.parse(line));
      if (done) return;
    }
  })();
  const stop = async () => {
    const late = setTimeout(() => control.abort(), 4000);
    ended.catch(() => {}).finally(() => clearTimeout(late));
    await post(`/api/streams/${id}/stop`).catch(() => control.abort());
  };
  return { ended, stop, abort: () => control.abort() };
}
