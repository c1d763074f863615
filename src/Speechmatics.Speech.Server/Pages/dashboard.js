// Two minutes of the server's figures, asked for once a second. Every plot has its newest values as text above it, each beside a piece of its line.
const kept = 120;
const dashes = [[], [6, 3], [2, 3]];
const number = (digits, unit = "") => value => value === null ? "–" : `${value.toFixed(digits)}${unit}`;
const plots = [
  ["Sessions", number(0), { open: s => s.sessions, "at most": s => s.max_sessions }],
  ["Lag of partials, ms", number(0), { p50: s => s.partial_lag_ms.p50, p95: s => s.partial_lag_ms.p95, p99: s => s.partial_lag_ms.p99 }],
  ["Lag of finals, ms", number(0), { p50: s => s.final_lag_ms.p50, p95: s => s.final_lag_ms.p95, p99: s => s.final_lag_ms.p99 }],
  ["Utilisation", number(0, " %"), { workers: s => s.utilisation * 100 }, 100],
  ["Chunk, ms", number(0), { mean: s => s.chunk_ms }],
  ["Audio dropped, s", number(2), { total: s => s.dropped_seconds }],
  ["Refused and failed", number(0), { refused: s => s.refused, failed: s => s.failed }],
  ["Waiting for a step", number(0), { sessions: s => s.queued }],
  ["Second pass", number(0), { waiting: s => s.queued_readings, skipped: s => s.skipped_readings }],
].map(([title, format, series, most]) => {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const name = document.createElement("span");
  const now = document.createElement("strong");
  const canvas = document.createElement("canvas");
  name.textContent = title;
  canvas.setAttribute("aria-hidden", "true");
  caption.append(name, now);
  figure.append(caption, canvas);
  document.getElementById("tiles").append(figure);
  const lines = Object.entries(series).map(([label, of], index) => {
    const [entry, value] = [document.createElement("span"), document.createElement("span")];
    if (Object.keys(series).length > 1) entry.append(swatch(index), `${label} `);
    entry.append(value);
    now.append(entry);
    return { of, value, values: [] };
  });
  return { format, canvas, most, series: lines };
});

// the line as it is drawn, for the legend
function swatch(index) {
  const line = document.createElement("i");
  line.className = `swatch dash-${index}`;
  line.setAttribute("aria-hidden", "true");
  return line;
}

function draw({ canvas, series, format, most }) {
  const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const style = getComputedStyle(document.documentElement);
  const top = most ?? Math.max(1e-9, ...series.flatMap(s => s.values).filter(v => v !== null)) * 1.1;
  context.strokeStyle = style.getPropertyValue("--line");
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  context.fillStyle = style.getPropertyValue("--faint");
  context.font = "11px system-ui, sans-serif";
  context.fillText(top < 1e-6 ? "0" : format(top), 4, 13);
  series.forEach(({ values }, index) => {
    context.strokeStyle = style.getPropertyValue(index === 0 ? "--accent" : "--text");
    context.setLineDash(dashes[index]);
    context.lineWidth = index === 0 ? 2 : 1.5;
    context.beginPath();
    let drawing = false;
    values.forEach((value, i) => {
      if (value === null) { drawing = false; return; }
      const [x, y] = [(kept - values.length + i) / (kept - 1) * width, height - 2 - value / top * (height - 4)];
      if (drawing) context.lineTo(x, y); else context.moveTo(x, y);
      drawing = true;
    });
    context.stroke();
  });
  for (const { value, values } of series) value.textContent = format(values.at(-1));
}

async function refresh() {
  const status = document.getElementById("status");
  try {
    const state = await (await fetch("/dashboard/status", { cache: "no-store" })).json();
    status.textContent = `Model ${state.model}${state.enhanced_model ? ` and ${state.enhanced_model}` : ""}; ${state.connections} ${state.connections === 1 ? "connection" : "connections"}; measured capacity ${state.capacity || "not known yet"}; ${(state.audio_seconds / 3600).toFixed(2)} h recognised; ${(state.state_bytes / 1048576).toFixed(0)} MiB of session state${state.draining ? "; draining" : ""}.`;
    for (const plot of plots) {
      for (const one of plot.series) {
        one.values.push(one.of(state));
        if (one.values.length > kept) one.values.shift();
      }
      draw(plot);
    }
  } catch {
    status.textContent = "The server does not answer.";
  }
}

document.getElementById("drain").addEventListener("submit", async event => {
  event.preventDefault();
  const answer = document.getElementById("drain-answer");
  if (!confirm("The server will take no new sessions until it is started again. Go on?")) return;
  const response = await fetch("/admin/drain", { method: "POST", headers: { Authorization: `Bearer ${document.getElementById("key").value}` } });
  answer.textContent = response.ok ? "The server drains." : (await response.json()).reason;
  refresh();
});
refresh();
setInterval(refresh, 1000);
