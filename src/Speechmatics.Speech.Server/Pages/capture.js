// Runs on the audio thread: collects the microphone's blocks of 128 samples into pieces of 100 ms of 16-bit samples and hands them over without a copy.
class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.size = Math.round(sampleRate / 10);
    this.piece = new Int16Array(this.size);
    this.filled = 0;
  }

  process([input]) {
    const channel = input[0];
    if (!channel) return true;
    for (const sample of channel) {
      this.piece[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      if (this.filled < this.size) continue;
      this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
      this.piece = new Int16Array(this.size);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("capture", Capture);
