export function Profile() { return <h1 tabIndex={-1}>TODO</h1>; }
