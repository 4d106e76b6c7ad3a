// @ts-check
/** Files that the page gives to the reader. */

/** @param {string} name @param {Blob | string} content */
export function download(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
