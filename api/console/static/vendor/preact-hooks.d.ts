export function useCallback<T>(run: T, inputs: readonly unknown[]): T;
export function useEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useRef<T>(value: T): { current: T };
export function useState<T>(first: T | (() => T)): [T, (next: T | ((old: T) => T)) => void];
