export function FunctionPage() { return <h1 tabIndex={-1}>TODO</h1>; }
