// @ts-check
/** A button that opens a small panel below it; Esc, a click elsewhere or the panel itself closes it. */

import { html, useEffect, useRef, useState } from "../ui.js";

/** @param {{class?: string, label: any, title: string, children: (close: () => void) => any}} props */
export function Popover({ class: kind = "", label, title, children }) {
  const [isOpen, setIsOpen] = useState(false);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!isOpen) return undefined;
    const outside = (/** @type {Event} */ event) => !box.current?.contains(/** @type {Node} */ (event.target)) && setIsOpen(false);
    const escape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setIsOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", escape, true);
    return () => (document.removeEventListener("pointerdown", outside), document.removeEventListener("keydown", escape, true));
  }, [isOpen]);
  return html`<div class="popover ${kind}" ref=${box}>
    <button class="opener" title=${title} aria-expanded=${isOpen} aria-haspopup="dialog" onClick=${() => setIsOpen(!isOpen)}>${label}</button>
    ${isOpen && html`<div class="panel" role="dialog" aria-label=${title}>${children(() => setIsOpen(false))}</div>`}
  </div>`;
}
