// Drives one of the published clients through a scenario (JSON on standard input) and writes every message, sent and received, as a JSON line with its time in ms.
// scenario: { client: "current" | "legacy", folder, url, key, audio, from, chunkBytes, chunkMs, start, actions: [{ atChunk, message }], timeoutMs }
"use strict";
const fs = require("fs");
const { createRequire } = require("module");
const scenario = JSON.parse(fs.readFileSync(0, "utf8"));
const load = createRequire(scenario.folder + "/package.json");
const began = performance.now();
const log = entry => fs.writeSync(1, JSON.stringify({ ms: Math.round(performance.now() - began), ...entry }) + "\n");
const sleep = ms => new Promise(go => setTimeout(go, ms));
const audio = scenario.audio ? fs.readFileSync(scenario.audio).subarray(scenario.from ?? 0) : Buffer.alloc(0);

async function send(sendAudio, act) {
  let chunk = 0;
  let due = performance.now();
  for (let at = 0; at < audio.length; at += scenario.chunkBytes, chunk++) {
    for (const action of scenario.actions.filter(a => a.atChunk === chunk)) { log({ out: action.message }); act(action.message); }
    sendAudio(audio.subarray(at, at + scenario.chunkBytes));
    if (scenario.chunkMs) { due += scenario.chunkMs; await sleep(Math.max(0, due - performance.now())); }
  }
  for (const action of scenario.actions.filter(a => a.atChunk >= chunk)) { log({ out: action.message }); act(action.message); if (action.thenMs) await sleep(action.thenMs); }
  log({ chunks: chunk });
}

async function current() {
  const { RealtimeClient } = load("@speechmatics/real-time-client");
  const client = new RealtimeClient({ url: scenario.url, connectionTimeout: 60000 });
  let closed = null;
  client.addEventListener("receiveMessage", ({ data }) => log({ in: data }));
  client.addEventListener("socketStateChange", event => log({ state: event.socketState }));
  const starting = client.start(scenario.key ?? "none", scenario.start);
  const watch = setInterval(() => {
    if (!client.socket || closed) return;
    closed = true;
    client.socket.on("close", (code, reason) => log({ close: code, reason: reason.toString() }));
  }, 1);
  await starting;
  clearInterval(watch);
  await send(data => client.sendAudio(data), message => client.sendMessage(message));
  await client.stopRecognition();
  await sleep(200);
  log({ state: client.socketState });
}

async function legacy() {
  const { RealtimeSession } = load("speechmatics");
  const session = new RealtimeSession({ apiKey: scenario.key ?? "none", realtimeUrl: scenario.url });
  for (const name of ["RecognitionStarted", "AddTranscript", "AddPartialTranscript", "Error"]) session.addListener(name, data => log({ in: data }));
  session.addListener("EndOfTranscript", () => log({ in: { message: "EndOfTranscript" } }));
  await session.start(scenario.start);
  await send(data => session.sendAudio(data), () => { throw new Error("the legacy client has no such message"); });
  await session.stop();
}

setTimeout(() => { log({ failed: "timed out" }); process.exit(2); }, scenario.timeoutMs ?? 90000);
(scenario.client === "legacy" ? legacy : current)().then(
  async () => { log({ done: true }); process.exit(0); },
  async error => { await sleep(300); log({ failed: String(error?.message ?? error) }); process.exit(0); });
