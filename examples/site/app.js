// Asks this very server and shows what it says. The pages read well without it.

const shown = ["allow", "connection", "content-length", "content-type", "date", "etag", "last-modified", "location", "retry-after", "server"];
const still = matchMedia("(prefers-reduced-motion: reduce)");

// ask sends one request, past the browser's cache.
async function ask({ method = "GET", path, pad = 0, fresh = false }) {
	const headers = {};
	if (fresh) {
		const first = await fetch(path, { method: "HEAD", cache: "no-store" });
		headers["If-None-Match"] = first.headers.get("etag") ?? '""';
	}
	const response = await fetch(path + "a".repeat(pad), { method, headers, cache: "no-store" });
	const size = (await response.arrayBuffer()).byteLength;
	return { method, path: path + (pad ? "aaaa\u2026" : ""), headers, response, size };
}

function put(parent, tag, text) {
	const element = document.createElement(tag);
	element.textContent = text;
	parent.append(element);
}

function show(where, { method, path, headers, response, size }) {
	where.replaceChildren();
	where.classList.toggle("bad", response.status >= 400);
	put(where, "i", `${method} ${path}\n`);
	for (const [name, value] of Object.entries(headers)) put(where, "i", `${name}: ${value}\n`);
	if (response.redirected) put(where, "i", `redirected to ${new URL(response.url).pathname}\n`);
	put(where, "b", `${response.status} ${response.statusText}\n`);
	for (const name of shown) {
		if (response.headers.has(name)) put(where, "span", `${name}: ${response.headers.get(name)}\n`);
	}
	put(where, "i", size ? `${size} bytes of body` : "no body");
}

function showNothing(where, err) {
	where.replaceChildren();
	where.classList.add("bad");
	const hint = location.protocol === "file:" ? "This page was opened as a file. Let kamaelia serve it." : "Is the server still running?";
	put(where, "span", `No answer came: ${err.message}. ${hint}`);
}

// wayOf judges by the status which way through the graph a request took.
function wayOf({ ok, status }) {
	if (ok) return "answered";
	return [400, 408, 414, 431, 505].includes(status) ? "PARSER" : "FILES";
}

// drawn returns the one of the graph's two drawings that fits the window.
const drawn = () => [...document.querySelectorAll("#graph svg")].find((svg) => svg.getClientRects().length);

// ride moves a dot along the way that a request takes, and lights the parts on it.
function ride(svg, name) {
	const way = svg.querySelector(`[data-way="${name}"]`), rider = svg.querySelector(".rider");
	const stops = [...svg.querySelectorAll(".stop")].map((stop) => ({ stop, box: stop.getBBox() }));
	const length = way.getTotalLength(), took = 1800;
	const reach = (at) => {
		for (const { stop, box } of stops) {
			if (at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + box.height) stop.classList.add("lit");
		}
	};
	let gone = 0;
	const goTo = (distance) => {
		for (; gone <= distance; gone += 4) reach(way.getPointAtLength(gone));
	};
	for (const { stop } of stops) stop.classList.remove("lit");
	reach(stops[0].box); // the way begins at its edge
	if (still.matches) {
		goTo(length);
		return Promise.resolve();
	}
	svg.scrollIntoView({ block: "nearest" });
	return new Promise((done) => {
		const start = performance.now();
		const step = (now) => {
			const part = Math.min(Math.max(now - start, 0) / took, 1), at = way.getPointAtLength(part * length);
			rider.setAttribute("cx", at.x);
			rider.setAttribute("cy", at.y);
			rider.style.visibility = part < 1 ? "visible" : "hidden";
			goTo(part * length);
			if (part < 1) requestAnimationFrame(step);
			else done();
		};
		requestAnimationFrame(step);
	});
}

for (const group of document.querySelectorAll(".ask")) {
	const where = group.nextElementSibling;
	let busy = false;
	group.hidden = false;
	group.addEventListener("click", async (event) => {
		const button = event.target.closest("button");
		if (!button || busy) return;
		busy = true;
		button.setAttribute("aria-disabled", "true");
		const { method, path, pad, fresh } = button.dataset;
		try {
			const answer = await ask({ method, path, pad: Number(pad ?? 0), fresh: fresh !== undefined });
			if (group.dataset.demo) await ride(drawn(), wayOf(answer.response));
			show(where, answer);
			if (group.dataset.demo) where.scrollIntoView({ block: "nearest" });
		} catch (err) {
			showNothing(where, err);
		}
		button.removeAttribute("aria-disabled");
		busy = false;
	});
}

// The commands say where this server is.
for (const element of document.querySelectorAll("[data-origin]")) {
	if (location.protocol !== "file:") element.textContent = location.origin;
}

// What scrolls sideways can be reached by keyboard, and nothing else is a stop.
const reachable = () => {
	for (const pre of document.querySelectorAll("pre")) {
		if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
		else pre.removeAttribute("tabindex");
	}
};
reachable();
addEventListener("resize", reachable);
