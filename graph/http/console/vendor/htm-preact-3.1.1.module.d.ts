// Ours: the types of what the console uses of the file beside, for tsc --checkJs in ./run clients.
export function html(strings: TemplateStringsArray, ...values: any[]): any
export function render(node: any, parent: Element): void
export function useState<State>(first: State | (() => State)): [State, (next: State | ((before: State) => State)) => void]
export function useEffect(effect: () => void | (() => unknown), inputs?: unknown[]): void
export function useRef<Value>(first?: Value): {current: Value}
export function useErrorBoundary(): [any, () => void]
