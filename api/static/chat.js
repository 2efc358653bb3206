// The chat page: sends what the person writes or presses, and shows the replies as the server streams them.
"use strict";

(() => {
  const KEY = "mot-cua"; // in sessionStorage: gone with the tab, for a family's phone is shared
  const SLOW_MS = 10000;
  const SEND_MS = 20000;
  const PHOTO_MS = 120000;
  const LONG_SIDE = 2400;
  const OFFLINE = "Máy chưa nối được mạng. Bà con xem lại mạng rồi bấm “Gửi lại”.";
  const BUSY = "Máy đang bận. Bà con chờ một chút rồi bấm “Gửi lại”.";
  const PHOTO_GONE = "Trang đã tải lại nên không còn ảnh để gửi. Bà con bấm “Gửi ảnh” rồi chọn lại.";
  const NO_PLACE = "Máy chưa lấy được vị trí. Bà con viết địa chỉ vào ô rồi gửi giúp máy.";
  const SLOW = "Lần này trả lời lâu hơn mọi khi. Câu hỏi đã được giữ lại, bà con không cần gửi lại. Có câu trả lời là hiện ở đây.";

  const byId = (id) => document.getElementById(id);
  const [log, waiting, form, input, clear, dialog, picker, placer] =
    ["log", "waiting", "composer", "question", "clear", "clear-dialog", "photo-file", "place"].map(byId);

  // `last` is the newest reply's id. An item is the person's message
  //   {id, text, payload, tapped (the reply pressed on), place, photo ("" until its address is known),
  //    fresh (first of a new conversation), state: "sending" | "failed" | "sent" | "answered", error}
  // or a reply {ids, reply}; `ids` has the ids of the replies it replaced as well.
  let talk = { last: 0, items: [] };
  const nodes = new Map(); // item -> its element
  const files = new Map(); // item -> the photo to send; gone with the page
  let stream = null;
  let retry = 0;
  let misses = 0;
  let slow = 0;
  let pressed = { key: "", at: 0 };

  // --- what is kept in this tab ---

  function save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(talk));
    } catch { /* storage full or forbidden: the page works on without it */ }
  }

  function restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY));
      if (kept && Array.isArray(kept.items)) talk = kept;
    } catch { /* nothing usable */ }
    for (const item of talk.items) {
      if (item.state === "sending") Object.assign(item, { state: "failed", error: OFFLINE }); // outcome unknown
    }
  }

  // --- elements; every text goes in as a text node ---

  function make(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  function link(label, url) {
    if (!/^https?:\/\//i.test(url || "")) return label;
    const unseen = make("span", { className: "unseen" }, " (mở trang mới)");
    return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label, unseen);
  }

  const linked = (text) =>
    text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/).map((part, at) => (at % 2 ? link(part, part) : part));

  // Lines become paragraphs, "• " and "1. " lines become lists.
  function paragraphs(text) {
    const blocks = [];
    let list = null;
    for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
      const mark = /^(?:•|(\d{1,3})\.)\s+/.exec(line);
      if (!mark) {
        list = null;
        blocks.push(make("p", {}, ...linked(line)));
        continue;
      }
      const tag = mark[1] ? "OL" : "UL";
      if (!list || list.tagName !== tag) blocks.push((list = make(tag, {})));
      const entry = make("li", {}, ...linked(line.slice(mark[0].length)));
      if (mark[1]) entry.value = Number(mark[1]);
      list.append(entry);
    }
    return blocks;
  }

  function replyNode({ reply }) {
    const heading = make("h3", { id: `reply-${reply.id}`, tabIndex: -1 }, reply.heading || (reply.text ? "Trả lời" : "Ảnh"));
    if (!reply.heading) heading.className = "unseen";
    const node = make("article", { className: "reply" }, heading, ...paragraphs(reply.text || ""));
    node.setAttribute("aria-labelledby", heading.id);
    for (const address of reply.photos || []) node.append(photoNode(address, "Ảnh gửi kèm"));
    if (reply.source) {
      node.append(make("p", { className: "source" }, "Nguồn: ", link(reply.source.label, reply.source.url)));
    }
    if (reply.footnote) node.append(make("p", { className: "footnote" }, ...linked(reply.footnote)));
    if (reply.choices && reply.choices.length) {
      const choices = make("div", { className: "choices" });
      choices.setAttribute("role", "group");
      choices.setAttribute("aria-label", "Bấm để chọn");
      for (const { label, payload } of reply.choices) {
        const button = make("button", { type: "button" }, label);
        button.dataset.payload = payload;
        choices.append(button);
      }
      node.append(choices);
    }
    return node;
  }

  function mineNode(item) {
    const kind = item.payload ? "Bà con chọn: " : item.place || isPhoto(item) ? "Bà con gửi: " : "Bà con hỏi: ";
    const says = make("span", { className: "unseen" }, kind);
    return make("div", { className: "mine", tabIndex: -1 }, make("p", { className: "said" }, says, item.text));
  }

  const isPhoto = (item) => typeof item.photo === "string";

  function photoNode(address, alt) {
    const image = make("img", { className: "photo", alt, src: address });
    image.addEventListener("load", () => {
      const holder = image.closest("article, .mine"); // it has grown: keep the newest in view
      if (holder && holder === log.lastElementChild) holder.scrollIntoView({ block: "nearest" });
    }, { once: true });
    image.addEventListener("error", () => image.replaceWith(make("span", {}, `(${alt})`)), { once: true });
    return image;
  }

  // Puts an item at the end of the conversation, or brings its element up to date.
  function show(item) {
    if (!nodes.has(item)) {
      nodes.set(item, item.reply ? replyNode(item) : mineNode(item));
      log.append(nodes.get(item));
    }
    if (item.reply) return;
    const node = nodes.get(item);
    if (item.photo && !node.querySelector("img")) node.querySelector(".said").append(photoNode(item.photo, "Ảnh của bà con"));
    const failed = item.state === "failed";
    node.classList.toggle("failed", failed);
    node.querySelectorAll(".unsent").forEach((old) => old.remove());
    if (!failed) return;
    const words = make("p", {}, make("strong", {}, "Chưa gửi được. "), item.error || "");
    const unsent = make("div", { className: "unsent" }, words);
    if (!item.refused) {
      const again = make("button", { type: "button" }, "Gửi lại");
      again.addEventListener("click", () => resend(item));
      unsent.append(again);
    }
    node.append(unsent);
  }

  // After every change: keep it, and say what is going on.
  function settle() {
    save();
    for (const [{ reply, ids }, node] of nodes) { // the newest reply's choices stand out, older ones stay usable but quiet
      if (reply) node.classList.toggle("latest", ids.includes(talk.last));
    }
    clearTimeout(slow);
    const open = talk.items.filter((item) => item.state === "sending" || item.state === "sent").pop();
    const words = !open ? "" : open.state === "sending" ? "Đang gửi…" : "Đang trả lời…";
    if (waiting.textContent !== words) waiting.textContent = words;
    waiting.classList.toggle("busy", Boolean(words));
    clear.hidden = talk.items.length === 0;
    if (open && open.state === "sent") {
      slow = setTimeout(() => {
        waiting.textContent = SLOW;
        reopen(); // the connection may have died without a word
      }, SLOW_MS);
    }
  }

  // --- sending ---

  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // where the page is not served over https
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function say(text, payload, tapped, place) {
    const key = `${payload || ""} ${text}`;
    if (key === pressed.key && Date.now() - pressed.at < 1000) return; // a shaky hand's double tap
    pressed = { key, at: Date.now() };
    begin({ id: newId(), text, payload, tapped, place });
  }

  function sayPhoto(file) {
    const item = { id: newId(), text: "Ảnh", photo: "" };
    files.set(item, file);
    begin(item);
  }

  function begin(item) {
    talk.items.push(item);
    send(item);
    nodes.get(item).scrollIntoView({ block: "nearest" });
  }

  function resend(item) {
    talk.items.push(...talk.items.splice(talk.items.indexOf(item), 1)); // its answer comes below it
    log.append(nodes.get(item));
    nodes.get(item).focus(); // the button goes away
    send(item);
  }

  async function send(item) {
    const begun = talk.items.some((other) => other !== item && (other.reply || other.state !== "failed"));
    Object.assign(item, { state: "sending", fresh: !begun || undefined });
    show(item);
    settle();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), isPhoto(item) ? PHOTO_MS : SEND_MS);
    let error = OFFLINE;
    try {
      const answer = await (isPhoto(item) ? postPhoto(item, stop.signal) : post(item, stop.signal));
      const body = await answer.json().catch(() => ({}));
      error = answer.ok ? "" : body.error || BUSY;
      if (answer.ok && body.photo) item.photo = body.photo;
      item.refused = isPhoto(item) && [413, 415, 422].includes(answer.status); // the same photo again would be too
    } catch { /* no network, or no answer in time: the sentence above */ }
    clearTimeout(timer);
    if (isPhoto(item) && !files.has(item)) error = PHOTO_GONE;
    if (!error) files.delete(item);
    if (talk.items.includes(item) && item.photo) show(item);
    if (!talk.items.includes(item) || item.state !== "sending") return; // cleared or answered meanwhile
    Object.assign(item, { state: error ? "failed" : "sent", error });
    show(item);
    settle();
    if (error) nodes.get(item).scrollIntoView({ block: "nearest" });
    else listen();
  }

  function post({ id, text, payload, tapped, place, fresh }, signal) {
    const body = JSON.stringify({ id, text: place ? "" : text, payload, tapped, place, fresh });
    return fetch("/chat/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
  }

  async function postPhoto(item, signal) {
    const body = await smaller(files.get(item));
    const asked = new URLSearchParams({ id: item.id, fresh: Boolean(item.fresh) });
    return fetch(`/chat/photos?${asked}`, { method: "POST", headers: { "Content-Type": body.type || "image/jpeg" }, body, signal });
  }

  // A phone's photo is many times larger than needed, and mobile data costs money. What cannot be drawn goes as it is.
  async function smaller(file) {
    try {
      const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONG_SIDE / Math.max(drawn.width, drawn.height));
      const paper = make("canvas", { width: Math.round(drawn.width * scale), height: Math.round(drawn.height * scale) });
      const pen = paper.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, paper.width, paper.height);
      pen.drawImage(drawn, 0, 0, paper.width, paper.height);
      const made = await new Promise((done) => paper.toBlob(done, "image/jpeg", 0.85));
      return made && made.size < file.size ? made : file;
    } catch {
      return file;
    }
  }

  // --- receiving ---

  function listen() {
    clearTimeout(retry);
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    const source = (stream = new EventSource(`/chat/events?after=${talk.last}`));
    source.addEventListener("open", () => (misses = 0));
    source.addEventListener("reply", (event) => receive(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      // A lost connection comes back by itself. A refused one is asked again, more and more seldom, then no more.
      if (source !== stream || source.readyState !== EventSource.CLOSED || misses > 7) return;
      retry = setTimeout(listen, 1000 * 2 ** Math.min(misses++, 5));
    });
  }

  function reopen() {
    if (!talk.items.length) return;
    if (stream) stream.close();
    misses = 0;
    listen();
  }

  function receive(reply) {
    if (!(reply.id > talk.last)) return; // seen already
    talk.last = reply.id;
    const asked = talk.items[talk.items.length - 1];
    for (const item of talk.items) {
      if (item.state === "sending" || item.state === "sent") Object.assign(item, { state: "answered" });
    }
    let item = talk.items.find((each) => each.ids && reply.replaces && each.ids.includes(reply.replaces));
    if (!item && !reply.text && asked?.reply) { // a photo belongs to the words before it
      item = asked;
      item.ids.push(reply.id);
      item.reply.photos = [...(item.reply.photos || []), ...reply.photos];
      const old = nodes.get(item);
      nodes.set(item, replyNode(item));
      old.replaceWith(nodes.get(item));
    } else if (item) {
      const old = nodes.get(item);
      const focused = old.contains(document.activeElement);
      item.ids.push(reply.id);
      item.reply = reply;
      nodes.set(item, replyNode(item));
      old.replaceWith(nodes.get(item));
      if (focused) nodes.get(item).querySelector("h3").focus({ preventScroll: true });
      if (asked.payload && asked.state === "answered") { // the press shows in the replaced reply, not as a message
        talk.items.pop();
        nodes.get(asked).remove();
        nodes.delete(asked);
      }
    } else {
      item = { ids: [reply.id], reply };
      talk.items.push(item);
      show(item);
    }
    settle();
    nodes.get(item).scrollIntoView();
  }

  // --- the page ---

  function fit() {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = "";
    fit();
    say(text);
    if (matchMedia("(pointer: coarse)").matches) input.blur(); // the phone's keyboard makes room for the answer
  });
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: input method
    event.preventDefault();
    form.requestSubmit ? form.requestSubmit() : byId("send").click();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-payload], [data-say]");
    if (!button) return;
    const heading = button.closest("article")?.querySelector("h3");
    const tapped = heading ? Number(heading.id.replace("reply-", "")) : undefined;
    say(button.dataset.say || button.textContent, button.dataset.payload, tapped);
  });

  byId("photo").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    const [file] = picker.files;
    picker.value = ""; // or choosing the same photo again would be no change
    if (file) sayPhoto(file);
  });

  placer.hidden = !(isSecureContext && "geolocation" in navigator);
  placer.addEventListener("click", () => {
    placer.disabled = true;
    waiting.textContent = "Đang tìm vị trí…";
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => {
        placer.disabled = false;
        say("Vị trí của tôi", undefined, undefined, { latitude, longitude });
      },
      () => {
        placer.disabled = false;
        waiting.textContent = NO_PLACE;
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });

  clear.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "clear") return;
    dialog.returnValue = "";
    clearTimeout(retry);
    if (stream) stream.close();
    talk = { last: talk.last, items: [] }; // `last` stays, or the server would send the old replies again
    nodes.clear();
    files.clear();
    log.replaceChildren();
    pressed.key = "";
    settle();
    byId("hello").focus();
    scrollTo(0, 0);
  });

  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reopen());
  addEventListener("online", reopen);
  addEventListener("pagehide", () => stream && stream.close());
  addEventListener("pageshow", (event) => event.persisted && reopen());

  restore();
  log.setAttribute("aria-live", "off"); // an old conversation is not read out again
  talk.items.forEach(show);
  settle();
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
  if (talk.items.length) {
    nodes.get(talk.items[talk.items.length - 1]).scrollIntoView({ behavior: "instant" });
    reopen();
  }
})();
