/** Which one of all there ever were: 1 is the first, -1 the last. */

export const FURTHEST = 100

/** Those that are asked for mostly; any other is typed. */
export const usual = [1, 2, 3, -1, -2]

/** How one is chosen: among the usual, or by a number from the first or from the last. */
export function choiceOf(n: number): string {
  return usual.includes(n) ? String(n) : countedFrom(n)
}

export function countedFrom(n: number): 'first' | 'last' {
  return n < 0 ? 'last' : 'first'
}

/** The one meant by a choice, near the one that was meant before. */
export function chosen(choice: string, before: number): number {
  if (choice === 'first') return Math.abs(before)
  return choice === 'last' ? -Math.abs(before) : Number(choice)
}

export function isOrdinal(n: number): boolean {
  return Number.isInteger(n) && n !== 0 && Math.abs(n) <= FURTHEST
}
