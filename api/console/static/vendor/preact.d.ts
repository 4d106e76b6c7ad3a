export const h: (...args: unknown[]) => any;
export const Fragment: unknown;
export function render(element: unknown, parent: Element): void;
