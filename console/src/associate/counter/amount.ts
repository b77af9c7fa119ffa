/** What somebody typed as yuan, in fen; null for what is no amount of at least one fen. */
export function fenOf(typed: string): number | null {
  const found = /^\s*(\d{1,7})(?:[.。](\d{1,2}))?\s*$/.exec(typed)
  if (!found) return null
  const fen = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
  return fen > 0 ? fen : null
}
