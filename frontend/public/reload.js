// All of Scripter is one program: where a file of it could not be fetched, since the network changed or the server was
// away for a moment, the page is loaded again, a few times and ever later. The program takes the count back.
(() => {
  const KEY = "scripter-loads";
  const MOST = 5;
  let waits = false;
  const words = () => {
    document.getElementById("root").textContent = "Scripter could not be loaded. Look whether the server can be reached, then load the page again.";
  };
  const listen = ({ target }) => {
    const isOurs = target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel !== "icon");
    if (!isOurs || waits) return;
    waits = true;
    try {
      const loads = Number(sessionStorage.getItem(KEY) ?? 0);
      if (loads >= MOST) return words();
      sessionStorage.setItem(KEY, String(loads + 1));
      setTimeout(() => location.reload(), 300 * 2 ** loads);
    } catch {
      // Storage may be forbidden; then nobody counts.
      words();
    }
  };
  addEventListener("error", listen, true);
  addEventListener("scripter-started", () => {
    removeEventListener("error", listen, true);
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nor is there anything to take back.
    }
  });
})();
