// What the page does beyond what it does without a script: files dropped and listed, each sent by itself and answered as it
// comes; the camera. All words come from the server, in data attributes.
"use strict";

const bytes = (size, language) => {
  const [number, unit] = size < 1e6 ? [Math.max(1, Math.round(size / 1e3)), "kB"] : [size / 1e6, "MB"];
  return `${number.toLocaleString(language, { maximumFractionDigits: 1 })}\u00a0${unit}`;
};

const filled = (text, ...values) => values.reduce((sofar, value) => sofar.replace("{}", value), text);

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

function uploads(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector(".drop");
  const list = form.querySelector(".chosen");
  const status = form.querySelector("[role=status]");
  const submit = form.querySelector("[type=submit]");
  const words = form.dataset;
  const language = document.documentElement.lang;
  let chosen = [];
  let busy = false;

  const show = () => {
    list.replaceChildren(...chosen.map((file, place) => {
      const row = element("li");
      const remove = element("button", "plain", "×");
      remove.type = "button";
      remove.setAttribute("aria-label", filled(words.remove, file.name));
      remove.addEventListener("click", () => {
        chosen.splice(place, 1);
        show();
        (list.querySelectorAll("button")[Math.min(place, chosen.length - 1)] ?? input).focus();
      });
      row.append(element("span", "name", file.name), element("span", "size", bytes(file.size, language)), remove);
      return row;
    }));
    // What is listed here is what is sent; the input is only how files get here.
    input.required = chosen.length === 0;
  };

  const add = (files) => {
    if (busy) return;
    for (const file of files) {
      const same = (other) => other.name === file.name && other.size === file.size && other.lastModified === file.lastModified;
      if (!chosen.some(same)) chosen.push(file);
    }
    status.textContent = "";
    show();
  };

  form.querySelector(".call").hidden = false;
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  // A file that misses the place would take the page's place.
  for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

  // A PDF and the invoice of its name go together.
  const groups = () => {
    const stem = (name) => name.replace(/\.(xml|pdf)$/i, "").toLowerCase();
    const byStem = new Map();
    for (const file of chosen) byStem.set(stem(file.name), [...(byStem.get(stem(file.name)) ?? []), file]);
    return [...byStem.values()];
  };

  const settings = () => {
    const data = new FormData(form);
    data.delete("files");
    return data;
  };

  const send = (address, data, accept, onProgress) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", accept);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onProgress?.(event.loaded / event.total); });
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error("network")));
    request.send(data);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    if (chosen.length === 0) {
      status.textContent = words.noFiles;
      input.focus();
      return;
    }
    busy = true;
    submit.disabled = true;
    const rows = groups().map((files) => {
      const row = element("li");
      const bar = element("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", files[0].name);
      const says = element("span", "says");
      row.append(element("span", "name", files.map((file) => file.name).join(" + ")), element("span", "size", words.sending), says, bar);
      return { files, row, bar, says, mark: row.querySelector(".size") };
    });
    list.replaceChildren(...rows.map((one) => one.row));
    list.scrollIntoView({ block: "nearest" });
    try {
      const opened = await send(form.action, settings(), "application/json");
      if (opened.status !== 201) return giveUp(opened);
      const address = JSON.parse(opened.responseText).address;
      let done = 0;
      let next = 0;
      const worker = async () => {
        while (next < rows.length) {
          const one = rows[next++];
          const data = settings();
          for (const file of one.files) data.append("files", file, file.name);
          let answer = await send(address, data, "application/json", (part) => { one.bar.value = 0.9 * part; });
          // The service has much to do: later.
          for (let again = 0; answer.status === 429 && again < 5; again++) {
            await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.getResponseHeader("Retry-After") ?? 1)));
            answer = await send(address, data, "application/json");
          }
          if (answer.status !== 200) throw answer;
          const { mark, kind, says } = JSON.parse(answer.responseText);
          one.bar.hidden = true;
          one.mark.textContent = mark;
          one.mark.className = `mark ${kind}`;
          one.says.textContent = says;
          done += 1;
          status.textContent = filled(words.done, done, rows.length);
        }
      };
      await Promise.all([worker(), worker()]);
      location.assign(address);
    } catch (failure) {
      giveUp(failure);
    }
  });

  const giveUp = (failure) => {
    busy = false;
    submit.disabled = false;
    let told;
    try { told = JSON.parse(failure.responseText).says; } catch { /* it did not come that far */ }
    status.textContent = told ?? words.stopped;
    show();
  };
}

function camera(place) {
  const start = place.querySelector("button");
  const video = place.querySelector("video");
  const status = place.querySelector("[role=status]");
  const form = document.querySelector(place.dataset.form);
  const words = place.dataset;
  let stream = null;
  place.hidden = false;

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    start.textContent = words.start;
  };

  const frame = () => new Promise((resolve) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(resolve, "image/jpeg", 0.9);
  });

  const look = async () => {
    while (stream) {
      if (video.videoWidth > 0) {
        const data = new FormData();
        data.append("csrf", form.elements.csrf.value);
        data.append("file", await frame(), "camera.jpg");
        const answer = await fetch(words.address, { method: "POST", body: data, headers: { Accept: "application/json" } });
        if (!stream) return;
        const found = answer.ok ? await answer.json() : null;
        if (found?.link) {
          stop();
          form.elements.link.value = found.link;
          form.requestSubmit();
          return;
        }
        if (answer.status === 401 || answer.status === 403) return stop();
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };

  start.addEventListener("click", async () => {
    if (stream) {
      status.textContent = "";
      return stop();
    }
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1280 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    } catch {
      status.textContent = words.none;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    start.textContent = words.stop;
    status.textContent = words.searching;
    await video.play();
    look().catch(() => { status.textContent = words.none; stop(); });
  });
}

for (const form of document.querySelectorAll("form[data-uploads]")) uploads(form);
for (const place of document.querySelectorAll("[data-camera]")) camera(place);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
