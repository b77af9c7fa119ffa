/** What changed between two documents, as paths to their leaves: `terms.tiers.0.off_fen`. */
export interface Change {
  path: string
  before: unknown
  after: unknown
}

/** Left out, null and empty say the same; but to allow nothing (`[]`) is not to allow everything (null). */
export function touched(before: object, after: object): Change[] {
  const was = leavesOf(before)
  const is = leavesOf(after)
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => JSON.stringify(was.get(path)) !== JSON.stringify(is.get(path)))
    .map((path) => ({ path, before: was.get(path), after: is.get(path) }))
}

function leavesOf(value: unknown, path = '', found = new Map<string, unknown>()) {
  if (path === 'allows' && Array.isArray(value)) return found.set(path, value)
  if (isEmpty(value)) return found
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    found.set(path, value)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inside] of Object.entries(value))
      leavesOf(inside, path ? `${path}.${key}` : key, found)
  } else {
    found.set(path, path.endsWith('_at') ? new Date(String(value)).toISOString() : value)
  }
  return found
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  )
}
