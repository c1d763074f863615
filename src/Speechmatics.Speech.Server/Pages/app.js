const rate = 16000;
const at = id => document.getElementById(id);
const [microphone, force, status, finals, partial, notes] = ["microphone", "force", "status", "finals", "partial", "notes"].map(at);
let session = null;

// One recognition over one WebSocket. `sent` remembers when each piece of audio left, so that lag can be told from a word's end.
class Session {
  constructor(onEnd) {
    this.onEnd = onEnd;
    this.sent = [];
    this.samples = 0;
    this.unacknowledged = 0;
    this.waiting = [];
  }

  open() {
    const address = new URL("/v2", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (at("key").value) address.searchParams.set("jwt", at("key").value);
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = event => this.take(JSON.parse(event.data));
    return new Promise((resolve, reject) => {
      this.started = resolve;
      this.socket.onopen = () => this.socket.send(JSON.stringify({
        message: "StartRecognition",
        audio_format: { type: "raw", encoding: "pcm_s16le", sample_rate: rate },
        transcription_config: {
          language: "en", model: at("model").value, enable_partials: true, max_delay: Number(at("delay").value), additional_vocab: customWords(),
          conversation_config: { end_of_utterance_silence_trigger: 0.6 },
        },
      }));
      this.socket.onclose = event => {
        const why = this.error ?? (event.code === 1000 ? null : `The connection was closed (${event.code} ${event.reason || "no reason given"}).`);
        reject(new Error(why ?? "The connection was closed."));
        this.waiting.splice(0).forEach(go => go());
        this.onEnd(why);
      };
    });
  }

  get isOpen() { return this.socket.readyState === WebSocket.OPEN; }

  send(buffer) {
    if (!this.isOpen) return;
    this.socket.send(buffer);
    this.samples += buffer.byteLength / 2;
    this.unacknowledged++;
    this.sent.push([this.samples / rate, performance.now()]);
    at("sent").textContent = `${(this.samples / rate).toFixed(1)} s`;
  }

  room() {
    return this.unacknowledged < 20 || !this.isOpen ? Promise.resolve() : new Promise(go => this.waiting.push(go));
  }

  say(message) { if (this.isOpen) this.socket.send(JSON.stringify(message)); }

  finish() { this.say({ message: "EndOfStream", last_seq_no: 0 }); }

  take(message) {
    switch (message.message) {
      case "RecognitionStarted": this.started(); break;
      case "AudioAdded": this.unacknowledged--; this.waiting.shift()?.(); break;
      case "AddPartialTranscript":
        show(partial, message.results, true);
        if (message.results.length) this.meter("partial-lag", message);
        break;
      case "AddTranscript":
        show(finals, message.results, false);
        if (message.results.length) this.meter("final-lag", message);
        at("transcript").scrollTop = at("transcript").scrollHeight;
        break;
      case "EndOfUtterance": if (finals.lastChild?.nodeName !== "BR" && finals.lastChild) finals.append(document.createElement("br")); break;
      case "EndOfTranscript": this.socket.close(1000); break;
      case "Warning": case "Info": note(`${message.message}: ${message.reason}`); break;
      case "Error": this.error = `${message.type}: ${message.reason}`; note(`Error: ${this.error}`); break;
    }
  }

  meter(id, message) {
    const end = message.metadata.end_time;
    const piece = this.sent.find(([time]) => time >= end);
    if (piece) {
      const lag = Math.round(performance.now() - piece[1]);
      at(id).textContent = `${lag} ms`;
      at(`${id}-meter`).value = lag;
    }
    while (this.sent.length > 600) this.sent.shift();
  }
}

function show(target, results, replace) {
  if (replace) target.replaceChildren();
  for (const { type, alternatives: [{ content, confidence }] } of results) {
    const word = document.createElement("span");
    if (type === "word") {
      if (target.lastChild && target.lastChild.nodeName !== "BR") target.append(" ");
      word.className = confidence < 0.6 ? "word unsure" : "word";
      word.style.backgroundColor = `rgba(var(--sure), ${(confidence * 0.22).toFixed(3)})`;
      word.title = `confidence ${confidence.toFixed(2)}`;
    }
    word.textContent = content;
    target.append(word);
  }
  if (replace && results.length && finals.childNodes.length) target.prepend(" ");
}

function customWords() {
  return at("words").value.split("\n").map(line => line.split("=")).filter(([word]) => word.trim()).map(([word, sounds]) => ({
    content: word.trim(), ...(sounds ? { sounds_like: sounds.split(",").map(s => s.trim()).filter(Boolean) } : {}),
  }));
}

function note(text) {
  const item = document.createElement("li");
  item.textContent = text;
  notes.prepend(item);
  while (notes.childNodes.length > 50) notes.lastChild.remove();
}

function tell(text, bad = false) {
  status.textContent = text;
  status.classList.toggle("bad", bad);
}

async function begin(label, feed) {
  if (session) return;
  tell("Connecting …");
  let stop = () => {};
  session = new Session(why => {
    stop();
    session = null;
    partial.replaceChildren();
    microphone.textContent = "Start microphone";
    microphone.setAttribute("aria-pressed", "false");
    force.disabled = true;
    tell(why ?? "Finished.", Boolean(why));
  });
  try {
    await session.open();
    force.disabled = false;
    tell(label);
    stop = await feed(session) ?? stop;
  } catch (error) {
    tell(error.message, true);
    session?.socket?.close();
  }
}

async function listen(to) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const context = new AudioContext({ sampleRate: rate });
  await context.audioWorklet.addModule("/assets/capture.js");
  const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  capture.port.onmessage = event => to.send(event.data);
  context.createMediaStreamSource(stream).connect(capture);
  microphone.textContent = "Stop microphone";
  microphone.setAttribute("aria-pressed", "true");
  return () => {
    stream.getTracks().forEach(track => track.stop());
    if (context.state !== "closed") context.close();
  };
}

