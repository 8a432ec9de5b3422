// Tones and spoken cues, one at a time; only voices of this computer, none from the network.
export class Sound {
  constructor() {
    this.tones = this.voice = false;
    this.muted = false;
    this.context = null;
  }

  // Browsers allow sound only after a click or a key.
  wake() { this.context ??= new AudioContext(); this.context.resume(); }

  cue(cue) {
    if (this.muted) return;
    if (this.tones) this.#tone(cue.kind === "praise" ? [660, 880] : [440, 330]);
    if (this.voice) this.#speak(cue.text);
  }

  silence() { globalThis.speechSynthesis?.cancel(); }

  #tone(pitches) {
    if (!this.context) return;
    pitches.forEach((pitch, k) => {
      const start = this.context.currentTime + 0.16 * k;
      const source = new OscillatorNode(this.context, { frequency: pitch, type: "sine" });
      const gain = new GainNode(this.context, { gain: 0 });
      gain.gain.setTargetAtTime(0.18, start, 0.01);
      gain.gain.setTargetAtTime(0, start + 0.1, 0.03);
      source.connect(gain).connect(this.context.destination);
      source.start(start);
      source.stop(start + 0.4);
    });
  }

  #speak(text) {
    const voices = globalThis.speechSynthesis?.getVoices().filter((v) => v.localService && v.lang.startsWith("en")) ?? [];
    if (!voices.length) return;
    speechSynthesis.cancel(); // the previous cue is out of date
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voices[0];
    speechSynthesis.speak(said);
  }
}