async function play(to, file) {
  // the browser decodes and resamples whatever it can play
  const audio = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await file.arrayBuffer());
  const mono = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel++) audio.getChannelData(channel).forEach((sample, i) => { mono[i] += sample / audio.numberOfChannels; });
  for (let from = 0; from < mono.length && to.isOpen; from += rate / 10) {
    await to.room();
    to.send(Int16Array.from(mono.subarray(from, from + rate / 10), sample => Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))).buffer);
  }
  to.finish();
}

let stopping = null;
microphone.addEventListener("click", () => {
  if (!session) { begin("Listening.", async to => (stopping = await listen(to))); return; }
  stopping?.();
  session.finish();
  tell("Finishing …");
});
force.addEventListener("click", () => session?.say({ message: "ForceEndOfUtterance" }));
at("file").addEventListener("change", event => {
  const [file] = event.target.files;
  if (file) begin(`Transcribing ${file.name}.`, to => play(to, file));
  event.target.value = "";
});
at("delay").addEventListener("input", event => { at("delay-value").textContent = `${Number(event.target.value).toFixed(1)} s`; });
const drop = at("drop");
addEventListener("dragover", event => { event.preventDefault(); drop.classList.add("over"); });
addEventListener("dragleave", () => drop.classList.remove("over"));
addEventListener("drop", event => {
  event.preventDefault();
  drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) begin(`Transcribing ${file.name}.`, to => play(to, file));
});
// what the server can do decides what is offered first
fetch("/dashboard/status").then(answer => answer.json()).then(state => {
  at("model").value = state.enhanced_model ? "enhanced" : "standard";
  at("model").options[1].disabled = !state.enhanced_model;
}).catch(() => {});
if (!navigator.mediaDevices) { microphone.disabled = true; tell("The microphone needs HTTPS or localhost; files work."); }
